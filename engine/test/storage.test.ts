import t from 'tap'
import { documentValue, encode, findField } from '../bson/value.js'
import { codes, EngineError } from '../errors.js'
import { createIndexes } from '../storage/create-indexes.js'
import { Namespace } from '../storage/namespace.js'
import { openStore } from '../storage/store.js'
import { collectionOf, ids, idsByIndex, indexOf, indexSpec, insert, plain, recordIdFor, remove, replace, storeOfThings, temporaryDirectory, temporaryStore, things } from './temporary-store.js'

t.test('a document can be read as soon as its write has resolved, in the same turn too', async (t) => {
  const { store, collection } = await storeOfThings(t)
  t.equal(store.read.document(collection, recordIdFor(1)), undefined)
  await insert(store, { _id: 1, a: 'x' })
  t.same(store.read.document(collection, recordIdFor(1)), encode({ _id: 1, a: 'x' }))
})

t.test('each of many writers sees its own write at once', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await Promise.all(Array.from({ length: 200 }, async (_, n) => {
    await insert(store, { _id: n })
    t.ok(store.read.document(collection, recordIdFor(n)))
    t.ok(store.read.count(collection) > 0)
  }))
  t.equal(store.read.count(collection), 200)
})

t.test('what was written is there after the store was opened again', async (t) => {
  const directory = await temporaryDirectory(t)
  const first = await openStore(directory)
  await createIndexes(first, things, [indexSpec({ key: { a: 1 } })])
  await insert(first, { _id: 1, a: 2 }, { _id: 2, a: 1 })
  await first.close()
  const second = await openStore(directory)
  t.teardown(() => second.close())
  t.same(ids(second.read, collectionOf(second)), [1, 2])
  t.same(idsByIndex(second, 'a_1'), [2, 1])
  t.same(second.check(), [])
})

t.test('documents are in the order of their ids, forwards and backwards, and from any place on', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await insert(store, { _id: 3 }, { _id: 'b' }, { _id: 1 }, { _id: 2 })
  const read = (range = {}): unknown[] => [...store.read.documents(collection, range)].map(({ document }) => plain(findField(documentValue(document), '_id')!))
  const [start, end] = [recordIdFor(1), recordIdFor(3)]
  t.same(read(), [1, 2, 3, 'b'])
  t.same(read({ reverse: true }), ['b', 3, 2, 1])
  t.same(read({ start, end }), [1, 2])
  t.same(read({ start, end, reverse: true }), [2, 1])
  t.same(read({ start, end, after: start }), [2])
  t.same(read({ start, after: recordIdFor(3), reverse: true }), [2, 1])
  t.same(read({ start: end, end: start }), [])
})

t.test('a read does not reach into another collection', async (t) => {
  const { store } = await storeOfThings(t)
  const others = new Namespace('test', 'others')
  await insert(store, { _id: 1 })
  await store.write((tx) => tx.insert(tx.collection(others), encode({ _id: 2 })))
  t.same(ids(store.read, collectionOf(store)), [1])
  t.same(ids(store.read, store.catalog.find(others)!), [2])
})

t.test('a replaced document has the entries of its new state alone', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 } }])
  await insert(store, { _id: 1, a: [1, 5] }, { _id: 2, a: 3 })
  await replace(store, { _id: 1, a: [5, 9] })
  t.same(idsByIndex(store, 'a_1'), [2, 1, 1])
  t.same(store.check(), [])
})

t.test('a removed document is gone with its entries', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 } }, { key: { b: 1 }, unique: true }])
  await insert(store, { _id: 1, a: [1, 5], b: 1 })
  await remove(store, 1)
  t.equal(store.read.document(collection, recordIdFor(1)), undefined)
  t.same(idsByIndex(store, 'a_1'), [])
  t.same(idsByIndex(store, 'b_1'), [])
})

t.test('a replacement must keep its id', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await insert(store, { _id: 1 })
  await t.rejects(store.write((tx) => tx.replace(collection, recordIdFor(1), encode({ _id: 1 }), encode({ _id: 2 }))), { code: codes.ImmutableField })
})

t.test('a document must have an id', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await t.rejects(store.write((tx) => tx.insert(collection, encode({ a: 1 }))), { code: codes.InvalidIdField })
})

t.test('an id that is taken is refused as by MongoDB', async (t) => {
  const { store } = await storeOfThings(t)
  await insert(store, { _id: 'x' })
  const error = await insert(store, { _id: 'x' }).catch((error: unknown) => error) as EngineError
  t.equal(error.code, codes.DuplicateKey)
  t.equal(error.message, 'E11000 duplicate key error collection: test.things index: _id_ dup key: { _id: "x" }')
})

t.test('a value that a unique index has is refused with its key', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1, b: -1 }, unique: true }])
  await insert(store, { _id: 1, a: [1, 2] })
  const error = await insert(store, { _id: 2, a: [3, 2] }).catch((error: unknown) => error) as EngineError
  t.equal(error.message, 'E11000 duplicate key error collection: test.things index: a_1_b_-1 dup key: { a: 2, b: null }')
  t.same(plain(error.members.keyPattern as never), { a: 1, b: -1 })
  t.same(plain(error.members.keyValue as never), { a: 2, b: null })
})

t.test('a document may have a value of a unique index twice itself, and keep it', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 }, unique: true }])
  await insert(store, { _id: 1, a: [1, 1, 2] })
  await replace(store, { _id: 1, a: [2, 3] })
  await insert(store, { _id: 2, a: 1 })
  t.same(idsByIndex(store, 'a_1'), [2, 1, 1])
})

t.test('a unique index tells long values apart', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 }, unique: true }])
  const long = 'x'.repeat(5000)
  await insert(store, { _id: 1, a: `${long}1` }, { _id: 2, a: `${long}2` })
  await t.rejects(insert(store, { _id: 3, a: `${long}1` }), { code: codes.DuplicateKey })
})

t.test('long ids are stored, found and told apart', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 } }])
  const long = 'x'.repeat(5000)
  await insert(store, { _id: `${long}1`, a: 1 }, { _id: `${long}2`, a: 1 })
  await t.rejects(insert(store, { _id: `${long}1`, a: 1 }), { code: codes.DuplicateKey })
  t.same(store.read.document(collection, recordIdFor(`${long}2`)), encode({ _id: `${long}2`, a: 1 }))
  t.equal(indexOf(store, '_id_').hasCutKeys, true)
  t.equal(idsByIndex(store, 'a_1').length, 2)
  t.same(store.check(), [])
})

t.test('a work that throws takes back its own changes and nobody else\'s', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 } }])
  await insert(store, { _id: 0, a: 0 }, { _id: 9, a: 9 })
  const others = new Namespace('test', 'others')
  const outcomes = await Promise.allSettled([
    insert(store, { _id: 1, a: 1 }),
    store.write((tx) => {
      tx.insert(collection, encode({ _id: 2, a: [2, 3] }))
      tx.replace(collection, recordIdFor(0), encode({ _id: 0, a: 0 }), encode({ _id: 0, a: 5 }))
      tx.remove(collection, recordIdFor(9), encode({ _id: 9, a: 9 }))
      tx.createCollection(others)
      tx.dropCollection(tx.catalog.find(others)!)
      tx.putSession(Buffer.from('s'), Buffer.from('r'), undefined)
      throw new Error('on second thought')
    }),
    insert(store, { _id: 3, a: 3 })
  ])
  t.same(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.same(idsByIndex(store, 'a_1'), [0, 1, 3, 9])
  t.equal(store.read.count(collection), 4)
  t.equal(store.catalog.find(others), undefined)
  t.equal(indexOf(store, 'a_1').multikeyPaths.size, 0)
  t.equal(await store.write((tx) => tx.session(Buffer.from('s'))), undefined)
  t.same(store.check(), [])
})

t.test('a work of several inserts is all or nothing, if it does not catch', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await t.rejects(insert(store, { _id: 1 }, { _id: 2 }, { _id: 1 }), { code: codes.DuplicateKey })
  t.same(ids(store.read, collection), [])
})

t.test('a work may catch a duplicate and go on', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 }, unique: true }])
  await store.write((tx) => {
    tx.insert(collection, encode({ _id: 1, a: 1 }))
    t.throws(() => tx.insert(collection, encode({ _id: 2, a: 1 })), { code: codes.DuplicateKey })
    tx.insert(collection, encode({ _id: 3, a: 3 }))
  })
  t.same(ids(store.read, collection), [1, 3])
  t.same(store.check(), [])
})

t.test('a work reads what it has written itself', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 } }])
  await store.write((tx) => {
    tx.insert(collection, encode({ _id: 1, a: 1 }))
    t.same(ids(tx, collection), [1])
    t.equal([...tx.entries(indexOf(store, 'a_1'))].length, 1)
    t.equal(tx.count(collection), 1)
    t.equal(store.read.count(collection), 0)
  })
})

t.test('later works of one commit see the catalog that the earlier ones have made', async (t) => {
  const store = await temporaryStore(t)
  const [created, found] = await Promise.all([
    store.write((tx) => tx.collection(things)),
    store.write((tx) => tx.collection(things))
  ])
  t.equal(created.id, found.id)
  t.equal(collectionOf(store).id, created.id)
})

t.test('a work that goes on after it has returned is stopped', async (t) => {
  const { store, collection } = await storeOfThings(t)
  const leaked = await store.write((tx) => tx)
  t.throws(() => leaked.insert(collection, encode({ _id: 1 })), { message: /synchronous/ })
  t.same(ids(store.read, collection), [])
})

t.test('a write to a collection that was dropped meanwhile is refused', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await store.write((tx) => tx.dropCollection(collection))
  await t.rejects(store.write((tx) => tx.insert(collection, encode({ _id: 1 }))), { code: codes.NamespaceNotFound })
})

t.test('the number and size of the documents are counted', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await insert(store, { _id: 1, a: 'xxxx' }, { _id: 2 })
  await replace(store, { _id: 1, a: 'x' })
  await remove(store, 2)
  t.match(store.read.size(collection), { documents: 1, bytes: encode({ _id: 1, a: 'x' }).length })
})

t.test('documents of 16 MiB are stored as they are', async (t) => {
  const { store, collection } = await storeOfThings(t)
  const large = encode({ _id: 1, content: Buffer.alloc(16 * 1024 * 1024 - 100, 7) })
  await store.write((tx) => tx.insert(collection, large))
  t.ok(store.read.document(collection, recordIdFor(1))?.equals(large))
})

t.test('a closed store refuses writes', async (t) => {
  const store = await openStore(await temporaryDirectory(t))
  await store.close()
  await t.rejects(store.write(() => {}), { message: /closed/ })
})

t.test('closing waits for the writes before it', async (t) => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  const writes = Array.from({ length: 50 }, (_, n) => store.write((tx) => tx.insert(tx.collection(things), encode({ _id: n }))))
  await Promise.all([...writes, store.close()])
  const again = await openStore(directory)
  t.teardown(() => again.close())
  t.equal(again.read.count(collectionOf(again)), 50)
})

t.test('a session keeps its record, also under a long id', async (t) => {
  const store = await temporaryStore(t)
  const [lsid, other] = [Buffer.alloc(3000, 1), Buffer.alloc(3001, 1)]
  await store.write((tx) => tx.putSession(lsid, Buffer.from('first'), undefined))
  await store.write((tx) => tx.putSession(lsid, Buffer.from('second'), tx.session(lsid)))
  t.same(await store.write((tx) => tx.session(lsid)), Buffer.from('second'))
  const failed = store.write((tx) => {
    tx.putSession(lsid, Buffer.from('third'), tx.session(lsid))
    throw new Error('on second thought')
  })
  await t.rejects(failed, { message: 'on second thought' })
  t.same(await store.write((tx) => tx.session(lsid)), Buffer.from('second'))
  t.equal(await store.write((tx) => tx.session(other)), undefined)
})

t.test('timestamps go on after a restart, even if the clock was set back', async (t) => {
  const directory = await temporaryDirectory(t)
  const next = async (now: number): Promise<bigint> => {
    const store = await openStore(directory, { now: () => now })
    const { bytes } = await store.write(() => store.timestamps.next())
    await store.close()
    return bytes.readBigUInt64LE()
  }
  const first = await next(5_000_000)
  const second = await next(1_000_000)
  t.equal(first, 5000n << 32n | 2n, 'the first time is that of the store itself')
  t.equal(second, 5000n << 32n | 3n)
})
