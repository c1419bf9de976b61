import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Collection } from 'mongodb'
import { sum, type Fault, type FaultContext, type Outcome } from '../fault.js'
import { mustServe, stop, type Served } from '../served.js'
import { History } from '../workload/history.js'

interface Write { readonly _id: string, readonly content: string }

const OUT_OF_SPACE = 14031
const CONTENT = 'x'.repeat(10_000)

/** A file system of 12 MiB is filled to the last byte, twice: space returns by deletes, and by a file that goes away. */
export const diskFull: Fault = {
  name: 'disk-full',
  id: 'F-06',
  title: 'the disk is full, and then is not',
  rounds: 10,

  missing () {
    if (process.platform !== 'linux') return 'needs file systems in memory, and so Linux'
    const { status } = spawnSync('unshare', ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'])
    return status === 0 ? undefined : 'needs the right to mount a file system'
  },

  async run (context) {
    const outcomes: Outcome[] = []
    for (let round = 1; round <= context.rounds; round++) {
      outcomes.push(await oneRound(context, round))
      context.progress(`round ${round}`)
    }
    return sum(outcomes)
  }
}

async function oneRound ({ directory }: FaultContext, round: number): Promise<Outcome> {
  const disk = join(directory, `disk${round}`)
  mkdirSync(disk)
  const mount = 'mount -t tmpfs -o size=12m tmpfs "$0" && head -c 3000000 /dev/zero > "$0/ballast" && exec "$@"'
  const served = await mustServe(join(disk, 'data'), { wrapper: ['unshare', '--map-root-user', '--mount', 'sh', '-c', mount, disk] })
  const history = new History()
  const wrong: string[] = []
  const writes = served.connect({ maxPoolSize: 8 }).db('test').collection<Write>('writes')
  await fill(writes, history, `${round}a`, wrong)
  await expectReads(writes, history, wrong)
  const removed = await removeSome(writes, history, wrong)
  await expectWrite(writes, history, `${round}-after-deletes`, wrong)
  await fill(writes, history, `${round}b`, wrong)
  rmSync(join(`/proc/${served.pid}/root`, disk, 'ballast')) // the engine's file systems are not those of this process
  const full = performance.now()
  await expectWrite(writes, history, `${round}-after-ballast`, wrong)
  const { lost } = await compare(writes, history, removed, wrong)
  await stopped(served, wrong)
  return { rounds: 1, acknowledged: history.acknowledged, lost, duplicated: 0, wrong: wrong.map((text) => `round ${round}: ${text}`), outage: history.outageSince(full) }
}

/** Writes from several connections until three times there was no space. */
async function fill (writes: Collection<Write>, history: History, prefix: string, wrong: string[]): Promise<void> {
  for (let n = 0, refusals = 0; refusals < 3 && n < 5000; n += 4) {
    const results = await Promise.all([0, 1, 2, 3].map((part) => insert(writes, history, `${prefix}-${n + part}`, wrong)))
    refusals += results.filter((result) => result === 'fail').length
  }
}

function insert (writes: Collection<Write>, history: History, _id: string, wrong: string[]): Promise<string> {
  return history.record({ token: _id, kind: 'insert', target: _id }, () => writes.insertOne({ _id, content: CONTENT }).catch((error) => {
    if (error.code !== OUT_OF_SPACE) wrong.push(`${_id} failed with ${error.code}: ${error.message}`)
    throw error
  }))
}

/** One after the other: to remove much at once takes space itself. */
async function removeSome (writes: Collection<Write>, { operations }: History, wrong: string[]): Promise<Set<string>> {
  const removed = new Set<string>()
  for (const { token } of operations.filter(({ result }) => result === 'ok').slice(0, 50)) {
    await writes.deleteOne({ _id: token }).then(() => removed.add(token), (error) => wrong.push(`${token} cannot be deleted: ${error.message}`))
  }
  return removed
}

async function expectReads (writes: Collection<Write>, history: History, wrong: string[]): Promise<void> {
  const count = await writes.find().toArray().then(({ length }) => length, (error) => error.message)
  if (count !== history.acknowledged) wrong.push(`${count} of ${history.acknowledged} are read while the disk is full`)
}

async function expectWrite (writes: Collection<Write>, history: History, _id: string, wrong: string[]): Promise<void> {
  if (await insert(writes, history, _id, wrong) !== 'ok') wrong.push(`${_id} is refused`)
}

async function compare (writes: Collection<Write>, { operations }: History, removed: ReadonlySet<string>, wrong: string[]): Promise<{ lost: number }> {
  const stored = new Set((await writes.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id))
  const refused = operations.filter(({ token, result }) => result === 'fail' && stored.has(token))
  wrong.push(...refused.map(({ token }) => `${token} was refused, and is there`))
  return { lost: operations.filter(({ token, result }) => result === 'ok' && !removed.has(token) && !stored.has(token)).length }
}

async function stopped (served: Served, wrong: string[]): Promise<void> {
  const { code, signal } = await stop(served)
  if (code !== 0) wrong.push(`the engine ended with ${code ?? signal}`)
}
