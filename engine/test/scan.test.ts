import { MongoClient, type Collection } from 'mongodb'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { openMatches, type Query } from '../plan/matches.js'
import { parseFilter } from '../query/filter.js'
import { parseSort } from '../query/sort.js'
import { Namespace } from '../storage/namespace.js'
import { startTestEngine } from './helper.js'

const COUNT = 20_000

const { client, store, uri } = await startTestEngine(t)
const db = client.db('test')
const notes: Collection = db.collection('notes')
await notes.insertMany(Array.from({ length: COUNT }, (_, n) => ({ n, text: 'x'.repeat(40) })))
const collection = store.catalog.find(new Namespace('test', 'notes'))!

/** Takes seconds for all documents, of which it finds none. */
const SLOW = { $and: [...Array.from({ length: 300 }, (_, at) => ({ text: { $not: { $regex: `x{30}${at}` } } })), { n: -1 }] }

function query (filter: object, sort?: object): Query {
  return { filter: parseFilter(documentValue(encode(filter))), sort: sort && parseSort(documentValue(encode(sort))) }
}

t.test('other requests are answered while a collection is scanned', async (t) => {
  const scan = notes.find({ n: { $gte: 0 }, text: 'none' }).toArray()
  let answered = 0
  while (!Array.isArray(await Promise.race([scan, db.command({ ping: 1 })]))) answered++
  t.strictSame(await scan, [])
  t.ok(answered > 2, `${answered} pings were answered in between`)
})

for (const [name, sort] of [['scan', undefined], ['sort', { text: 1, n: -1 }]] as const) {
  t.test(`a ${name} lets others run in between and asks whether it should go on`, async (t) => {
    let [turns, questions, found] = [0, 0, 0]
    const count = (): void => { turns++; timer = setImmediate(count) }
    let timer = setImmediate(count)
    await openMatches(store, collection, query({}, sort)).read(() => ++found > 0, () => { questions++ })
    clearImmediate(timer)
    t.equal(found, COUNT)
    t.ok(questions > 1, `${questions} questions`)
    t.ok(turns >= questions, `${turns} turns of the event loop`)
  })
}

t.test('what is found in one slice is there without a promise', (t) => {
  let found = 0
  const state = openMatches(store, collection, query({ n: { $lt: 5 } })).read(() => ++found < 3, () => t.fail('there is no time for a question'))
  t.strictSame([state, found], ['stopped', 3])
  t.end()
})

t.test('a scan that is told to end ends', async (t) => {
  let found = 0
  const end = (): void => { throw new EngineError('Interrupted', 'enough') }
  const read = openMatches(store, collection, query({})).read(() => ++found > 0, end)
  await t.rejects(Promise.resolve(read), { code: 11601 })
  t.ok(found > 0 && found < COUNT)
})

t.test('whatever takes longer than maxTimeMS is ended', async (t) => {
  await t.rejects(notes.find(SLOW, { maxTimeMS: 50 }).toArray(), { code: 50, codeName: 'MaxTimeMSExpired' })
  for (const command of [
    { count: 'notes', query: SLOW },
    { distinct: 'notes', key: 'n', query: SLOW },
    { update: 'notes', updates: [{ q: SLOW, u: { $set: { n: 1 } }, multi: true }] },
    { delete: 'notes', deletes: [{ q: SLOW, limit: 1 }] },
    { findAndModify: 'notes', query: SLOW, remove: true }
  ]) await t.rejects(db.command({ ...command, maxTimeMS: 50 }), { code: 50 }, Object.keys(command)[0])
})

t.test('what is left of maxTimeMS is for the getMores of the cursor', async (t) => {
  for (const command of [{ find: 'notes', filter: SLOW }, { aggregate: 'notes', pipeline: [{ $match: SLOW }] }]) {
    const { cursor } = await db.command({ ...command, ...('find' in command ? { batchSize: 0 } : { cursor: { batchSize: 0 } }), maxTimeMS: 200 })
    await t.rejects(db.command({ getMore: cursor.id, collection: 'notes' }), { code: 50, codeName: 'MaxTimeMSExpired' })
    await t.rejects(db.command({ getMore: cursor.id, collection: 'notes' }), { code: 43 }, 'and then it is gone')
  }
})

t.test('a scan is ended when its client has gone', async (t) => {
  const finds = async (): Promise<{ total: number, failed: number }> => (await db.command({ serverStatus: 1 })).metrics.commands.find
  const before = await finds()
  const other = new MongoClient(uri)
  const scan = t.rejects(other.db('test').collection('notes').find(SLOW).toArray())
  while ((await finds()).total === before.total);
  await other.close()
  await scan
  while ((await finds()).failed === before.failed);
  t.pass('the command has failed on the server')
})
