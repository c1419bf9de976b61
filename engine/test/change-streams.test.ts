import { UUID, type Collection, type Db, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { StreamClient } from './change-stream-client.js'
import { startTestEngine, type TestEngine } from './helper.js'

interface World extends TestEngine { readonly db: Db }

async function start (t: Test): Promise<World> {
  const engine = await startTestEngine(t)
  return { ...engine, db: engine.client.db('test') }
}

interface Note extends Document { readonly _id: number | string }

function notesOf (db: Db, name = 'notes'): Collection<Note> {
  return db.collection<Note>(name)
}

/** What of events the tests compare. */
function briefly (events: readonly Document[]): Document[] {
  return events.map(({ operationType, documentKey, ns }) => ({ operationType, ...(documentKey && { id: documentKey._id }), coll: ns?.coll }))
}

t.test('an insert, an update, a replacement and a delete are told in the order of the manual', async (t) => {
  const { db } = await start(t)
  const notes = notesOf(db)
  const stream = await StreamClient.open(db, 'notes')
  await notes.insertOne({ _id: 1, a: 1 })
  await notes.updateOne({ _id: 1 }, { $set: { b: 2 }, $unset: { a: '' } })
  await notes.replaceOne({ _id: 1 }, { c: 3 })
  await notes.deleteOne({ _id: 1 })
  const events = await stream.take(4)
  const ns = { db: 'test', coll: 'notes' }
  t.match(events, [
    { operationType: 'insert', fullDocument: { _id: 1, a: 1 }, ns, documentKey: { _id: 1 } },
    { operationType: 'update', ns, documentKey: { _id: 1 }, updateDescription: { updatedFields: { b: 2 }, removedFields: ['a'], truncatedArrays: [] } },
    { operationType: 'replace', fullDocument: { _id: 1, c: 3 }, ns, documentKey: { _id: 1 } },
    { operationType: 'delete', ns, documentKey: { _id: 1 } }
  ])
  t.same(Object.keys(events[0]), ['_id', 'operationType', 'clusterTime', 'wallTime', 'fullDocument', 'ns', 'documentKey'])
  t.same(Object.keys(events[1]), ['_id', 'operationType', 'clusterTime', 'wallTime', 'ns', 'documentKey', 'updateDescription'])
  const tokens = events.map(({ _id }) => _id._data)
  t.same([...tokens].sort(), tokens, 'tokens are in the order of the events')
})

t.test('what changes nothing is not told, and neither is a retry', async (t) => {
  const { db } = await start(t)
  const lsid = { id: new UUID() }
  await db.command({ insert: 'notes', documents: [{ _id: 1, a: 1 }] })
  const stream = await StreamClient.open(db, 'notes')
  await db.command({ update: 'notes', updates: [{ q: { _id: 1 }, u: { $set: { a: 1 } } }] })
  await db.command({ delete: 'notes', deletes: [{ q: { _id: 9 }, limit: 1 }] })
  await t.rejects(notesOf(db).insertOne({ _id: 1 }), { code: 11000 })
  for (let time = 0; time < 2; time++) await db.command({ insert: 'notes', documents: [{ _id: 2 }], lsid, txnNumber: 5n })
  await db.command({ insert: 'notes', documents: [{ _id: 3 }] })
  t.same(briefly(await stream.take(2)), [{ operationType: 'insert', id: 2, coll: 'notes' }, { operationType: 'insert', id: 3, coll: 'notes' }])
})

t.test('a transaction is told when it is committed, at one time and as one of its session; an aborted one never', async (t) => {
  const { client, db } = await start(t)
  const notes = notesOf(db)
  const stream = await StreamClient.open(db, 1)
  await client.withSession(async (session) => {
    await t.rejects(session.withTransaction(async () => {
      await notes.insertOne({ _id: 'aborted' }, { session })
      throw new Error('no')
    }), { message: 'no' })
    await session.withTransaction(async () => {
      await notes.insertOne({ _id: 1 }, { session })
      await notesOf(db, 'others').insertOne({ _id: 2 }, { session })
      await notes.updateOne({ _id: 1 }, { $set: { a: 1 } }, { session })
    })
    const events = await stream.take(3)
    t.same(briefly(events), [
      { operationType: 'insert', id: 1, coll: 'notes' }, { operationType: 'insert', id: 2, coll: 'others' }, { operationType: 'update', id: 1, coll: 'notes' }
    ])
    t.equal(new Set(events.map(({ clusterTime }) => String(clusterTime))).size, 1)
    t.equal(new Set(events.map(({ _id }) => _id._data)).size, 3)
    for (const { lsid, txnNumber } of events) t.same([lsid.id, Number(txnNumber)], [session.id?.id, 2])
  })
})

t.test('a stream tells of its collection, its database or everything, and of nothing else', async (t) => {
  const { client, db } = await start(t)
  const streams = {
    collection: await StreamClient.open(db, 'a'),
    database: await StreamClient.open(db, 1),
    cluster: await StreamClient.open(client.db('admin'), 1, { allChangesForCluster: true })
  }
  for (const [database, collection] of [['other', 'a'], ['test', 'b'], ['test', 'a'], ['admin', 'c'], ['test', 'z']]) await client.db(database).collection(collection).insertOne({})
  const told = async (stream: StreamClient, count: number): Promise<string[]> => (await stream.take(count)).map(({ ns }) => `${ns.db}.${ns.coll}`)
  t.same(await told(streams.collection, 1), ['test.a'])
  t.same(await told(streams.database, 3), ['test.b', 'test.a', 'test.z'])
  t.same(await told(streams.cluster, 4), ['other.a', 'test.b', 'test.a', 'test.z'])
})

t.test('a drop or a rename ends the stream of a collection, to whose name or from', async (t) => {
  const { db } = await start(t)
  const ends: Array<[string, () => Promise<unknown>]> = [
    ['drop', async () => await db.dropCollection('a')],
    ['rename', async () => await db.renameCollection('a', 'b')],
    ['rename', async () => await db.renameCollection('c', 'a', { dropTarget: true })],
    ['drop', async () => await db.dropDatabase()]
  ]
  for (const [kind, end] of ends) {
    for (const name of ['a', 'c']) await db.createCollection(name)
    const stream = await StreamClient.open(db, 'a')
    await end()
    const batch = await stream.next()
    t.same(briefly(batch.events).map(({ operationType }) => operationType), [kind, 'invalidate'])
    t.equal(Number(batch.id), 0)
    for (const name of ['a', 'b', 'c']) await db.dropCollection(name)
  }
})

t.test('a dropped database ends its stream after the drops of its collections, and no stream on everything', async (t) => {
  const { client, db } = await start(t)
  await db.createCollection('a')
  await db.createCollection('b')
  const stream = await StreamClient.open(db, 1)
  const cluster = await StreamClient.open(client.db('admin'), 1, { allChangesForCluster: true })
  await db.dropDatabase()
  const { events, id } = await stream.next()
  t.same(events.map(({ operationType, ns }) => [operationType, ns?.coll]), [['drop', 'a'], ['drop', 'b'], ['dropDatabase', undefined], ['invalidate', undefined]])
  t.equal(Number(id), 0)
  const others = await cluster.next()
  t.same(others.events.map(({ operationType }) => operationType), ['drop', 'drop', 'dropDatabase'])
  t.not(Number(others.id), 0)
})

t.test('expanded events tell of collections and indexes, with the UUID of the collection', async (t) => {
  const { db } = await start(t)
  const stream = await StreamClient.open(db, 1, { showExpandedEvents: true })
  await db.createCollection('a')
  await db.collection('a').createIndex({ x: 1 })
  await db.command({ collMod: 'a', index: { name: 'x_1', hidden: true } })
  await db.collection('a').dropIndex('x_1')
  await db.renameCollection('a', 'b')
  await db.dropCollection('b')
  const events = await stream.take(6)
  t.match(events, [
    { operationType: 'create', operationDescription: { idIndex: { name: '_id_' } } },
    { operationType: 'createIndexes', operationDescription: { indexes: [{ v: 2, key: { x: 1 }, name: 'x_1' }] } },
    { operationType: 'modify', operationDescription: { index: { name: 'x_1', hidden: true } }, stateBeforeChange: { collectionOptions: {} } },
    { operationType: 'dropIndexes', operationDescription: { indexes: [{ name: 'x_1' }] } },
    { operationType: 'rename', to: { db: 'test', coll: 'b' }, operationDescription: { to: { db: 'test', coll: 'b' } } },
    { operationType: 'drop' }
  ])
  t.equal(new Set(events.map(({ collectionUUID }) => String(collectionUUID))).size, 1)
})

t.test('the whole document is looked up, or taken from the images that a collection keeps', async (t) => {
  const { db } = await start(t)
  const notes = notesOf(db)
  await db.createCollection('notes', { changeStreamPreAndPostImages: { enabled: true } })
  t.match(await db.listCollections().toArray(), [{ options: { changeStreamPreAndPostImages: { enabled: true } } }])
  const lookup = await StreamClient.open(db, 'notes', { fullDocument: 'updateLookup' })
  const images = await StreamClient.open(db, 'notes', { fullDocument: 'required', fullDocumentBeforeChange: 'required' })
  await notes.insertOne({ _id: 1, n: 1 })
  await notes.updateOne({ _id: 1 }, { $inc: { n: 1 } })
  await notes.updateOne({ _id: 1 }, { $inc: { n: 1 } })
  t.same((await lookup.take(3)).map(({ fullDocument }) => fullDocument.n), [1, 3, 3], 'as it is now')
  await notes.deleteOne({ _id: 1 })
  const events = await images.take(4)
  t.same(events.map(({ fullDocument }) => fullDocument?.n), [1, 2, 3, undefined])
  t.same(events.map(({ fullDocumentBeforeChange }) => fullDocumentBeforeChange?.n), [undefined, 1, 2, 3])
})

t.test('the whole document is found in capped and in collated collections, too', async (t) => {
  const { db } = await start(t)
  await db.createCollection('capped', { capped: true, size: 10_000 })
  await db.createCollection('collated', { collation: { locale: 'en', strength: 2 } })
  for (const name of ['capped', 'collated']) {
    const stream = await StreamClient.open(db, name, { fullDocument: 'updateLookup' })
    await notesOf(db, name).insertOne({ _id: 'Ä', n: 1 })
    await notesOf(db, name).updateOne({ _id: 'Ä' }, { $inc: { n: 1 } })
    const [, { fullDocument }] = await stream.take(2)
    t.same(fullDocument, { _id: 'Ä', n: 2 }, name)
  }
})

t.test('an image that was not kept is null, or an error if it is required', async (t) => {
  const { db } = await start(t)
  await notesOf(db).insertOne({ _id: 1 })
  const available = await StreamClient.open(db, 'notes', { fullDocument: 'whenAvailable', fullDocumentBeforeChange: 'whenAvailable' })
  const required = await StreamClient.open(db, 'notes', { fullDocument: 'required' })
  const before = await StreamClient.open(db, 'notes', { fullDocumentBeforeChange: 'required' })
  await notesOf(db).updateOne({ _id: 1 }, { $set: { a: 1 } })
  t.match(await available.take(1), [{ fullDocument: null, fullDocumentBeforeChange: null }])
  await t.rejects(required.next(), { code: 47 })
  await t.rejects(before.next(), { code: 47 })
})

t.test('a large document is told however little time there is, and an event that is too large is an error', async (t) => {
  const { db } = await start(t)
  await db.createCollection('notes', { changeStreamPreAndPostImages: { enabled: true } })
  const stream = await StreamClient.open(db, 'notes', { fullDocumentBeforeChange: 'required' })
  await notesOf(db).insertOne({ _id: 1, text: 'a'.repeat(10_000_000) })
  await notesOf(db).updateOne({ _id: 1 }, { $set: { text: 'b'.repeat(10_000_000) } })
  t.same(briefly((await stream.next({ maxTimeMS: 1, batchSize: 1 })).events), [{ operationType: 'insert', id: 1, coll: 'notes' }])
  await t.rejects(stream.next(), { code: 10334 })
})

t.test('stages behind it filter and shape events, but must leave the token', async (t) => {
  const { db } = await start(t)
  const stages = [{ $match: { 'fullDocument.n': { $gt: 1 } } }, { $addFields: { more: '$fullDocument.n' } }, { $project: { more: 1, operationType: 1 } }]
  const shaped = await StreamClient.open(db, 'a', {}, { stages })
  const broken = await StreamClient.open(db, 'a', {}, { stages: [{ $unset: '_id' }] })
  for (const n of [1, 2]) await db.collection('a').insertOne({ n })
  t.match(await shaped.take(1), [{ more: 2, operationType: 'insert', fullDocument: undefined }])
  await t.rejects(broken.next(), { code: 280, errorLabels: ['NonResumableChangeStreamError'] })
})

t.test('what cannot be a change stream is refused with its code', async (t) => {
  const { client, db } = await start(t)
  await db.createCollection('view', { viewOn: 'a', pipeline: [] })
  const cases: Array<[options: unknown, code: number, stages?: Document[], target?: string | 1]> = [
    [1, 50808],
    [{ nope: 1 }, 40415],
    [{ fullDocument: 'nope' }, 2],
    [{ fullDocumentBeforeChange: 'nope' }, 2],
    [{ showMigrationEvents: true }, 238],
    [{ allChangesForCluster: true }, 72],
    [{ resumeAfter: {} }, 40647],
    [{ resumeAfter: { _data: 'xyz' } }, 9],
    [{ resumeAfter: { _data: '8200' } }, 260],
    [{ resumeAfter: { _data: '00' }, startAfter: { _data: '00' } }, 50865],
    [{}, 20, [{ $group: { _id: 1 } }]],
    [{}, 40602, [{ $changeStream: {} }]],
    [{}, 40324, [{ $nope: 1 }]],
    [{}, 166, [], 'view'],
    [{}, 73, [], 'system.js']
  ]
  for (const [options, code, stages = [], target = 'a'] of cases) {
    await t.rejects(StreamClient.open(db, target, options as Document, { stages }), { code }, JSON.stringify([options, stages, target]))
  }
  await t.rejects(StreamClient.open(client.db('admin'), 1), { code: 73 })
  await t.rejects(db.command({ aggregate: 'a', pipeline: [{ $changeStream: {}, $match: {} }], cursor: {} }), { code: 40323 })
  await t.rejects(db.command({ aggregate: 'a', pipeline: [{ $changeStream: {} }] }), { code: 9 })
  await t.rejects(db.command({ aggregate: 'a', pipeline: [{ $changeStream: {} }], cursor: {}, readConcern: { level: 'local' } }), { code: 72 })
  await t.rejects(db.command({ aggregate: 'a', pipeline: [{ $facet: { x: [{ $changeStream: {} }] } }], cursor: {} }), { code: 40600 })
  await t.rejects(db.command({ aggregate: 'a', pipeline: [{ $changeStream: {} }], cursor: {}, explain: true }), { code: 238 })
  await client.withSession(async (session) => {
    session.startTransaction()
    await t.rejects(db.command({ aggregate: 'a', pipeline: [{ $changeStream: {} }], cursor: {} }, { session }), { code: 263 })
  })
})
