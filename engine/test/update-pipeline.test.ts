import { Long, type Document } from 'bson'
import t from 'tap'
import { encode, valueFrom } from '../bson/value.js'
import { parseUpdate } from '../update/update.js'
import { startTestEngine } from './helper.js'
import { applyUpdate, contextOf, inWords, NEW_ID, NOW, parse, upsert } from './update-cases.js'

const applied: Array<[title: string, before: Document, pipeline: Document[], after: Document]> = [
  ['its stages follow one another', { _id: 1, a: 1 }, [{ $set: { b: { $add: ['$a', 1] } } }, { $addFields: { c: '$b' } }, { $unset: ['a'] }], { _id: 1, b: 2, c: 2 }],
  ['untouched fields keep their types', { _id: 1, n: Long.ONE, a: 1 }, [{ $set: { a: 2 } }], { _id: 1, n: Long.ONE, a: 2 }],
  ['$project chooses the fields', { _id: 1, a: 1, b: 2 }, [{ $project: { b: 1 } }], { _id: 1, b: 2 }],
  ['a replacement without an _id keeps the document\'s', { _id: 1, a: { x: 1 } }, [{ $replaceRoot: { newRoot: '$a' } }], { _id: 1, x: 1 }],
  ['$$NOW is the time of the update', { _id: 1 }, [{ $set: { at: '$$NOW' } }], { _id: 1, at: NOW }],
  ['a dotted path sets a field in each document of an array', { _id: 1, a: [{ b: 1 }, { c: 2 }] }, [{ $set: { 'a.b': 0 } }], { _id: 1, a: [{ b: 0 }, { c: 2, b: 0 }] }]
]

for (const [title, before, pipeline, after] of applied) {
  t.test(`an update with a pipeline: ${title}`, async (t) => {
    t.equal(inWords(applyUpdate(before, pipeline)), inWords(after))
  })
}

t.test('a pipeline that changes nothing leaves the very same document', async (t) => {
  const document = encode({ _id: 1, a: 1 })
  t.equal(parse([{ $set: { a: '$a' } }]).apply(document, contextOf()).document, document)
})

t.test('an upsert with a pipeline starts from what the filter says, and has an _id', async (t) => {
  t.equal(inWords(upsert([{ $set: { b: { $add: ['$a', 1] } } }], { filter: { a: 1 } })), inWords({ _id: NEW_ID, a: 1, b: 2 }))
  t.equal(inWords(upsert([{ $set: { b: 1 } }], { filter: { _id: 5 } })), inWords({ _id: 5, b: 1 }))
})

const refused: Array<[title: string, pipeline: Document[], code: number]> = [
  ['a stage that makes other documents', [{ $match: {} }], 72],
  ['a stage that makes fewer documents', [{ $limit: 1 }], 72],
  ['a stage that there is not', [{ $foo: 1 }], 40324],
  ['another _id', [{ $set: { _id: 2 } }], 66],
  ['a root that is no document', [{ $replaceWith: '$a' }], 40228],
  ['a document nested too deeply', [{ $set: { a: nested(60) } }, { $set: { a: nested(60, '$a') } }], 15]
]

for (const [title, pipeline, code] of refused) {
  t.test(`an update with a pipeline is refused: ${title}`, async (t) => {
    t.throws(() => applyUpdate({ _id: 1, a: 1 }, pipeline), { code })
  })
}

t.test('array filters do not go with a pipeline', async (t) => {
  t.throws(() => parseUpdate(valueFrom([]), { arrayFilters: [valueFrom({ a: 1 })] }), { code: 9 })
})

t.test('commands take pipelines, $expr and variables', async (t) => {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection<Document & { _id: number }>('notes')
  await notes.insertMany([{ _id: 1, a: 1, b: 2 }, { _id: 2, a: 5, b: 3 }])
  await notes.updateMany({ $expr: { $gt: ['$b', '$a'] } }, [{ $set: { c: { $multiply: ['$b', '$$factor'] } } }], { let: { factor: 10 } })
  t.same(await notes.find({ $expr: { $eq: ['$c', '$$wanted'] } }, { let: { wanted: 20 }, projection: { _id: 1, d: { $add: ['$c', '$$wanted'] } } }).toArray(), [{ _id: 1, d: 40 }])
  t.same(await notes.findOneAndUpdate({ _id: 2 }, [{ $set: { a: '$b' } }], { returnDocument: 'after' }), { _id: 2, a: 3, b: 3 })
  t.equal(await notes.countDocuments({ $expr: { $eq: ['$a', '$b'] } }), 1)
  t.same(await notes.aggregate([{ $match: { $expr: { $eq: ['$a', '$$x'] } } }, { $project: { _id: 1 } }], { let: { x: 3 } }).toArray(), [{ _id: 2 }])
  t.equal((await notes.deleteMany({ $expr: { $eq: ['$_id', '$$id'] } }, { let: { id: 2 } })).deletedCount, 1)
  await t.rejects(notes.updateOne({ $expr: { $eq: ['$a', 9] } }, { $set: { z: 1 } }, { upsert: true }), { code: 224 })
  await client.db('test').command({ update: 'notes', updates: [{ q: { _id: 1 }, u: [{ $set: { e: '$$k' } }], c: { k: '$text' } }] })
  t.match(await notes.findOne({ _id: 1 }), { e: '$text' })
  const constants = { update: 'notes', updates: [{ q: {}, u: { $set: { e: 1 } }, c: { k: 1 } }] }
  t.match(await client.db('test').command(constants), { writeErrors: [{ code: 51198 }] })
})

function nested (depth: number, inside: unknown = 1): unknown {
  let value = inside
  for (let level = 0; level < depth; level++) value = [value]
  return value
}
