import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { encode } from '../bson/value.js'
import { openEnvironment, type StoredTables } from '../storage/environment.js'
import { rowPrefix } from '../storage/rows.js'
import { checkDirectory, openStore, Store } from '../storage/store.js'
import { createIndexes } from '../storage/create-indexes.js'
import { indexSpec, insert, temporaryDirectory, things } from './temporary-store.js'

/** Ids are given out in order: the collection, its index on _id, the first index of its own. */
const COLLECTION_ID = 1
const INDEX_ID = 3

const damages: Array<[what: string, damage: (tables: StoredTables) => void, problems: readonly string[]]> = [
  ['an entry that is missing', ({ entries }) => entries.removeSync(firstKey(entries)), ['missing entry']],
  ['an entry that leads to another document', ({ entries }) => entries.putSync(firstKey(entries), Buffer.from('other')), ['missing entry']],
  ['an entry of no document', ({ entries }) => entries.putSync(Buffer.concat([rowPrefix(INDEX_ID), Buffer.from('stray')]), Buffer.from('none')), ['left over entry']],
  ['a document under another\'s id', ({ documents }) => {
    const row = Buffer.concat([rowPrefix(COLLECTION_ID), Buffer.from('elsewhere')])
    documents.putSync(row, encode({ _id: 9 }))
  }, ['wrong record id', 'wrong counter']],
  ['a document without an id', ({ documents }) => {
    const row = Buffer.concat([rowPrefix(COLLECTION_ID), Buffer.from('elsewhere')])
    documents.putSync(row, encode({ a: 9 }))
  }, ['wrong record id', 'wrong counter']],
  ['a document that is no BSON', ({ documents }) => {
    const row = Buffer.concat([rowPrefix(COLLECTION_ID), Buffer.from('elsewhere')])
    documents.putSync(row, Buffer.from('no BSON'))
  }, ['corrupt document']],
  ['a document shorter than its checksum', ({ documents }) => documents.stored.putSync(Buffer.concat([rowPrefix(COLLECTION_ID), Buffer.of(1)]), Buffer.of(1)), ['corrupt document']],
  ['an entry whose bytes have changed', ({ entries }) => entries.stored.putSync(firstKey(entries), Buffer.from('changed')), ['missing entry', 'corrupt row']],
  ['a counter that is missing', ({ counters }) => counters.removeSync(rowPrefix(COLLECTION_ID)), ['wrong counter']],
  ['rows of a collection that does not exist', ({ documents }) => documents.putSync(rowPrefix(77), Buffer.of(1)), ['rows of nothing']],
  ['rows of an index that does not exist', ({ entries }) => entries.putSync(rowPrefix(77), Buffer.of(1)), ['rows of nothing']]
]

for (const [what, damage, problems] of damages) {
  t.test(`a check finds ${what}`, async (t) => {
    const directory = await temporaryDirectory(t)
    const store = await openStore(directory)
    await createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
    await insert(store, { _id: 1, a: 1 }, { _id: 2, a: 2 })
    t.same(store.check(), [])
    await store.close()
    const environment = await openEnvironment(directory)
    damage(environment.tables)
    environment.renewSnapshot()
    const damaged = new Store(environment, {})
    t.teardown(() => damaged.close())
    t.same(damaged.check().map(({ problem }) => problem), problems)
  })
}

t.test('a check of a directory changes nothing in it', async (t) => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
  await insert(store, { _id: 1, a: 1 })
  await store.close()
  const before = readFileSync(join(directory, 'data.mdb'))
  t.same(await checkDirectory(directory), [])
  t.ok(readFileSync(join(directory, 'data.mdb')).equals(before))
})

t.test('a check finds an index that has forgotten its arrays', async (t) => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
  const environment = await store.close().then(() => openEnvironment(directory))
  const [{ key, value: withoutArrays }] = [...environment.tables.catalog.getRange()]
  await environment.close()
  const written = await openStore(directory)
  await insert(written, { _id: 1, a: [1, 2] })
  await written.close()
  const reopened = await openEnvironment(directory)
  reopened.tables.catalog.putSync(key, withoutArrays)
  reopened.renewSnapshot()
  const damaged = new Store(reopened, {})
  t.teardown(() => damaged.close())
  t.match(damaged.check(), [{ problem: 'missing flag', where: /^test\.things a_1 / }])
})

function firstKey (entries: StoredTables['entries']): Buffer {
  return [...entries.getKeys({ limit: 1 })][0]
}
