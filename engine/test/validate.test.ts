import { UUID } from 'mongodb'
import t from 'tap'
import { rowPrefix } from '../storage/rows.js'
import { openEnvironment } from '../storage/environment.js'
import { Store } from '../storage/store.js'
import { startTestEngine, withoutTimes } from './helper.js'

t.test('a collection is compared with its indexes and counters', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('a').insertMany([{ tags: ['x', 'y'] }, { tags: [] }, {}])
  await db.collection('a').createIndex({ tags: 1 })
  await db.collection('a').createIndex({ none: 1 }, { sparse: true })
  t.strictSame(withoutTimes(await db.command({ validate: 'a', full: true, scandata: true })), {
    ns: 'test.a',
    uuid: new UUID(store.catalog.collections('test')[0].uuid),
    nInvalidDocuments: 0,
    nNonCompliantDocuments: 0,
    nrecords: 3,
    nIndexes: 3,
    keysPerIndex: { _id_: 3, tags_1: 4, none_1: 0 },
    indexDetails: { _id_: { valid: true }, tags_1: { valid: true }, none_1: { valid: true } },
    valid: true,
    repaired: false,
    warnings: [],
    errors: [],
    extraIndexEntries: [],
    missingIndexEntries: [],
    corruptRecords: [],
    ok: 1
  })
})

t.test('documents that their validator does not accept are counted', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('a').insertMany([{ a: 1 }, { b: 1 }])
  await db.command({ collMod: 'a', validator: { a: 1 } })
  t.match(await db.command({ validate: 'a' }), { valid: true, nNonCompliantDocuments: 1, warnings: [String] })
})

t.test('others write while a collection is checked, which is that of one moment', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('a').insertMany(Array.from({ length: 6000 }, (_, n) => ({ n, text: 'x'.repeat(100) })))
  await db.collection('a').createIndex({ n: 1 })
  const checked = db.command({ validate: 'a' })
  let written = 0
  const isDone = checked.then(() => true)
  while (!await Promise.race([isDone, db.collection('a').insertOne({ n: -1 }).then(() => false)])) written++
  t.ok(written > 0, 'a write is answered before the check')
  t.match(await checked, { valid: true, nrecords: 6000, keysPerIndex: { n_1: 6000 } })
})

t.test('what is wrong is told, with the index', async (t) => {
  const engine = await startTestEngine(t)
  await engine.client.db('test').collection('a').createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }])
  await engine.client.db('test').collection('a').insertOne({ a: 1, b: 1 })
  await engine.client.close()
  await engine.server.close()
  await engine.store.close()
  const environment = await openEnvironment(engine.directory)
  const index = 3 // behind the collection and its index on _id
  for (const key of environment.tables.entries.stored.getKeys({ start: rowPrefix(index), end: rowPrefix(index + 1) })) environment.tables.entries.stored.removeSync(key)
  environment.renewSnapshot()
  const store = new Store(environment, {})
  t.teardown(() => store.close())
  const checked = await store.validate(store.catalog.collections('test')[0], () => undefined)
  t.match(checked.findings, [{ problem: 'missing entry' }])
  t.same([...checked.invalidIndexes], ['a_1'])
})

t.test('a check can be interrupted, and refuses what it does not do', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('a').insertMany(Array.from({ length: 20_000 }, (_, n) => ({ n })))
  await t.rejects(db.command({ validate: 'a', maxTimeMS: 1 }), { code: 50 })
  await t.rejects(db.command({ validate: 'none' }), { code: 26 })
  await t.rejects(db.command({ validate: 'a', repair: true }), { code: 238 })
  await t.rejects(db.command({ validate: 'a', full: true, background: true }), { code: 115 })
})
