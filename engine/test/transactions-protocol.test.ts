import { Long, UUID, type Document } from 'bson'
import t from 'tap'
import type { Test } from 'tap'
import { Transactions } from '../commands/transactions.js'
import { commands } from '../commands/table.js'
import { testCommands } from '../commands/test-commands.js'
import { encode } from '../bson/value.js'
import { createServer } from '../server.js'
import { openStore } from '../storage/store.js'
import { startTestEngine, temporaryDirectory, type TestEngine } from './helper.js'
import { connectRaw, message } from './raw-client.js'
import { collectionOf, ids, storeOfThings } from './temporary-store.js'

/** What a driver sends, without a driver that sees to it that it is right. */
class Session {
  readonly id = { id: new UUID() }
  readonly #send: (body: Document) => Promise<Document>

  constructor (send: (body: Document) => Promise<Document>) {
    this.#send = send
  }

  /** A command of a transaction. */
  run (txnNumber: number, body: Document): Promise<Document> {
    return this.send(txnNumber, { ...body, autocommit: false })
  }

  begin (txnNumber: number, body: Document = { insert: 'things', documents: [{ n: txnNumber }] }): Promise<Document> {
    return this.run(txnNumber, { ...body, startTransaction: true })
  }

  commit (txnNumber: number): Promise<Document> {
    return this.run(txnNumber, { commitTransaction: 1, $db: 'admin' })
  }

  abort (txnNumber: number): Promise<Document> {
    return this.run(txnNumber, { abortTransaction: 1, $db: 'admin' })
  }

  send (txnNumber: number, body: Document): Promise<Document> {
    return this.#send({ ...body, $db: body.$db ?? 'test', lsid: this.id, txnNumber: Long.fromNumber(txnNumber) })
  }
}

async function startSession (t: Test): Promise<{ engine: TestEngine, session: Session, send: (body: Document) => Promise<Document> }> {
  const engine = await startTestEngine(t, { commands: [...commands, ...testCommands] })
  const raw = await connectRaw(t, engine.server.address)
  const send = async (body: Document): Promise<Document> => {
    raw.send(message(body))
    return (await raw.reply()).body
  }
  return { engine, session: new Session(send), send }
}

t.test('a commit may be sent again, an abort not after it', async (t) => {
  const { session, engine } = await startSession(t)
  t.match(await session.begin(1), { ok: 1, n: 1 })
  t.match(await session.commit(1), { ok: 1 })
  t.match(await session.commit(1), { ok: 1 })
  t.match(await session.abort(1), { ok: 0, code: 256, codeName: 'TransactionCommitted' })
  t.match(await session.run(1, { find: 'things' }), { ok: 0, code: 256 })
  t.equal(await engine.client.db('test').collection('things').countDocuments(), 1)
})

t.test('two commits that are under way at once are one', async (t) => {
  const { session, engine } = await startSession(t)
  await session.begin(1)
  const other = await connectRaw(t, engine.server.address)
  other.send(message({ commitTransaction: 1, $db: 'admin', lsid: session.id, txnNumber: Long.fromNumber(1), autocommit: false }))
  t.match(await session.commit(1), { ok: 1 })
  t.match((await other.reply()).body, { ok: 1 })
})

t.test('a commit is known after a restart', async (t) => {
  const directory = await temporaryDirectory(t)
  const serve = async (path: string): Promise<{ session: Session, stop: () => Promise<void> }> => {
    const store = await openStore(directory)
    const server = createServer({ store, commands, log: () => {} })
    await server.listen({ path })
    const raw = await connectRaw(t, path)
    const session = new Session(async (body) => {
      raw.send(message(body))
      return (await raw.reply()).body
    })
    return { session, stop: async () => { await server.close(); await store.close() } }
  }
  const first = await serve(`${directory}/1.sock`)
  await first.session.begin(7)
  await first.session.commit(7)
  await first.stop()
  const second = await serve(`${directory}/2.sock`)
  Object.assign(second.session.id, first.session.id)
  t.match(await second.session.commit(7), { ok: 1 })
  t.match(await second.session.begin(6), { code: 225, codeName: 'TransactionTooOld' })
  t.match(await second.session.begin(7), { code: 50911 })
  await second.stop()
})

t.test('a transaction that nobody knows is answered with a label, by which it can be run again', async (t) => {
  const { session } = await startSession(t)
  const unknown = { ok: 0, code: 251, codeName: 'NoSuchTransaction', errorLabels: ['TransientTransactionError'] }
  t.match(await session.run(1, { find: 'things' }), unknown)
  t.match(await session.commit(1), unknown)
  t.match(await session.abort(1), unknown)
  await session.begin(2)
  t.match(await session.abort(2), { ok: 1 })
  t.match(await session.abort(2), unknown)
  t.match(await session.commit(2), unknown)
})

t.test('a newer transaction or retryable write of a session aborts the older transaction', async (t) => {
  const { session } = await startSession(t)
  await session.begin(1)
  t.match(await session.begin(2), { ok: 1 })
  t.match(await session.run(1, { find: 'things' }), { code: 225 })
  t.match(await session.begin(1), { code: 225 })
  t.match(await session.send(3, { insert: 'things', documents: [{ n: 3 }] }), { ok: 1, n: 1 })
  t.match(await session.commit(2), { code: 225 })
  t.match(await session.begin(3), { code: 50911 })
})

const refused: Array<[what: string, code: number, body: Document]> = [
  ['autocommit', 72, { find: 'things', startTransaction: true, autocommit: true }],
  ['startTransaction without autocommit', 72, { find: 'things', startTransaction: true }],
  ['startTransaction: false', 72, { find: 'things', startTransaction: false, autocommit: false }],
  ['a write concern', 72, { insert: 'things', documents: [{}], writeConcern: { w: 1 }, startTransaction: true, autocommit: false }],
  ['a read concern that is no snapshot', 72, { find: 'things', readConcern: { level: 'available' }, startTransaction: true, autocommit: false }],
  ['a read concern outside of a transaction', 72, { insert: 'things', documents: [{}], readConcern: { level: 'majority' } }],
  ['a commit that begins', 72, { commitTransaction: 1, $db: 'admin', startTransaction: true, autocommit: false }],
  ['a commit of no transaction', 50768, { commitTransaction: 1, $db: 'admin' }],
  ['a commit elsewhere', 13, { commitTransaction: 1, $db: 'test', autocommit: false }]
]

for (const [what, code, body] of refused) {
  t.test(`refused: ${what}`, async (t) => {
    const { session } = await startSession(t)
    t.match(await session.send(1, body), { ok: 0, code })
  })
}

t.test('a transaction has the read concern of its first command', async (t) => {
  const { session } = await startSession(t)
  const documents = [{ n: 1 }]
  t.match(await session.begin(1, { insert: 'things', documents, readConcern: { level: 'snapshot' } }), { ok: 1 })
  t.match(await session.run(1, { find: 'things', readConcern: { level: 'local' } }), { code: 72 })
  t.match(await session.run(1, { find: 'things' }), { ok: 1, cursor: { firstBatch: documents } })
})

t.test('a number is refused without a session, and a transaction without a number', async (t) => {
  const { send } = await startSession(t)
  const command = { find: 'things', $db: 'test', autocommit: false, startTransaction: true }
  t.match(await send(command), { code: 72 })
  t.match(await send({ ...command, txnNumber: Long.fromNumber(1) }), { code: 72 })
  t.match(await send({ ...command, txnNumber: Long.fromNumber(-1), lsid: { id: new UUID() } }), { code: 72 })
})

t.test('the transactions of a session end with it', async (t) => {
  const { session, send } = await startSession(t)
  await session.begin(1)
  t.match(await send({ endSessions: [session.id], $db: 'admin' }), { ok: 1 })
  t.match(await session.commit(1), { code: 251 })
  await session.begin(2)
  t.match(await send({ killAllSessions: [], $db: 'admin' }), { ok: 1 })
  t.match(await session.commit(2), { code: 251 })
})

t.test('closing the server aborts what is open, and the store can be closed', async (t) => {
  const { session, engine } = await startSession(t)
  await session.begin(1)
  await engine.server.close()
  t.equal(engine.store.catalog.databases().length, 0)
})

t.test('a transaction is aborted after sixty seconds', async (t) => {
  const { store } = await storeOfThings(t)
  let now = 0
  const transactions = new Transactions(store, () => now)
  t.teardown(() => transactions.close())
  const request = { lsid: Buffer.alloc(16), txnNumber: 1n, starts: true }
  await transactions.run(request, async (transaction) => {
    await transaction.write((tx) => tx.insert(collectionOf(store), encode({ _id: 1 })))
    return {}
  })
  now = 59_999
  transactions.sweep()
  t.equal(transactions.open, 1)
  now = 60_000
  transactions.sweep()
  t.equal(transactions.open, 0)
  await t.rejects(transactions.commit(request), { code: 251 })
  t.same(ids(store.read, collectionOf(store)), [])
})

t.test('what is reading when its transaction is aborted finds it gone', async (t) => {
  const { store } = await storeOfThings(t)
  const transactions = new Transactions(store)
  t.teardown(() => transactions.close())
  await t.rejects(transactions.run({ lsid: Buffer.alloc(16), txnNumber: 1n, starts: true }, (transaction) => {
    transactions.abortAll()
    transaction.read.document(collectionOf(store), Buffer.alloc(1))
    return {}
  }), { code: 251 })
})

t.test('there is a limit to the number of open transactions', async (t) => {
  const { store } = await storeOfThings(t)
  const transactions = new Transactions(store)
  t.teardown(() => transactions.close())
  const begin = (n: number): Promise<unknown> => transactions.run({ lsid: Buffer.alloc(16, n), txnNumber: 1n, starts: true }, () => ({}))
  for (let n = 0; n < 100; n++) await begin(n)
  await t.rejects(begin(100), { code: 24 })
  transactions.abortAll()
  await t.resolves(begin(100))
})

t.test('a commit that fails leaves nothing, and its rows to others', async (t) => {
  const { store } = await storeOfThings(t)
  const transaction = store.begin()
  await transaction.write((tx) => tx.insert(collectionOf(store), encode({ _id: 1 })))
  await t.rejects(transaction.commit({ lsid: Buffer.alloc(16), txnNumber: 1n }, () => { throw new Error('no') }), { message: 'no' })
  await store.write((tx) => tx.insert(collectionOf(store), encode({ _id: 1 })))
  t.same(ids(store.read, collectionOf(store)), [1])
  t.same(store.check(), [])
})
