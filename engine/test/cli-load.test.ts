import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { encode } from '../bson/value.js'
import { readBsonFile } from '../cli/bson-file.js'
import { quireDb } from './cli-process.js'
import { startTestEngine, temporaryDirectory } from './helper.js'

const documentSize = encode({ _id: 1, total: 10 }).length

/** A dump as mongodump 100 writes it. */
function mongodump (directory: string): string {
  mkdirSync(join(directory, 'shop'))
  writeFileSync(join(directory, 'prelude.json'), '{"ServerVersion":"7.0.14","ToolVersion":"100.10.0"}')
  writeFileSync(join(directory, 'shop', 'orders.bson'), Buffer.concat([1, 2, 3].map((_id) => encode({ _id, total: _id * 10 }))))
  writeFileSync(join(directory, 'shop', 'orders.metadata.json'), '{"options":{},"indexes":[{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"},' +
    '{"v":{"$numberInt":"2"},"key":{"total":{"$numberDouble":"-1.0"}},"name":"total_-1","expireAfterSeconds":{"$numberLong":"60"}}],' +
    '"uuid":"0123456789abcdef0123456789abcdef","collectionName":"orders","type":"collection"}')
  return join(directory, 'shop', 'orders.bson')
}

t.test('load reads what mongodump writes', async (t) => {
  const { uri, client } = await startTestEngine(t)
  const directory = await temporaryDirectory(t)
  mongodump(directory)
  const { code, stdout, stderr } = await quireDb('load', '--uri', uri, directory)
  t.equal(code, 0, stderr)
  t.equal(stdout, 'shop.orders: 3 documents\n')
  t.match(stderr, 'prelude.json')
  t.same(await client.db('shop').collection('orders').find().toArray(), [{ _id: 1, total: 10 }, { _id: 2, total: 20 }, { _id: 3, total: 30 }])
  t.match((await client.db('shop').collection('orders').indexes())[1], { name: 'total_-1', expireAfterSeconds: 60 })
})

t.test('load replaces documents only when told to', async (t) => {
  const { uri, client } = await startTestEngine(t)
  const directory = await temporaryDirectory(t)
  mongodump(directory)
  await client.db('shop').collection<{ _id: string }>('orders').insertOne({ _id: 'mine' })
  t.match(await quireDb('load', '--uri', uri, directory), { code: 1, stderr: /shop\.orders has documents already/ })
  t.equal(await client.db('shop').collection('orders').countDocuments(), 1)
  t.match(await quireDb('load', '--uri', uri, '--drop', directory), { code: 0 })
  t.equal(await client.db('shop').collection('orders').countDocuments(), 3)
})

t.test('F-05: load stops where a file is cut off, and says where', async (t) => {
  const { uri, client } = await startTestEngine(t)
  const directory = await temporaryDirectory(t)
  const file = mongodump(directory)
  truncateSync(file, 2 * documentSize + 5)
  const { code, stderr } = await quireDb('load', '--uri', uri, directory)
  t.equal(code, 1)
  t.match(stderr, `${file} is damaged at byte ${2 * documentSize}: the file ends within this document`)
  t.equal(await client.db('shop').collection('orders').countDocuments(), 2)
})

t.test('F-08: nothing behind a damaged document is read', async (t) => {
  const file = mongodump(await temporaryDirectory(t))
  const bytes = readFileSync(file)
  const damages: Array<[at: number, byte: number]> = [
    [4, 0x42], // no type of BSON
    [0, 3], // shorter than any document
    [3, 0x7f], // longer than any
    [documentSize - 1, 1] // not terminated
  ]
  for (const [at, byte] of damages) {
    const damaged = Buffer.from(bytes)
    damaged[documentSize + at] = byte
    writeFileSync(file, damaged)
    const read: Buffer[] = []
    await t.rejects(async () => {
      for await (const documents of readBsonFile(file)) read.push(...documents)
    }, { message: `${file} is damaged at byte ${documentSize}: ` })
    t.equal(read.length, 1)
  }
})

t.test('F-05: load refuses metadata that it cannot read, before it loads anything', async (t) => {
  const { uri, client } = await startTestEngine(t)
  const directory = await temporaryDirectory(t)
  const file = mongodump(directory)
  appendFileSync(file.replace('.bson', '.metadata.json'), '}')
  t.match(await quireDb('load', '--uri', uri, directory), { code: 1, stderr: /orders\.metadata\.json cannot be used: / })
  t.same(await client.db('shop').listCollections().toArray(), [])
})

t.test('load refuses what mongodump writes of a time series, unless it is not asked for', async (t) => {
  const { uri, client } = await startTestEngine(t)
  const directory = await temporaryDirectory(t)
  mongodump(directory)
  writeFileSync(join(directory, 'shop', 'system.buckets.series.bson'), encode({ control: { version: 2 } }))
  writeFileSync(join(directory, 'shop', 'series.metadata.json'), '{"options":{"timeseries":{"timeField":"at"}},"indexes":[],"collectionName":"series","type":"timeseries"}')
  t.match(await quireDb('load', '--uri', uri, directory), { code: 1, stderr: /documents of shop\.series are not in this dump.*system\.buckets\.series/ })
  t.same(await client.db('shop').listCollections().toArray(), [])
  t.match(await quireDb('load', '--uri', uri, '--collection', 'orders', directory), { code: 0 })
})

t.test('load does not put documents into another kind of collection', async (t) => {
  const { uri, client } = await startTestEngine(t)
  const directory = await temporaryDirectory(t)
  mongodump(directory)
  const db = client.db('shop')
  await db.createCollection('orders', { timeseries: { timeField: 'at' } })
  t.match(await quireDb('load', '--uri', uri, directory), { code: 1, stderr: /shop\.orders is there as a timeseries instead of a collection/ })
  t.match(await quireDb('load', '--uri', uri, '--drop', directory), { code: 0 })
  t.match(await db.listCollections().toArray(), [{ name: 'orders', type: 'collection' }])
})
