import type { Document } from 'bson'
import { Decimal128, Long } from 'bson'
import t from 'tap'
import { documentValue, encode, valueFrom } from '../bson/value.js'
import { codes, type ErrorCode } from '../errors.js'
import { createIndexes } from '../storage/create-indexes.js'
import { checkDatabaseName, Namespace } from '../storage/namespace.js'
import { openStore } from '../storage/store.js'
import { collectionOf, idsByIndex, indexOf, indexSpec, insert, plain, storeOfThings, temporaryDirectory, temporaryStore, things } from './temporary-store.js'

t.test('names that MongoDB does not allow are refused', async (t) => {
  const invalid = [['', 'c'], ['a.b', 'c'], ['a b', 'c'], ['a/b', 'c'], ['a$', 'c'], ['é'.repeat(32), 'c'],
    ['db', ''], ['db', '.c'], ['db', 'c.'], ['db', 'a$b'], ['db', 'a\0b'], ['db', 'c'.repeat(253)]]
  for (const [database, collection] of invalid) {
    t.throws(() => new Namespace(database, collection), { code: codes.InvalidNamespace }, `${database}.${collection}`)
  }
  t.equal(checkDatabaseName('d'.repeat(63)).length, 63)
  t.equal(String(new Namespace('db', 'c'.repeat(252))).length, 255)
  t.equal(String(new Namespace('db', 'a.b')), 'db.a.b')
})

t.test('a collection of the server\'s own is not made', async (t) => {
  const store = await temporaryStore(t)
  await t.rejects(store.write((tx) => tx.collection(new Namespace('db', 'system.views'))), { code: codes.InvalidNamespace })
})

t.test('a new collection has a UUID, its options and the index on _id', async (t) => {
  const store = await temporaryStore(t)
  const { uuid, options, indexes } = await store.write((tx) => tx.createCollection(things, encode({ comment: 'x' })))
  t.match(uuid.toString('hex'), /^.{12}4.{3}[89ab]/)
  t.same(options, encode({ comment: 'x' }))
  t.same(indexes.map(({ spec }) => plain(documentValue(spec))), [{ v: 2, key: { _id: 1 }, name: '_id_' }])
})

t.test('a collection is made once', async (t) => {
  const { store } = await storeOfThings(t)
  await t.rejects(store.write((tx) => tx.createCollection(things)), { code: codes.NamespaceExists })
})

t.test('databases and collections are listed by name', async (t) => {
  const store = await temporaryStore(t)
  const names = [['b', 'y'], ['a', 'z'], ['b', 'x'], ['a', 'é']]
  await store.write((tx) => names.forEach(([database, collection]) => tx.createCollection(new Namespace(database, collection))))
  t.same(store.catalog.databases(), ['a', 'b'])
  t.same(store.catalog.collections('b').map(({ namespace }) => namespace.collection), ['x', 'y'])
  t.same(store.catalog.collections('a').map(({ namespace }) => namespace.collection), ['z', 'é'])
})

t.test('the catalog that was loaded is the one that was left', async (t) => {
  const directory = await temporaryDirectory(t)
  const first = await openStore(directory)
  await createIndexes(first, things, [{ key: { a: 1, b: -1 }, unique: true, partialFilterExpression: { a: { $gt: 1 } } }, { key: { at: 1 }, expireAfterSeconds: 5, sparse: true }].map(indexSpec))
  await insert(first, { _id: 1, a: [5, 'x'.repeat(2000)] })
  const before = collectionOf(first)
  await first.close()
  const second = await openStore(directory)
  t.teardown(() => second.close())
  const after = collectionOf(second)
  t.same([after.id, after.uuid, after.options, String(after.namespace)], [before.id, before.uuid, before.options, String(before.namespace)])
  t.same(after.indexes.map(stored), before.indexes.map(stored))
  t.equal(after.indexes[1].partialFilter?.matches(documentValue(encode({ a: 2 }))), true)
  t.same([...after.indexes[1].multikeyPaths], ['a'])
  t.equal(after.indexes[1].hasCutKeys, true)
  t.equal(after.indexes[2].expireAfterSeconds, 5)
})

/** What is in the file of an index, but for the filter, which two readings give two of. */
function stored ({ partialFilter, usage, ...rest }: Document): Document {
  return rest
}

t.test('a dropped collection is gone with its rows, and its name can be used again', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 } }])
  await insert(store, ...Array.from({ length: 1500 }, (_, n) => ({ _id: n, a: n })))
  await store.write((tx) => tx.dropCollection(collection))
  t.equal(store.catalog.find(things), undefined)
  t.same(store.check(), [])
  await store.maintenance.collectGarbage()
  t.same([...store.read.documents(collection)], [])
  await insertAnew(store)
  t.not(collectionOf(store).id, collection.id)
  t.equal(store.read.count(collectionOf(store)), 1)
  t.same(store.check(), [])
})

async function insertAnew (store: Awaited<ReturnType<typeof openStore>>): Promise<void> {
  await store.write((tx) => tx.insert(tx.collection(things), encode({ _id: 1 })))
}

t.test('many dropped collections are removed', async (t) => {
  const store = await temporaryStore(t)
  const names = Array.from({ length: 150 }, (_, n) => new Namespace('test', `c${n}`))
  await store.write((tx) => names.forEach((name) => tx.insert(tx.collection(name), encode({ _id: 1 }))))
  await store.write((tx) => names.forEach((name) => tx.dropCollection(tx.catalog.find(name)!)))
  await store.maintenance.collectGarbage()
  t.same(store.check(), [])
  t.same(store.catalog.databases(), [])
})

t.test('rows of a drop that was interrupted are removed at the next start', async (t) => {
  const directory = await temporaryDirectory(t)
  const first = await openStore(directory)
  const collection = await first.write((tx) => tx.collection(things))
  await insert(first, ...Array.from({ length: 3000 }, (_, n) => ({ _id: n })))
  const dropped = first.write((tx) => tx.dropCollection(collection))
  await Promise.all([dropped, first.close()])
  const second = await openStore(directory)
  t.teardown(() => second.close())
  await second.maintenance.collectGarbage()
  t.same([...second.read.documents(collection)], [])
  t.same(second.check(), [])
})

t.test('a renamed collection keeps its documents', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await insert(store, { _id: 1 })
  const renamed = new Namespace('other', 'renamed')
  await store.write((tx) => tx.renameCollection(collection, renamed))
  t.equal(store.catalog.find(things), undefined)
  t.equal(store.read.count(store.catalog.find(renamed)!), 1)
  await store.write((tx) => tx.createCollection(things))
  await t.rejects(store.write((tx) => tx.renameCollection(collectionOf(store), renamed)), { code: codes.NamespaceExists })
})

t.test('new indexes are answered with their numbers', async (t) => {
  const store = await temporaryStore(t)
  const create = (...specs: Document[]): Promise<unknown> => createIndexes(store, things, specs.map(indexSpec))
  t.same(await create({ key: { a: 1 } }, { key: { b: 1 } }), { numIndexesBefore: 1, numIndexesAfter: 3, createdCollectionAutomatically: true })
  t.same(await create({ key: { a: 1 } }, { key: { c: 1 } }), { numIndexesBefore: 3, numIndexesAfter: 4, createdCollectionAutomatically: false })
  t.same(await create({ key: { a: 1 }, background: true, v: 2 }, { key: { _id: 1 } }), { numIndexesBefore: 4, numIndexesAfter: 4, createdCollectionAutomatically: false, note: 'all indexes already exist' })
})

t.test('an index is listed as it was asked for, without what has no effect', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1.0 }, background: true, unique: 1, sparse: false, hidden: false, collation: { locale: 'simple' }, expireAfterSeconds: Long.fromNumber(60) }])
  t.same(plain(documentValue(indexOf(store, 'a_1').spec)), { v: 2, key: { a: 1 }, name: 'a_1', unique: true, expireAfterSeconds: 60 })
})

t.test('a dropped index is gone with its entries', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 } }, { key: { b: 1 } }])
  await insert(store, { _id: 1, a: 1, b: 1 })
  const dropped = indexOf(store, 'a_1')
  await store.write((tx) => tx.dropIndex(collection, dropped))
  await store.maintenance.collectGarbage()
  t.same([...store.read.entries(dropped)], [])
  t.same(idsByIndex(store, 'b_1'), [1])
  t.same(store.check(), [])
})

t.test('an index may get another specification, and keeps its entries', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { a: 1 } }, { key: { b: 1 } }])
  await insert(store, { _id: 1, a: [1, 2] })
  await store.write((tx) => tx.changeIndex(collection, indexOf(store, 'a_1'), encode({ v: 2, key: { a: 1 }, name: 'a_1', hidden: true, expireAfterSeconds: 5 })))
  const { hidden, expireAfterSeconds, multikeyPaths } = indexOf(store, 'a_1')
  t.same([hidden, expireAfterSeconds, [...multikeyPaths]], [true, 5, ['a']])
  t.same(idsByIndex(store, 'a_1'), [1, 1])
  t.same(store.check(), [])
})

t.test('an index remembers that a path has led to an array, also after the array is gone', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { 'a.b': 1, c: 1 } }])
  await insert(store, { _id: 1, a: [{ b: 1 }], c: 1 })
  t.same([...indexOf(store, 'a.b_1_c_1').multikeyPaths], ['a.b'])
  await store.write((tx) => tx.remove(collection, [...tx.documents(collection)][0].recordId, encode({ _id: 1, a: [{ b: 1 }], c: 1 })))
  await insert(store, { _id: 2, c: [1] })
  t.same([...indexOf(store, 'a.b_1_c_1').multikeyPaths], ['a.b', 'c'])
})

const refused: Array<[what: string, spec: Document, code: ErrorCode | number]> = [
  ['no key', { name: 'x' }, 'FailedToParse'],
  ['no name', { key: { a: 1 } }, 'FailedToParse'],
  ['a key that is no document', { key: 'a', name: 'x' }, 'TypeMismatch'],
  ['an empty key', { key: {}, name: 'x' }, 'CannotCreateIndex'],
  ['an empty field', { key: { '': 1 }, name: 'x' }, 'CannotCreateIndex'],
  ['an empty part of a path', { key: { 'a..b': 1 }, name: 'x' }, 'CannotCreateIndex'],
  ['a field of an operator\'s name', { key: { $a: 1 }, name: 'x' }, 'CannotCreateIndex'],
  ['a direction of zero', { key: { a: 0 }, name: 'x' }, 'CannotCreateIndex'],
  ['a direction that is no number', { key: { a: true }, name: 'x' }, 'CannotCreateIndex'],
  ['a direction of NaN', { key: { a: NaN }, name: 'x' }, 'CannotCreateIndex'],
  ['a type that does not exist', { key: { a: 'foo' }, name: 'x' }, 'CannotCreateIndex'],
  ['a geographical index', { key: { a: '2dsphere' }, name: 'x' }, 'NotImplemented'],
  ['a wildcard index', { key: { 'a.$**': 1 }, name: 'x' }, 'NotImplemented'],
  ['33 fields', { key: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`f${n}`, 1])), name: 'x' }, 13103],
  ['a name that is no string', { key: { a: 1 }, name: 1 }, 'TypeMismatch'],
  ['an empty name', { key: { a: 1 }, name: '' }, 'CannotCreateIndex'],
  ['a name for all indexes', { key: { a: 1 }, name: '*' }, 'BadValue'],
  ['the name of the index on _id', { key: { a: 1 }, name: '_id_' }, 'BadValue'],
  ['an option for the index on _id', { key: { _id: 1 }, name: 'x', unique: true }, 'InvalidIndexSpecificationOption'],
  ['an unknown option', { key: { a: 1 }, name: 'x', uniq: true }, 'InvalidIndexSpecificationOption'],
  ['an option called like a method', { key: { a: 1 }, name: 'x', toString: true }, 'InvalidIndexSpecificationOption'],
  ['a version of the future', { key: { a: 1 }, name: 'x', v: 3 }, 'CannotCreateIndex'],
  ['a version that is no number', { key: { a: 1 }, name: 'x', v: '2' }, 'TypeMismatch'],
  ['a flag that is no bool', { key: { a: 1 }, name: 'x', unique: 'yes' }, 'TypeMismatch'],
  ['the hiding of the index on _id', { key: { _id: 1 }, name: 'x', hidden: true }, 'BadValue'],
  ['another order of strings', { key: { a: 1 }, name: 'x', collation: { locale: 'de' } }, 'NotImplemented'],
  ['an empty collation', { key: { a: 1 }, name: 'x', collation: {} }, 'BadValue'],
  ['a collation that is none', { key: { a: 1 }, name: 'x', collation: 'en' }, 'TypeMismatch'],
  ['another collation for _id', { key: { _id: 1 }, name: '_id_', collation: { locale: 'en' } }, 'BadValue'],
  ['weights', { key: { a: 1 }, name: 'x', weights: { a: 1 } }, 'InvalidIndexSpecificationOption'],
  ['a time to live that is no number', { key: { a: 1 }, name: 'x', expireAfterSeconds: 'x' }, 'CannotCreateIndex'],
  ['a negative time to live', { key: { a: 1 }, name: 'x', expireAfterSeconds: -1 }, 'CannotCreateIndex'],
  ['a time to live of NaN', { key: { a: 1 }, name: 'x', expireAfterSeconds: Decimal128.fromString('NaN') }, 'CannotCreateIndex'],
  ['a time to live on two fields', { key: { a: 1, b: 1 }, name: 'x', expireAfterSeconds: 1 }, 'CannotCreateIndex'],
  ['a partial filter that is no document', { key: { a: 1 }, name: 'x', partialFilterExpression: 1 }, 'TypeMismatch'],
  ['a partial filter that cannot be parsed', { key: { a: 1 }, name: 'x', partialFilterExpression: { a: { $foo: 1 } } }, 'BadValue'],
  ['a partial filter with a negation', { key: { a: 1 }, name: 'x', partialFilterExpression: { a: { $ne: 1 } } }, 'CannotCreateIndex'],
  ['a partial filter with a pattern', { key: { a: 1 }, name: 'x', partialFilterExpression: { $or: [{ a: /x/ }] } }, 'CannotCreateIndex'],
  ['a filter that is both partial and sparse', { key: { a: 1 }, name: 'x', sparse: true, partialFilterExpression: { a: 1 } }, 'CannotCreateIndex']
]

for (const [what, spec, code] of refused) {
  t.test(`an index with ${what} is refused`, async (t) => {
    const store = await temporaryStore(t)
    await t.rejects(createIndexes(store, things, [valueFrom(spec)]), { code: typeof code === 'number' ? code : codes[code] })
    t.equal(store.catalog.find(things), undefined)
  })
}

const conflicting: Array<[what: string, spec: Document, code: ErrorCode]> = [
  ['the same name and another key', { key: { b: 1 }, name: 'a_1' }, 'IndexKeySpecsConflict'],
  ['the same name and key, and unique', { key: { a: 1 }, name: 'a_1', unique: true }, 'IndexKeySpecsConflict'],
  ['the same name and key, and another option', { key: { a: 1 }, name: 'a_1', expireAfterSeconds: 9 }, 'IndexOptionsConflict'],
  ['the same key and another name', { key: { a: 1 }, name: 'other' }, 'IndexOptionsConflict'],
  ['the same key, another name and option', { key: { a: 1 }, name: 'other', expireAfterSeconds: 9 }, 'IndexOptionsConflict']
]

for (const [what, spec, code] of conflicting) {
  t.test(`an index with ${what} as another is in conflict with it`, async (t) => {
    const { store } = await storeOfThings(t, [{ key: { a: 1 } }])
    await t.rejects(createIndexes(store, things, [valueFrom(spec)]), { code: codes[code] })
    t.equal(collectionOf(store).indexes.length, 2)
  })
}

t.test('an index may be hidden, and is the same one then', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 }, hidden: true }])
  t.equal(indexOf(store, 'a_1').hidden, true)
  t.match(await createIndexes(store, things, [indexSpec({ key: { a: 1 } })]), { note: 'all indexes already exist' })
})

t.test('indexes with one key may differ in being unique, sparse or partial', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 } }])
  const others = [{ unique: true }, { sparse: true }, { partialFilterExpression: { b: 1 } }, { partialFilterExpression: { b: 2 } }]
  await createIndexes(store, things, others.map((options, n) => valueFrom({ key: { a: 1 }, name: `a${n}`, ...options })))
  t.equal(collectionOf(store).indexes.length, 6)
})

t.test('a collection has 64 indexes at most', async (t) => {
  const { store } = await storeOfThings(t, Array.from({ length: 63 }, (_, n) => ({ key: { [`f${n}`]: 1 } })))
  t.equal(collectionOf(store).indexes.length, 64)
  await t.rejects(createIndexes(store, things, [indexSpec({ key: { a: 1 } })]), { code: codes.CannotCreateIndex })
})

t.test('if one of several indexes is refused, none is made', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 } }])
  await t.rejects(createIndexes(store, things, [indexSpec({ key: { b: 1 } }), indexSpec({ key: { a: 1 }, unique: true })]), { code: codes.IndexKeySpecsConflict })
  t.equal(collectionOf(store).indexes.length, 2)
})
