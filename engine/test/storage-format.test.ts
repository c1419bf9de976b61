import t, { type Test } from 'tap'
import { toFormat1 } from '../faults/format-1.js'
import { openEnvironment, type Environment } from '../storage/environment.js'
import { checkDirectory, openStore } from '../storage/store.js'
import { createIndexes } from '../storage/create-indexes.js'
import { verificationOf } from '../storage/verification.js'
import { collectionOf, idsByIndex, indexSpec, insert, temporaryDirectory, things } from './temporary-store.js'

const DOCUMENTS = 1200

/** A directory as format 1 was: only documents have checksums. */
async function directoryOfFormat1 (t: Test): Promise<string> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
  await insert(store, ...Array.from({ length: DOCUMENTS }, (_, n) => ({ _id: n, a: -n })))
  await store.close()
  await toFormat1(directory)
  return directory
}

t.test('data of format 1 get their checksums when they are opened, and are the same', async (t) => {
  const directory = await directoryOfFormat1(t)
  await t.rejects(checkDirectory(directory), { message: /format 1/ }, 'a check changes nothing')
  const store = await openStore(directory)
  t.equal(idsByIndex(store, 'a_1').length, DOCUMENTS)
  t.equal(store.read.count(collectionOf(store)), DOCUMENTS)
  t.same(store.check(), [])
  t.ok(store.read.historyStart(), 'of what was before there is no history')
  t.same([...store.read.changes(Buffer.alloc(12))], [])
  await store.close()
  t.same(await checkDirectory(directory), [])
})

t.test('F-28: an upgrade that was interrupted is gone on with, wherever that was', async (t) => {
  const directory = await directoryOfFormat1(t)
  for (const commits of [1, 2, 1]) await interruptedUpgrade(directory, commits)
  const store = await openStore(directory)
  t.teardown(() => store.close())
  t.equal(idsByIndex(store, 'a_1').length, DOCUMENTS)
  t.same(store.check(), [])
})

/** Begins as opening does, and gives up after some commits. */
async function interruptedUpgrade (directory: string, commits: number): Promise<void> {
  const { sealRows } = await import('../storage/upgrade.js')
  const { open } = await import('lmdb')
  const root = open<Buffer, Buffer>({ path: directory, keyEncoding: 'binary', encoding: 'binary' })
  const tableOf = (name: string): ReturnType<typeof root.openDB<Buffer, Buffer>> => root.openDB<Buffer, Buffer>(name, { keyEncoding: 'binary', encoding: 'binary' })
  const meta = tableOf('meta')
  let left = commits
  const { childTransaction } = meta
  meta.childTransaction = (work) => left-- === 0 ? Promise.reject(new Error('killed')) : childTransaction.call(meta, work) as never
  await sealRows(meta, tableOf, () => {}).catch((error) => { if (error.message !== 'killed') throw error })
  await root.close()
}

const wrongStamps: Array<[what: string, change: (environment: Environment) => void]> = [
  ['says an older one than its rows have', ({ tables }) => tables.meta.stored.putSync(Buffer.from('format'), Buffer.from('1'))],
  ['says none that there is', ({ tables }) => tables.meta.stored.putSync(Buffer.from('format'), Buffer.from('x'))],
  ['is missing', ({ tables }) => tables.meta.stored.removeSync(Buffer.from('format'))]
]

for (const [what, change] of wrongStamps) {
  t.test(`data whose format ${what} are taken for damaged`, async (t) => {
    const directory = await temporaryDirectory(t)
    const environment = await openEnvironment(directory)
    change(environment)
    await environment.close()
    await t.rejects(openStore(directory), { message: /damaged/ })
  })
}

t.test('what has been committed since a verification began is what is verified', async (t) => {
  const directory = await temporaryDirectory(t)
  const first = await openStore(directory)
  await first.write((tx) => tx.collection(things))
  await first.close()
  const verification = verificationOf(directory)!
  verification.begin(0)
  t.equal(verification.renewed(), verification)
  const store = await openStore(directory)
  await insert(store, { _id: 1 })
  await store.close()
  const renewed = verification.renewed()
  await renewed.finish(new AbortController().signal)
  t.same([verification.isDone, renewed.isDone], [false, true])
})
