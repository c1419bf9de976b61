import { once } from 'node:events'
import { MongoClient, type Collection } from 'mongodb'
import t from 'tap'
import { openStore } from '../storage/store.js'
import { Supervisor } from '../supervisor.js'
import { temporaryDirectory } from './helper.js'

const ROUNDS = 3
const ACCOUNTS = 6
const WORKERS = 4

interface Account { readonly _id: number, readonly balance: number }
interface Transfer { readonly _id: string, readonly from: number, readonly to: number, readonly amount: number }

/** Moves money between accounts, each time in a transaction, until it is stopped. */
class Worker {
  readonly answered: string[] = []
  readonly #client: MongoClient
  readonly #name: string
  #isStopped = false

  constructor (client: MongoClient, name: string) {
    this.#client = client
    this.#name = name
  }

  async run (round: number, onTransfer: () => void): Promise<void> {
    this.#isStopped = false
    for (let n = 0; !this.#isStopped; n++) {
      const id = `${this.#name}-${round}-${n}`
      // Whether what the crash has cut off was committed is not known.
      if (await this.#transfer(id).then(() => true, () => false)) this.answered.push(id)
      onTransfer()
    }
  }

  stop (): void {
    this.#isStopped = true
  }

  async #transfer (_id: string): Promise<void> {
    const [from, to, amount] = [ACCOUNTS, ACCOUNTS, 100].map((limit) => Math.floor(limit * Math.random()))
    const { accounts, transfers } = collectionsOf(this.#client)
    await this.#client.withSession(async (session) => {
      await session.withTransaction(async () => {
        await accounts.updateOne({ _id: from }, { $inc: { balance: -amount } }, { session })
        await accounts.updateOne({ _id: to }, { $inc: { balance: amount } }, { session })
        await transfers.insertOne({ _id, from, to, amount }, { session })
      }, { timeoutMS: 2000 })
    })
  }
}

function collectionsOf (client: MongoClient): { accounts: Collection<Account>, transfers: Collection<Transfer> } {
  const db = client.db('test')
  return { accounts: db.collection('accounts'), transfers: db.collection('transfers') }
}

t.test('kill -9 between the commands of transactions, and in their commits: each is there as a whole or not at all', { timeout: 120_000 }, async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const engine = new Supervisor({ dataDirectory, log: () => {}, timing: { pause: 10, longestPause: 10 } })
  await engine.start()
  const client = new MongoClient(engine.uri, { serverSelectionTimeoutMS: 10_000 })
  t.teardown(async () => {
    await client.close()
    await engine.close()
  })
  const { accounts, transfers } = collectionsOf(client)
  await accounts.insertMany(Array.from({ length: ACCOUNTS }, (_, _id) => ({ _id, balance: 0 })))
  await transfers.createIndex({ from: 1, to: 1 })
  const workers = Array.from({ length: WORKERS }, (_, n) => new Worker(client, String(n)))

  for (let round = 0; round < ROUNDS; round++) {
    const up = once(engine, 'up')
    let untilKill = 5 + Math.floor(10 * Math.random())
    const work = Promise.all(workers.map((worker) => worker.run(round, () => {
      if (--untilKill === 0) setTimeout(() => process.kill(engine.pid, 'SIGKILL'), 3 * Math.random())
    })))
    await up
    for (const worker of workers) worker.stop()
    await work
  }

  const done = await transfers.find().toArray()
  const answered = workers.flatMap(({ answered }) => answered)
  const ids = new Set(done.map(({ _id }) => _id))
  t.ok(answered.length > ROUNDS)
  t.same(answered.filter((id) => !ids.has(id)), [], 'every transfer that was answered is there')
  const balances = Array<number>(ACCOUNTS).fill(0)
  for (const { from, to, amount } of done) {
    balances[from] -= amount
    balances[to] += amount
  }
  t.same((await accounts.find().sort({ _id: 1 }).toArray()).map(({ balance }) => balance), balances)
  await client.close()
  await engine.close()
  const store = await openStore(dataDirectory)
  t.same(store.check(), [])
  await store.close()
})
