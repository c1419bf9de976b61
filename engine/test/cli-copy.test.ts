import { join } from 'node:path'
import { Binary, BSON, type Document, type MongoClient } from 'mongodb'
import t from 'tap'
import { listCollections } from '../cli/collections.js'
import { copyCollection, difference } from '../cli/copy-collection.js'
import { CopyTarget } from '../cli/copy-target.js'
import { fingerprintOf } from '../cli/fingerprint.js'
import { quireDb } from './cli-process.js'
import { startTestEngine, type TestEngine } from './helper.js'

type Numbered = { _id: number, a?: number }

async function fill ({ client }: TestEngine): Promise<void> {
  for (const name of ['first', 'second']) {
    const collection = client.db('test').collection<Numbered>(name)
    await collection.insertMany(Array.from({ length: 250 }, (_, n) => ({ _id: n, a: n % 7 })))
    await collection.createIndex({ a: 1, _id: -1 })
  }
}

t.test('copy moves documents and indexes to another server, and verifies them', async (t) => {
  const [source, target] = [await startTestEngine(t), await startTestEngine(t)]
  await fill(source)
  const { code, stdout, stderr } = await quireDb('copy', '--uri', source.uri, '--to', target.uri)
  t.equal(code, 0, stderr)
  t.equal(stdout, 'test.first: 250 documents, verified\ntest.second: 250 documents, verified\n')
  const db = target.client.db('test')
  t.same((await db.listCollections().toArray()).map(({ name }) => name), ['first', 'second'])
  t.same(await db.collection('first').indexes(), await source.client.db('test').collection('first').indexes())
  t.same(await db.collection('second').find().toArray(), await source.client.db('test').collection('second').find().toArray())
})

t.test('copy replaces documents of the target only by force', async (t) => {
  const [source, target] = [await startTestEngine(t), await startTestEngine(t)]
  await fill(source)
  const mine = target.client.db('test').collection<Numbered>('second')
  await mine.insertOne({ _id: -1 })
  t.match(await quireDb('copy', '--uri', source.uri, '--to', target.uri), { code: 1, stderr: /has documents in test\.second/ })
  t.equal(await mine.countDocuments(), 1)
  t.match(await quireDb('copy', '--uri', source.uri, '--to', target.uri, '--force'), { code: 0 })
  t.equal(await mine.countDocuments(), 250)
})

t.test('copy never takes the source for the target', async (t) => {
  const source = await startTestEngine(t)
  await fill(source)
  t.match(await quireDb('copy', '--uri', source.uri, '--to', source.uri, '--force'), { code: 1, stderr: /same collection/ })
  t.equal(await source.client.db('test').collection('first').countDocuments(), 250)
})

t.test('a second run finishes a copy that was interrupted, and leaves what is there', async (t) => {
  const [source, target] = [await startTestEngine(t), await startTestEngine(t)]
  await fill(source)
  const collections = await listCollections(source.client)
  await new CopyTarget(target.client, collections).begin(false)
  await copyCollection(source.client, target.client, collections[0], false)
  await target.client.db('test').collection<Numbered>('second').insertOne({ _id: 0 })
  const before = (await listCollections(target.client, { collection: 'first' }))[0].uuid
  const { code, stderr } = await quireDb('copy', '--uri', source.uri, '--to', target.uri)
  t.equal(code, 0, stderr)
  const copied = await listCollections(target.client)
  t.same(copied.map(({ name }) => name), ['first', 'second'])
  t.same(copied[0].uuid, before)
  t.equal(await target.client.db('test').collection('second').countDocuments(), 250)
})

t.test('a copy that is not the same is found out', async (t) => {
  const [source, target] = [await startTestEngine(t), await startTestEngine(t)]
  await fill(source)
  const [info] = await listCollections(source.client)
  const copied = await copyCollection(source.client, target.client, info, false)
  const collection = target.client.db('test').collection<Numbered>('first')
  const find = (): Promise<string | undefined> => difference(target.client, info, copied)
  t.equal(await find(), undefined)
  await collection.updateOne({ _id: 7 }, { $set: { a: 1 } })
  t.equal(await find(), 'has 250 documents as it should, but not the same')
  await collection.deleteOne({ _id: 7 })
  t.equal(await find(), 'has 249 documents instead of 250')
  await collection.dropIndex('a_1__id_-1')
  t.equal(await find(), 'lacks the indexes a_1__id_-1')
  await collection.drop()
  t.equal(await find(), 'is missing')
})

t.test('copy says where it should go, and that there is something to copy', async (t) => {
  const { uri, directory } = await startTestEngine(t)
  t.match(await quireDb('copy'), { code: 2, stderr: /--to is missing/ })
  t.match(await quireDb('copy', '--data', join(directory, 'nothing'), '--to', uri), { code: 1, stderr: /there is no data/ })
})

t.test('copy and load make views, and refuse what is in their place', async (t) => {
  const [source, target] = [await startTestEngine(t), await startTestEngine(t)]
  await fill(source)
  const pipeline = [{ $match: { a: 3 } }]
  await source.client.db('test').createCollection('threes', { viewOn: 'first', pipeline })
  const { stdout } = await quireDb('copy', '--uri', source.uri, '--to', target.uri)
  t.match(stdout, 'test.threes: a view, verified\n')
  const [view] = await target.client.db('test').listCollections({ name: 'threes' }).toArray()
  t.match(view, { type: 'view', options: { viewOn: 'first', pipeline } })
  const dump = join(source.directory, 'dump')
  t.match(await quireDb('dump', '--uri', source.uri, dump), { code: 0 })
  await target.client.db('test').dropDatabase()
  await target.client.db('test').createCollection('threes', { viewOn: 'second' })
  t.match(await quireDb('load', '--uri', target.uri, '--collection', 'threes', dump), { code: 1, stderr: /already exists/ })
  t.match(await quireDb('load', '--uri', target.uri, '--drop', dump), { code: 0 })
  t.equal(await target.client.db('test').collection('threes').countDocuments(), await source.client.db('test').collection('threes').countDocuments())
})

const at = new Date(1_700_000_000_000)
const timeseries = { timeField: 'at', metaField: 'of' }

t.test('copy moves a time series, and verifies it', async (t) => {
  const [source, target] = [await startTestEngine(t), await startTestEngine(t)]
  const series = await source.client.db('test').createCollection<Numbered>('series', { timeseries })
  await series.insertMany(Array.from({ length: 250 }, (_, n) => ({ _id: n % 9, at, of: n % 3, n })))
  await series.createIndex({ n: 1 })
  const { code, stdout, stderr } = await quireDb('copy', '--uri', source.uri, '--to', target.uri)
  t.equal(code, 0, stderr)
  t.equal(stdout, 'test.series: 250 documents, verified\n')
  const copied = target.client.db('test').collection('series')
  t.same(await copied.find().toArray(), await series.find().toArray())
  t.same(await copied.indexes(), await series.indexes())
  t.match(await quireDb('copy', '--uri', source.uri, '--to', source.uri, '--force'), { code: 1, stderr: /same collection/ })
})

t.test('the order in which a server gives the fields of a measurement back is no difference, a value is one', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const measurements = async (name: string, documents: Document[]): Promise<void> => {
    await (await db.createCollection(name, { timeseries })).insertMany(documents)
  }
  await measurements('given', [{ _id: 1, n: { y: 1, x: 2 }, at, of: [{ b: 1, a: [{ d: 1, c: 2 }] }] }])
  await measurements('reordered', [{ at, of: [{ a: [{ c: 2, d: 1 }], b: 1 }], _id: 1, n: { y: 1, x: 2 } }])
  await measurements('changed', [{ at, of: [{ a: [{ c: 2, d: 2 }], b: 1 }], _id: 1, n: { y: 1, x: 2 } }])
  await measurements('inside', [{ at, of: [{ a: [{ c: 2, d: 1 }], b: 1 }], _id: 1, n: { x: 2, y: 1 } }])
  await db.collection<Document>('ordinary').insertOne({ at })
  const [given] = await listCollections(client, { collection: 'given' })
  const wanted = await fingerprintOf(client, given)
  const found = (name: string): Promise<string | undefined> => difference(client, { ...given, name }, wanted)
  t.equal(await found('reordered'), undefined)
  t.equal(await found('changed'), 'has 1 documents as it should, but not the same')
  t.equal(await found('inside'), 'has 1 documents as it should, but not the same')
  t.equal(await found('ordinary'), 'is a collection instead of a timeseries')
})

t.test('a time series of MongoDB is known again by the UUID of its buckets', async (t) => {
  const uuid = new Binary(Buffer.alloc(16, 7), Binary.SUBTYPE_UUID)
  const described = [
    { name: 'series', type: 'timeseries', options: { timeseries }, info: { readOnly: false } },
    { name: 'system.buckets.series', type: 'collection', options: {}, info: { readOnly: false, uuid } }
  ]
  const cursorOf = (documents: Document[]): object => ({ toArray: async () => documents.map((document) => BSON.serialize(document)) })
  const server = {
    databaseName: 'test',
    admin: () => ({ listDatabases: async () => ({ databases: [{ name: 'test' }] }) }),
    listCollections: () => cursorOf(described),
    collection: () => ({ listIndexes: () => cursorOf([]) })
  }
  const found = await listCollections({ db: () => server } as unknown as MongoClient)
  t.match(found, [{ name: 'series', type: 'timeseries', uuid: Buffer.alloc(16, 7) }])
  t.equal(found.length, 1)
})
