import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { MongoClient, Timestamp } from 'mongodb'
import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { BsonType, buildDocument, encode, valueFrom } from '../bson/value.js'
import { insertRaw } from '../cli/raw-insert.js'
import { startEngine } from '../index.js'
import { quireDb, type Run } from './cli-process.js'
import { startTestEngine, temporaryDirectory, type TestEngine } from './helper.js'

const things = { database: 'test', name: 'things', options: EMPTY_DOCUMENT }

/** What JavaScript objects could not carry: the order of such names, such dates, a type that is no longer in use, a name twice. */
const oddDocument = buildDocument([
  ['_id', valueFrom('odd')],
  ['b', valueFrom(1)],
  ['0', valueFrom(-0)],
  ['far', { ...valueFrom(new Date(0)), bytes: Buffer.from('ffffffffffffff7f', 'hex'), start: 0, end: 8 }],
  ['gone', { type: BsonType.undefined, bytes: Buffer.alloc(0), start: 0, end: 0 }],
  ['empty', valueFrom(new Timestamp({ t: 0, i: 0 }))],
  ['b', valueFrom(2)]
])

async function filledEngine (t: Test): Promise<TestEngine> {
  const engine = await startTestEngine(t)
  await insertRaw(engine.client, things, [oddDocument, ...Array.from({ length: 300 }, (_, n) => encode({ _id: n, a: n % 7, text: 'é'.repeat(n) }))])
  await engine.client.db('test').collection('things').createIndexes([
    { key: { a: 1, text: -1 } },
    { key: { text: 1 }, unique: true, sparse: true, name: 'texts' }
  ])
  await engine.client.db('other').collection('a/b c').insertOne({ n: 1 })
  return engine
}

/** What a dump says of a collection, but for the UUID, which every collection has anew. */
function metadata (directory: string): { indexes: object[] } {
  const { uuid, ...rest } = JSON.parse(readFileSync(join(directory, 'test', 'things.metadata.json'), 'utf8'))
  return { ...rest, hasUuid: /^[0-9a-f]{32}$/.test(uuid) }
}

function check (t: Test, { code, stderr }: Run): void {
  t.equal(code, 0, stderr)
}

t.test('what is dumped and loaded is the same, byte for byte, with its indexes', async (t) => {
  const { uri } = await filledEngine(t)
  const directory = await temporaryDirectory(t)
  const [first, second, data] = ['first', 'second', 'data'].map((name) => join(directory, name))
  check(t, await quireDb('dump', '--uri', uri, first))
  check(t, await quireDb('load', '--data', data, first))
  check(t, await quireDb('dump', '--data', data, second))
  for (const name of ['test', 'other']) t.same(readdirSync(join(second, name)), readdirSync(join(first, name)))
  const file = join('test', 'things.bson')
  t.ok(readFileSync(join(second, file)).equals(readFileSync(join(first, file))))
  t.ok(readFileSync(join(first, file)).includes(oddDocument))
  t.same(metadata(second), metadata(first))
  t.equal(metadata(first).indexes.length, 3)
})

t.test('a dump holds what was asked for, under the names that mongodump gives', async (t) => {
  const { uri } = await filledEngine(t)
  const directory = await temporaryDirectory(t)
  check(t, await quireDb('dump', '--uri', uri, '--db', 'other', join(directory, 'dump')))
  t.same(readdirSync(join(directory, 'dump')), ['other'])
  t.same(readdirSync(join(directory, 'dump', 'other')), ['a%2Fb%20c.bson', 'a%2Fb%20c.metadata.json'])
})

t.test('a validator goes with its collection, also with documents that are invalid', async (t) => {
  const { client, uri } = await startTestEngine(t)
  const db = client.db('test')
  const options = { validator: { $jsonSchema: { required: ['a'] } }, validationLevel: 'moderate', validationAction: 'error' }
  await db.createCollection('strict', options)
  await db.collection('strict').insertMany([{ a: 1 }, { b: 1 }], { bypassDocumentValidation: true })
  const directory = await temporaryDirectory(t)
  check(t, await quireDb('dump', '--uri', uri, join(directory, 'dump')))
  await db.dropCollection('strict')
  check(t, await quireDb('load', '--uri', uri, join(directory, 'dump')))
  t.match(await db.listCollections().toArray(), [{ name: 'strict', options }])
  t.equal(await db.collection('strict').countDocuments(), 2)
  await t.rejects(db.collection('strict').insertOne({ b: 1 }), { code: 121 })
})

t.test('a time series is dumped and loaded as its measurements, with its options and the indexes that it has', async (t) => {
  const { client, uri } = await startTestEngine(t)
  const db = client.db('test')
  const options = { timeseries: { timeField: 'at', metaField: 'of', granularity: 'minutes', bucketMaxSpanSeconds: 86_400 }, expireAfterSeconds: 1_000_000_000 }
  const series = await db.createCollection<{ _id: number }>('series', options)
  await series.insertMany(Array.from({ length: 300 }, (_, n) => ({ n, at: new Date(1_700_000_000_000 - n % 7), of: { b: n % 3, a: 1 }, _id: n % 5 })))
  await series.createIndex({ 'of.b': 1, n: -1 })
  await series.dropIndex('of_1_at_1')
  await db.createCollection('empty', { timeseries: { timeField: 'at' } })
  const [documents, indexes] = [await series.find().toArray(), await series.indexes()]
  const directory = await temporaryDirectory(t)
  const [first, second] = ['first', 'second'].map((name) => join(directory, name))
  check(t, await quireDb('dump', '--uri', uri, first))
  t.same(readdirSync(join(first, 'test')), ['empty.bson', 'empty.metadata.json', 'series.bson', 'series.metadata.json'])
  await db.dropDatabase()
  check(t, await quireDb('load', '--uri', uri, first))
  t.match(await db.listCollections({ name: 'series' }).toArray(), [{ type: 'timeseries', options }])
  t.match(await db.listCollections({ name: 'empty' }).toArray(), [{ type: 'timeseries' }])
  t.same(await series.find().toArray(), documents)
  t.same(await series.indexes(), indexes)
  check(t, await quireDb('dump', '--uri', uri, second))
  t.ok(readFileSync(join(second, 'test', 'series.bson')).equals(readFileSync(join(first, 'test', 'series.bson'))))
})

t.test('dump writes to a new directory only, and leaves none behind when it fails', async (t) => {
  const directory = await temporaryDirectory(t)
  writeFileSync(join(directory, 'mine'), '')
  const { uri } = await startTestEngine(t)
  t.match(await quireDb('dump', '--uri', uri, directory), { code: 1, stderr: /is not empty/ })
  t.match(await quireDb('dump', '--data', join(directory, 'nothing'), join(directory, 'new')), { code: 1, stderr: /there is no data/ })
  t.same(readdirSync(directory), ['mine'])
})

t.test('dump and load use an engine that is running, and leave it so', async (t) => {
  const directory = await temporaryDirectory(t)
  const engine = await startEngine({ dataDirectory: join(directory, 'data'), log: () => {} })
  t.teardown(() => engine.close())
  const client = await new MongoClient(engine.uri).connect()
  t.teardown(() => client.close())
  await client.db('test').collection('things').insertOne({ a: 1 })
  check(t, await quireDb('dump', '--data', join(directory, 'data'), join(directory, 'dump')))
  t.ok(existsSync(join(directory, 'dump', 'test', 'things.bson')))
  t.ok(engine.ready)
})
