import { Timestamp, UUID, type Db, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { startTestEngine, type TestEngine } from './helper.js'

interface World extends TestEngine { readonly db: Db, apply (operation: Document): Promise<Document> }

async function start (t: Test): Promise<World> {
  const engine = await startTestEngine(t)
  const apply = async (operation: Document): Promise<Document> => await engine.client.db('admin').command({
    // As mongorestore sends it.
    applyOps: [{ ts: new Timestamp({ t: 0, i: 0 }), t: null, v: 0, op: 'c', ns: 'test.$cmd', ...operation }],
    bypassDocumentValidation: false
  })
  return { ...engine, db: engine.client.db('test'), apply }
}

async function uuids (db: Db): Promise<Array<[string, string]>> {
  const collections = await db.listCollections().toArray() as Array<{ name: string, info?: { uuid?: UUID } }>
  return collections.map(({ name, info }) => [name, String(info?.uuid)])
}

t.test('a collection is created with the UUID that is given, as mongorestore --preserveUUID wants it', async (t) => {
  const { db, store, apply } = await start(t)
  const uuid = new UUID()
  const o = { create: 'things', capped: true, size: 5000, validator: { a: 1 }, idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } }
  t.match(await apply({ o, ui: uuid }), { applied: 1, results: [true], ok: 1 })
  t.strictSame(await uuids(db), [['things', String(uuid)]])
  t.match(await db.listCollections().toArray(), [{ options: { capped: true, size: 5000, validator: { a: 1 } } }])
  t.match(await apply({ o, ui: uuid }), { ok: 1 }, 'it may be there already')
  await db.collection('things').insertOne({ a: 1 })
  t.strictSame(store.check(), [])
})

t.test('without a UUID one is made', async (t) => {
  const { db, apply } = await start(t)
  await apply({ o: { create: 'things' } })
  t.match(await uuids(db), [['things', /^[0-9a-f-]{36}$/]])
})

t.test('two collections never have one UUID', async (t) => {
  const { db, apply } = await start(t)
  const uuid = new UUID()
  await apply({ o: { create: 'a' }, ui: uuid })
  await t.rejects(apply({ o: { create: 'b' }, ui: uuid }), { code: 238 })
  await t.rejects(apply({ o: { create: 'a' }, ui: new UUID() }), { code: 48 })
  t.strictSame(await uuids(db), [['a', String(uuid)]])
})

t.test('all operations are done or none', async (t) => {
  const { client, db } = await start(t)
  const create = (name: string): Document => ({ op: 'c', ns: 'test.$cmd', o: { create: name } })
  t.match(await client.db('admin').command({ applyOps: [create('a'), create('b')] }), { applied: 2, results: [true, true] })
  await t.rejects(client.db('admin').command({ applyOps: [create('c'), create('a')] }), { code: 48 })
  t.strictSame((await uuids(db)).map(([name]) => name).sort(), ['a', 'b'])
})

t.test('so many operations at once that others would have to wait for them are refused', async (t) => {
  const { client, db } = await start(t)
  const apply = async (count: number): Promise<Document> => await client.db('admin').command({
    applyOps: Array.from({ length: count }, (_, n) => ({ op: 'c', ns: 'test.$cmd', o: { create: `c${n}` } }))
  })
  await t.rejects(apply(101), { code: 238, message: 'applyOps: more than 100 operations at once are not implemented by this engine' })
  t.strictSame(await uuids(db), [])
  t.match(await apply(100), { applied: 100 })
})

t.test('other operations, such as those of mongorestore --oplogReplay, are refused by name', async (t) => {
  const { client, apply } = await start(t)
  const refused = async (operation: Document, message: string): Promise<void> => {
    await t.rejects(apply(operation), { code: 238, message: `${message} not implemented by this engine` })
  }
  await refused({ op: 'i', ns: 'test.a', o: { _id: 1 }, ui: new UUID() }, "applyOps: operations of kind 'i' are")
  await refused({ op: 'u', ns: 'test.a', o: { $v: 2, diff: {} }, o2: { _id: 1 } }, "applyOps: operations of kind 'u' are")
  await refused({ o: { drop: 'a' } }, "applyOps: the command 'drop' is")
  await refused({ o: {} }, "applyOps: the command '' is")
  await refused({ o: { create: 'v', viewOn: 'a', pipeline: [] } }, 'applyOps: views are')
  await refused({ o: { create: 'a' }, o2: { x: 1 } }, "BSON field 'applyOps.applyOps.o2' is")
  await refused({ o: { create: 'a', writeConcern: { w: 5 } } }, "BSON field 'create.writeConcern' is")
  await refused({ o: { create: 'a', storageEngine: { x: 1 } } }, "BSON field 'create.storageEngine' is")
  await t.rejects(client.db('admin').command({ applyOps: [], alwaysUpsert: true }), { code: 238 })
})

t.test('what is wrong with an operation is told', async (t) => {
  const { apply } = await start(t)
  const code = async (expected: number, operation: Document): Promise<void> => { await t.rejects(apply(operation), { code: expected }) }
  await code(207, { o: { create: 'a' }, ui: Buffer.alloc(16) })
  await code(40415, { o: { create: 'a' }, other: 1 })
  await code(40415, { o: { create: 'a', other: 1 } })
  await code(40414, { op: null, o: { create: 'a' } })
  await code(73, { ns: 'test.a', o: { create: 'a' } })
  await code(73, { o: { create: 'system.a' } })
})

t.test('mongodump --oplog finds out that there is no oplog', async (t) => {
  const { client } = await start(t)
  const oplog = client.db('local').collection('oplog.rs')
  await t.rejects(oplog.findOne({}, { sort: { $natural: -1 } }), { code: 238, message: "'local.oplog.rs': an oplog is not implemented by this engine" })
  await t.rejects(oplog.insertOne({}), { code: 238 })
  t.equal(await client.db('local').collection('other').findOne(), null)
})
