import type { Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine } from './helper.js'

/** Patterns that a backtracking matcher needs ages for, each on the text beside it. */
const hostile: Array<[pattern: string, text: string]> = [
  ['^(x+x+)+y$', 'x'.repeat(60)],
  ['(x|x)*y', 'x'.repeat(60)],
  ['^(?=(x|xx)*y)', 'x'.repeat(60)],
  ['(?<!y(x|xx)*)$', 'x'.repeat(60)],
  ['(x*)*\\1y', 'x'.repeat(60)],
  ['(?:x?){50}x{50}y', 'x'.repeat(50)],
  ['x*x*x*x*y', 'x'.repeat(5000)],
  ['(|)'.repeat(60) + 'y', ''],
  ['(.*)*'.repeat(20) + 'y', 'x'.repeat(200_000)]
]

/** Each use of a pattern on the text of the one document of a collection: the code with which it fails, or 0. */
async function codesOf (t: Test, text: string, filters: Document[], expressions: Document[]): Promise<number[]> {
  const { client } = await startTestEngine(t)
  const texts = client.db('test').collection('texts')
  await texts.insertOne({ text })
  const uses = [
    ...filters.map((filter) => texts.findOne(filter)),
    ...expressions.map((found) => texts.aggregate([{ $set: { found } }]).toArray())
  ]
  const codes = await Promise.all(uses.map((use) => use.then(() => 0, ({ code }: { code: number }) => code)))
  t.equal((await client.db().command({ ping: 1 })).ok, 1, 'others are not kept waiting')
  return codes
}

for (const [pattern, text] of hostile) {
  t.test(`S-093: the pattern ${pattern.slice(0, 20)} ends with an error in a filter and in an expression`, async (t) => {
    const codes = await codesOf(t, text, [{ text: new RegExp(pattern) }], [{ $regexFindAll: { input: '$text', regex: pattern } }])
    t.ok(codes.every((code) => code === 51156 || code === 96), String(codes))
  })
}

t.test('S-093: such a pattern ends with an error wherever it is used', async (t) => {
  const [[pattern, text]] = hostile
  const regex = new RegExp(pattern)
  const filters = [{ text: { $in: [regex] } }, { text: { $not: regex } }, { $jsonSchema: { properties: { text: { pattern } } } }]
  const expressions = ['$regexMatch', '$regexFind'].map((name) => ({ [name]: { input: '$text', regex: pattern } }))
  const codes = await codesOf(t, text, filters, expressions)
  t.ok(codes.every((code) => code === 51156 || code === 96), String(codes))
})

t.test('patterns that are slow for nobody are matched on long texts', async (t) => {
  const { client } = await startTestEngine(t)
  const texts = client.db('test').collection('texts')
  await texts.insertOne({ text: `${'lorem ipsum '.repeat(10_000)}dolor` })
  for (const regex of [/dolor$/, /d.*r/, /.*dolor.*/, /(dolor|amet)$/i, /^lorem.*ipsum/, /(?<=ipsum )d\w+$/]) {
    t.equal(await texts.countDocuments({ text: regex }), 1, String(regex))
  }
})

/** Expressions that would compute for hours or years on a single document. */
const numbers = { $range: [0, 100_000] }
const nested = (depth: number): Document => depth === 0 ? { $add: ['$$this', 1] } : { $map: { input: numbers, as: 'this', in: { $size: { $ifNull: [{ $filter: { input: numbers, as: 'this', cond: nested(depth - 1) } }, []] } } } }
const long: Array<[what: string, expression: Document]> = [
  ['$map in $map', nested(2)],
  ['$reduce that makes an array longer and longer', { $reduce: { input: numbers, initialValue: [], in: { $concatArrays: ['$$value', ['$$this']] } } }],
  ['many operators that read something long', { $add: Array.from({ length: 20_000 }, () => ({ $size: '$array' })) }],
  ['many paths through something long', { $add: Array.from({ length: 20_000 }, () => ({ $size: '$array.a' })) }],
  ['$zip of many short arrays and a long one', { $zip: { inputs: ['$array', ...Array.from({ length: 20_000 }, () => [1])], useLongestLength: true } }],
  ['a pattern tried over and over', { $map: { input: numbers, in: { $regexMatch: { input: '$text', regex: 'x*y' } } } }]
]

for (const [what, expression] of long) {
  t.test(`an expression that computes for too long on one document is ended: ${what}`, async (t) => {
    const { client } = await startTestEngine(t)
    const documents = client.db('test').collection('documents')
    await documents.insertOne({ array: Array.from({ length: 20_000 }, (_, a) => ({ a })), text: 'x'.repeat(2000) })
    const stages = [{ $project: { result: expression } }]
    await t.rejects(documents.aggregate(stages).toArray(), { code: 96 })
    await t.rejects(documents.aggregate(stages, { maxTimeMS: 20 }).toArray(), { code: 50 })
  })
}

t.test('a filter that reads a long document over and over is ended', async (t) => {
  const { client } = await startTestEngine(t)
  const documents = client.db('test').collection('documents')
  await documents.insertOne({ array: Array.from({ length: 100_000 }, (_, a) => ({ a })) })
  const $or = Array.from({ length: 5000 }, (_, number) => ({ 'array.a': { $gt: 1e6 + number } }))
  await t.rejects(documents.findOne({ $or }), { code: 96 })
  await t.rejects(documents.updateOne({ $or }, { $set: { found: true } }), { code: 96 })
})

/** Updates that would work for seconds or hours on a single document. */
const shuffled = (count: number): number[] => Array.from({ length: count }, (_, at) => at * 7919 % 1_000_003)
const byField = <Result>(count: number, result: (number: number) => Result): Record<string, Result> => Object.fromEntries(shuffled(count).map((number) => [`f${number}`, result(number)]))
const missing = Object.fromEntries(Array.from({ length: 200 }, (_, number) => [`m${number}`, 1]))
const texts = shuffled(400_000).map((number) => `text ${number}`)
const updates: Array<[what: string, document: Document, update: Document]> = [
  ['many renamed fields', byField(30_000, () => 1), { $rename: byField(30_000, (number) => `g${number}`) }],
  ['a long array that is sorted by many fields', { array: shuffled(300_000).map((a) => ({ a })) }, { $push: { array: { $each: [], $sort: { ...missing, a: 1 } } } }],
  ['a set of many texts', { array: texts }, { $addToSet: { array: { $each: texts } } }],
  ['many texts that are removed', { array: texts }, { $pullAll: { array: texts } }],
  ['many elements, in each of which much is changed', { array: shuffled(300_000).map((a) => ({ a })) }, { $unset: Object.fromEntries(Object.keys(missing).map((name) => [`array.$[].${name}`, 1])) }]
]

for (const [what, document, update] of updates) {
  t.test(`an update that works for too long on one document is ended, and changes nothing: ${what}`, async (t) => {
    const { client } = await startTestEngine(t)
    const documents = client.db('test').collection<Document>('documents')
    await documents.insertOne({ _id: 1, ...document } as never)
    await t.rejects(documents.updateOne({ _id: 1 } as never, update, { collation: { locale: 'en' } }), { code: 96 })
    t.equal(await documents.countDocuments({ changed: { $exists: true } }), 0)
    t.equal((await documents.updateOne({ _id: 1 } as never, { $set: { changed: true } })).modifiedCount, 1)
  })
}

const schemas: Array<[what: string, document: Document, schema: Document]> = [
  ['each of many fields and many patterns', byField(50_000, () => 1), { patternProperties: Object.fromEntries(Array.from({ length: 2000 }, (_, number) => [`^x${number}`, {}])) }],
  ['each of many items and many fields', { array: Array.from({ length: 50_000 }, () => ({})) }, { properties: { array: { items: { dependencies: byField(10_000, () => ['a']) } } } }],
  ['different items', { array: Array.from({ length: 300_000 }, (_, a) => ({ a, b: { a } })) }, { properties: { array: { allOf: Array.from({ length: 100 }, () => ({ uniqueItems: true })) } } }]
]

for (const [what, document, $jsonSchema] of schemas) {
  t.test(`a schema that looks for too long at one document is ended: ${what}`, async (t) => {
    const { client } = await startTestEngine(t)
    const documents = client.db('test').collection('documents')
    await documents.insertOne(document)
    await t.rejects(documents.findOne({ $jsonSchema }), { code: 96 })
  })
}

t.test('a query by many values is ended while it is planned, or lets others run', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const documents = db.collection<Document>('documents')
  await documents.createIndex({ a: 1 })
  await documents.insertOne({ a: 1 })
  await t.rejects(documents.find({ a: { $in: shuffled(700_000) } }).toArray(), { code: 96 })
  await t.rejects(documents.find({ _id: { $in: shuffled(1_000_000) } } as never).toArray(), { code: 96 })
  const others = documents.find({ $or: shuffled(2000).map((number) => ({ a: { $in: [-number, -number - 0.5] } })) }).toArray()
  let answered = 0
  while (!Array.isArray(await Promise.race([others, db.command({ ping: 1 })]))) answered++
  t.ok(answered > 2, `${answered} pings were answered in between`)
  t.same(await documents.countDocuments({ a: { $in: [...shuffled(20_000), 1] } }), 1)
})

t.test('an array with too many elements for an index is refused, and can still be taken away', async (t) => {
  const { client } = await startTestEngine(t)
  const documents = client.db('test').collection<Document>('documents')
  const tooMany = shuffled(100_001)
  await documents.insertOne({ _id: 1, a: tooMany } as never)
  await t.rejects(documents.createIndex({ a: 1 }), { code: 201, message: /may have 100000 in the index 'a_1'/ })
  await documents.deleteOne({ _id: 1 } as never)
  await documents.createIndex({ a: 1 })
  await t.rejects(documents.insertOne({ a: tooMany }), { code: 201 })
  await documents.insertOne({ _id: 2, a: tooMany.slice(1) } as never)
  await t.rejects(documents.updateOne({}, { $push: { a: 0.5 } as never }), { code: 201 })
  t.equal(await documents.countDocuments({ a: tooMany[1] }), 1)
  t.equal((await documents.updateOne({}, { $set: { a: 0 } })).modifiedCount, 1)
})

t.test('long arrays and many fields are no errors', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const documents = db.collection<Document>('documents')
  const array = shuffled(100_000)
  await documents.insertOne({ _id: 1, array, ...byField(200_000, () => 1) } as never)
  const lookup = { $lookup: { from: 'documents', localField: 'array', foreignField: 'none', as: 'found' } }
  t.same(await documents.aggregate([lookup, { $project: { found: 1 } }]).toArray(), [{ _id: 1, found: [] }])
  await db.command({ collMod: 'documents', validator: { array: 'none' }, validationLevel: 'moderate' })
  await t.rejects(documents.insertOne({ array }), { code: 121 })
  t.equal((await documents.updateOne({}, [{ $replaceWith: { _id: 1, text: 'x'.repeat(8_000_000) } }])).modifiedCount, 1)
})

t.test('what takes long over many documents, but not for one, is not ended', async (t) => {
  const { client } = await startTestEngine(t)
  const texts = client.db('test').collection<{ text: string }>('texts')
  await texts.insertMany(Array.from({ length: 60 }, () => ({ text: 'x'.repeat(3000) })))
  t.equal(await texts.countDocuments({ text: /x*y/ }), 0)
  t.equal((await texts.updateMany({ text: /x*y/ }, { $set: { text: '' } })).modifiedCount, 0)
})
