import t from 'tap'
import { encode } from '../bson/value.js'
import { RETENTION, type Retention } from '../storage/history.js'
import { openStore, type Store } from '../storage/store.js'
import { collectionOf, insert, remove, replace, storeOfThings, temporaryDirectory, things } from './temporary-store.js'

const BEGINNING = Buffer.alloc(12)

function kinds (store: Store): string[] {
  return [...store.read.changes(BEGINNING)].map(({ kind }) => kind)
}

async function openWith (directory: string, retention: Retention, now = Date.now): Promise<Store> {
  const store = await openStore(directory, { retention, now })
  if (store.catalog.find(things) === undefined) await store.write((tx) => tx.createCollection(things))
  return store
}

t.test('every change is recorded once, in its order, with a later time each', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 } }])
  await insert(store, { _id: 1, a: 1 }, { _id: 2, a: 2 })
  await replace(store, { _id: 1, a: 3 })
  await remove(store, 2)
  await store.write((tx) => tx.dropCollection(collectionOf(store)))
  const changes = [...store.read.changes(BEGINNING)]
  t.same(changes.map(({ kind }) => kind), ['create', 'createIndexes', 'insert', 'insert', 'replace', 'delete', 'drop'])
  const keys = changes.map(({ key }) => key.toString('hex'))
  t.same([...new Set(keys)].sort(), keys)
  t.ok(changes.every(({ key }) => store.read.change(key)?.key.equals(key)))
})

t.test('a work that fails leaves nothing in the history, those beside it do', async (t) => {
  const { store, collection } = await storeOfThings(t)
  const outcomes = await Promise.allSettled([
    store.write((tx) => tx.insert(collection, encode({ _id: 1 }))),
    store.write((tx) => {
      tx.insert(collection, encode({ _id: 2 }))
      throw new Error('no')
    }),
    store.write((tx) => tx.insert(collection, encode({ _id: 3 })))
  ])
  t.same(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.same(kinds(store), ['create', 'insert', 'insert'])
  t.same(store.check(), [])
})

t.test('what a transaction has done is recorded when it is committed', async (t) => {
  const { store, collection } = await storeOfThings(t)
  const session = { lsid: Buffer.alloc(16, 7), txnNumber: 3n }
  const transaction = store.begin()
  await transaction.write((tx) => tx.insert(collection, encode({ _id: 1 })))
  await transaction.write((tx) => tx.insert(collection, encode({ _id: 2 })))
  t.same(kinds(store), ['create'])
  await transaction.commit(session, () => {})
  const [, first, second] = [...store.read.changes(BEGINNING)]
  t.same([first.session, second.session], [session, session])
  t.same([first.key.subarray(0, 8), second.key.subarray(8)], [second.key.subarray(0, 8), Buffer.of(0, 0, 0, 1)])
  const aborted = store.begin()
  await aborted.write((tx) => tx.insert(collection, encode({ _id: 3 })))
  aborted.abort()
  t.equal(kinds(store).length, 3)
})

t.test('the history is there after a restart, and goes on', async (t) => {
  const directory = await temporaryDirectory(t)
  for (const _id of [1, 2]) {
    const store = await openWith(directory, RETENTION)
    await insert(store, { _id })
    await store.close()
  }
  const store = await openWith(directory, RETENTION)
  t.teardown(() => store.close())
  t.same(kinds(store), ['create', 'insert', 'insert'])
})

t.test('the oldest changes go when they take too much space, and where the history begins is known', async (t) => {
  const bytes = 100_000
  const store = await openWith(await temporaryDirectory(t), { ...RETENTION, bytes })
  t.teardown(() => store.close())
  const text = 'x'.repeat(1000)
  for (let from = 0; from < 500; from += 50) await insert(store, ...Array.from({ length: 50 }, (_, n) => ({ _id: from + n, text })))
  await store.maintenance.trimHistory()
  const rows = [...store.read.changes(BEGINNING)]
  t.ok(rows.length > 80 && rows.length < 100, `${rows.length} changes of 1,000 bytes are kept`)
  t.ok(Buffer.compare(store.read.historyStart()!, rows[0].key) < 0)
  t.equal(store.read.count(collectionOf(store)), 500)
  t.same(store.check(), [])
})

t.test('the oldest changes go when they are too old, in steps', async (t) => {
  const directory = await temporaryDirectory(t)
  let now = 1_700_000_000_000
  const store = await openWith(directory, { ...RETENTION, milliseconds: 3_600_000 }, () => now)
  t.teardown(() => store.close())
  await insert(store, ...Array.from({ length: 1500 }, (_, _id) => ({ _id })))
  now += 3_000_000
  await insert(store, { _id: 'young' })
  now += 1_000_000
  t.equal(await store.trimHistory(), true, 'there is more')
  await store.maintenance.sweep()
  t.same(kinds(store), ['insert'])
})
