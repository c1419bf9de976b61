import type { Collection, Db, Document } from 'mongodb'
import t, { type Test } from 'tap'
import { StreamClient } from './change-stream-client.js'
import { startTestEngine } from './helper.js'

const MIB = 1024 * 1024
const split = { $changeStreamSplitLargeEvent: {} }
const withImage = { fullDocumentBeforeChange: 'required' }

interface Large extends Document { readonly _id: number, readonly text: string }

interface World {
  readonly db: Db
  readonly notes: Collection<Large>
}

async function start (t: Test): Promise<World> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  return { db, notes: await db.createCollection<Large>('notes', { changeStreamPreAndPostImages: { enabled: true } }) }
}

/** Makes an event of an image and an update of 9 MiB each, and a small one. */
async function changeMuch (notes: Collection<Large>): Promise<void> {
  await notes.insertOne({ _id: 1, text: 'a'.repeat(9 * MIB) })
  await notes.updateOne({ _id: 1 }, { $set: { text: 'b'.repeat(9 * MIB) } })
  await notes.insertOne({ _id: 2, text: '' })
}

t.test('an event over the limit is an error', async (t) => {
  const { db, notes } = await start(t)
  const stream = await StreamClient.open(db, 'notes', withImage)
  await changeMuch(notes)
  t.match((await stream.next({ batchSize: 1 })).events, [{ operationType: 'insert' }])
  await t.rejects(stream.next(), { code: 10334, codeName: 'BSONObjectTooLarge' })
})

t.test('a large event is told in fragments, small fields first, each with a token to go on behind it', async (t) => {
  const { db, notes } = await start(t)
  const stream = await StreamClient.open(db, 'notes', withImage, { stages: [split] })
  await changeMuch(notes)
  const [whole, first, second, next] = await stream.take(4)
  t.notOk('splitEvent' in whole, 'what is small is told as ever')
  t.same(Object.keys(first), ['_id', 'splitEvent', 'wallTime', 'clusterTime', 'operationType', 'documentKey', 'ns', 'fullDocumentBeforeChange'])
  t.same(Object.keys(second), ['_id', 'splitEvent', 'updateDescription'])
  t.match([first, second], [{ splitEvent: { fragment: 1, of: 2 }, operationType: 'update' }, { splitEvent: { fragment: 2, of: 2 } }])
  t.equal(first.fullDocumentBeforeChange.text.length + second.updateDescription.updatedFields.text.length, 18 * MIB)
  t.match(next, { operationType: 'insert', documentKey: { _id: 2 } })
  const tokens = [whole, first, second, next].map(({ _id }) => _id._data)
  t.same([...tokens].sort(), tokens, 'tokens are in the order of the fragments')
  for (const name of ['resumeAfter', 'startAfter']) {
    const behindFirst = await StreamClient.open(db, 'notes', { ...withImage, [name]: first._id }, { stages: [split] })
    t.same((await behindFirst.take(2)).map(({ _id }) => _id), [second._id, next._id])
    const behindSecond = await StreamClient.open(db, 'notes', { ...withImage, [name]: second._id }, { stages: [split] })
    t.same((await behindSecond.take(1)).map(({ _id }) => _id), [next._id])
  }
})

t.test('a batch ends between fragments, and its token goes on there', async (t) => {
  const { db, notes } = await start(t)
  const stream = await StreamClient.open(db, 'notes', withImage, { stages: [{ $match: { operationType: 'update' } }, split] })
  await changeMuch(notes)
  const first = await stream.next({ batchSize: 1 })
  t.same(first.token, first.events[0]._id)
  const second = await stream.next({ batchSize: 1 })
  t.match([first.events, second.events], [[{ splitEvent: { fragment: 1 } }], [{ splitEvent: { fragment: 2 } }]])
})

t.test('a fragment is not resumed from where the event is not split, or split otherwise', async (t) => {
  const { db, notes } = await start(t)
  const stream = await StreamClient.open(db, 'notes', withImage, { stages: [split] })
  await changeMuch(notes)
  const [, { _id: resumeAfter }] = await stream.take(3)
  await t.rejects(StreamClient.open(db, 'notes', { ...withImage, resumeAfter }), { code: 280 })
  await t.rejects(StreamClient.open(db, 'notes', { resumeAfter }, { stages: [split] }), { code: 280 }, 'without the image it is small')
})

t.test('the last event of a stream is split, too, and ends it', async (t) => {
  const { db, notes } = await start(t)
  const enlarge = [{ $addFields: { text: 'a'.repeat(6 * MIB) } }, { $addFields: { twice: { $concat: ['$text', '$text'] } } }, split]
  const stream = await StreamClient.open(db, 'notes', {}, { stages: [{ $match: { operationType: 'invalidate' } }, ...enlarge] })
  await notes.drop()
  const [first, second] = await stream.take(2)
  t.match([first, second], [{ splitEvent: { fragment: 1, of: 2 }, operationType: 'invalidate' }, { splitEvent: { fragment: 2, of: 2 } }])
  t.ok((await StreamClient.open(db, 'notes', { startAfter: second._id }, { stages: enlarge })).opened.id.toString() !== '0', 'a new stream can begin behind it')
})

t.test('a single field over the limit is not split', async (t) => {
  const { db, notes } = await start(t)
  const both = { $addFields: { both: { a: '$fullDocumentBeforeChange', b: '$updateDescription' } } }
  const stream = await StreamClient.open(db, 'notes', withImage, { stages: [{ $match: { operationType: 'update' } }, both, split] })
  await changeMuch(notes)
  await t.rejects(stream.next(), { code: 7182500 })
})

t.test('the stage is the last one of a change stream, and has no options', async (t) => {
  const { db } = await start(t)
  await t.rejects(StreamClient.open(db, 'notes', {}, { stages: [split, split] }), { code: 7182802 })
  await t.rejects(StreamClient.open(db, 'notes', {}, { stages: [split, { $project: { ns: 1 } }] }), { code: 7182802 })
  await t.rejects(StreamClient.open(db, 'notes', {}, { stages: [{ $changeStreamSplitLargeEvent: { a: 1 } }] }), { code: 7182800 })
  await t.rejects(db.command({ aggregate: 'notes', pipeline: [split], cursor: {} }), { code: 20 })
  await t.rejects(db.command({ aggregate: 'notes', pipeline: [{ $changeStream: {} }, split], cursor: {}, apiVersion: '1', apiStrict: true }), { code: 323 })
})
