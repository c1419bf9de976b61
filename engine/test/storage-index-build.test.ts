import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { extname } from 'node:path'
import t from 'tap'
import { codes } from '../errors.js'
import { createIndexes } from '../storage/create-indexes.js'
import { openStore, type Store } from '../storage/store.js'
import { collectionOf, idsByIndex, indexOf, indexSpec, insert, remove, replace, storeOfThings, temporaryDirectory, things } from './temporary-store.js'

const MANY = 3000

/** Starts to build an index on many documents and waits until some of them are in it, but not all. */
async function begin (store: Store, spec: Parameters<typeof indexSpec>[0]): Promise<{ built: ReturnType<typeof createIndexes>, name: string }> {
  const built = createIndexes(store, things, [indexSpec(spec)])
  built.catch(() => {}) // whoever awaits it is told
  const name = Object.entries(spec.key).flat().join('_')
  while (!collectionOf(store).indexes.some((index) => index.name === name && [...store.read.entries(index)].length > 0)) await new Promise(setImmediate)
  if (indexOf(store, name).ready) throw new Error('the index was built too fast for this test')
  return { built, name }
}

async function manyThings (t: Parameters<typeof storeOfThings>[0]): Promise<Store> {
  const { store } = await storeOfThings(t)
  await insert(store, ...Array.from({ length: MANY }, (_, n) => ({ _id: n, a: MANY - n, b: n })))
  return store
}

t.test('an index is built on the documents that are there', async (t) => {
  const store = await manyThings(t)
  await createIndexes(store, things, [indexSpec({ key: { a: 1 } }), indexSpec({ key: { b: -1 } })])
  t.same(idsByIndex(store, 'a_1').slice(0, 3), [MANY - 1, MANY - 2, MANY - 3])
  t.equal(idsByIndex(store, 'b_-1').length, MANY)
  t.same(store.check(), [])
})

t.test('writes during the build are in the index', async (t) => {
  const store = await manyThings(t)
  const { built, name } = await begin(store, { key: { a: 1 } })
  await insert(store, { _id: -1, a: -1 }, { _id: MANY + 1, a: [MANY + 1, MANY + 2] })
  await replace(store, { _id: 0, a: -2 })
  await replace(store, { _id: MANY - 1, a: -3 })
  await remove(store, 1)
  await remove(store, MANY - 2)
  t.equal(indexOf(store, name).ready, false)
  await built
  t.same(idsByIndex(store, name).slice(0, 3), [MANY - 1, 0, -1])
  t.equal(idsByIndex(store, name).length, MANY + 1)
  t.same(store.check(), [])
})

t.test('a unique index is maintained during its build as well', async (t) => {
  const store = await manyThings(t)
  const { built, name } = await begin(store, { key: { a: 1 }, unique: true })
  // The last document is not in the index yet: its value is given up, taken by another and given up again.
  await replace(store, { _id: MANY - 1, a: -1 })
  await replace(store, { _id: 0, a: 1 })
  await replace(store, { _id: MANY - 1, a: -2 })
  await built
  t.same(idsByIndex(store, name).slice(0, 3), [MANY - 1, 0, MANY - 2])
  t.same(store.check(), [])
})

t.test('removing a document that is not indexed yet leaves the entry of another alone', async (t) => {
  const store = await manyThings(t)
  const { built, name } = await begin(store, { key: { b: 1 }, unique: true })
  // Until the build gets to the last document, another may have its value.
  await insert(store, { _id: -1, b: MANY - 1 })
  await remove(store, MANY - 1)
  await built
  t.equal(idsByIndex(store, name).at(-1), -1)
  t.same(store.check(), [])
})

t.test('two documents with one value stop a unique index, which is gone then', async (t) => {
  const store = await manyThings(t)
  await insert(store, { _id: MANY, a: MANY })
  await t.rejects(createIndexes(store, things, [indexSpec({ key: { b: 1 } }), indexSpec({ key: { a: 1 }, unique: true })]), {
    code: codes.DuplicateKey,
    message: `E11000 duplicate key error collection: test.things index: a_1 dup key: { a: ${MANY} }`
  })
  t.equal(collectionOf(store).indexes.length, 1)
  await store.maintenance.collectGarbage()
  t.same(store.check(), [])
})

t.test('a document that cannot be indexed stops the build', async (t) => {
  const store = await manyThings(t)
  await insert(store, { _id: MANY, a: [1], b: [2] })
  await t.rejects(createIndexes(store, things, [indexSpec({ key: { a: 1, b: 1 } })]), { code: codes.CannotIndexParallelArrays })
  t.equal(collectionOf(store).indexes.length, 1)
})

t.test('who wants an index that is being built waits for it', async (t) => {
  const store = await manyThings(t)
  const { built, name } = await begin(store, { key: { a: 1 } })
  const second = await createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
  t.match(second, { note: 'all indexes already exist' })
  t.equal(indexOf(store, name).ready, true)
  await built
})

t.test('who wants an index whose building fails may build it himself', async (t) => {
  const store = await manyThings(t)
  await insert(store, { _id: MANY, a: MANY })
  const { built } = await begin(store, { key: { a: 1 }, unique: true })
  const second = createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
  await t.rejects(built, { code: codes.DuplicateKey })
  t.match(await second, { numIndexesAfter: 2 })
})

t.test('dropping the collection or the index stops the build', async (t) => {
  const store = await manyThings(t)
  const { built, name } = await begin(store, { key: { a: 1 } })
  await store.write((tx) => tx.dropIndex(collectionOf(store), indexOf(store, name)))
  await t.rejects(built, { code: codes.IndexBuildAborted })
  const again = await begin(store, { key: { a: 1 } })
  await store.write((tx) => tx.dropCollection(collectionOf(store)))
  await t.rejects(again.built, { code: codes.IndexBuildAborted })
  await store.maintenance.collectGarbage()
  t.same(store.check(), [])
})

t.test('F-28: an engine that is killed while it builds an index has no trace of it at the next start', async (t) => {
  const directory = await temporaryDirectory(t)
  const child = fork(fileURLToPath(new URL(`./storage-process${extname(import.meta.url)}`, import.meta.url)), ['killed-while-building', directory])
  const [code, signal] = await once(child, 'exit')
  t.same([code, signal], [null, 'SIGKILL'])
  const store = await openStore(directory)
  t.teardown(() => store.close())
  t.equal(collectionOf(store).indexes.length, 1)
  await store.maintenance.collectGarbage()
  t.same(store.check(), [])
  await createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
  t.equal(idsByIndex(store, 'a_1').length, MANY)
})
