import { Double, Long, type Document } from 'bson'
import fc from './random.js'
import t from 'tap'
import { documentValue, encode, toJs } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'
import { parseProjection } from '../query/projection.js'

function project (document: Document, projection: Document, filter: Document = {}): Document {
  const apply = parseProjection(documentValue(encode(projection)), parseFilter(documentValue(encode(filter))))
  return JSON.parse(JSON.stringify(toJs(documentValue(apply(documentValue(encode(document)))))))
}

/** The result with its fields in order, which `t.same` would not look at. */
function ordered (document: Document): string {
  return JSON.stringify(document)
}

/** Documented behaviours of MongoDB's projection: title, document, projection, result. */
const documented: Array<[title: string, document: Document, projection: Document, result: Document]> = [
  ['inclusion', { _id: 1, a: 1, b: 2 }, { a: 1 }, { _id: 1, a: 1 }],
  ['exclusion', { _id: 1, a: 1, b: 2 }, { a: 0 }, { _id: 1, b: 2 }],
  ['_id:0', { _id: 1, a: 1 }, { _id: 0, a: 1 }, { a: 1 }],
  ['nested in array', { _id: 1, a: [{ b: 1, c: 2 }, { b: 3 }, { c: 9 }, 5] }, { 'a.b': 1 }, { _id: 1, a: [{ b: 1 }, { b: 3 }, {}] }],
  ['field order is document order', { _id: 1, z: 1, a: 2 }, { a: 1, z: 1 }, { _id: 1, z: 1, a: 2 }],
  ['expression', { _id: 1, a: 2 }, { b: { $multiply: ['$a', 2] } }, { _id: 1, b: 4 }],
  ['literal string is field path', { _id: 1, a: 2 }, { b: '$a' }, { _id: 1, b: 2 }],
  ['$slice of another field', { _id: 1, a: [1, 2, 3] }, { b: { $slice: ['$a', 1, 2] } }, { _id: 1, b: [2, 3] }],
  ['$slice', { _id: 1, a: [1, 2, 3], b: 1 }, { a: { $slice: -2 } }, { _id: 1, a: [2, 3], b: 1 }],
  ['$elemMatch', { _id: 1, a: [{ k: 1 }, { k: 2 }] }, { a: { $elemMatch: { k: 2 } } }, { _id: 1, a: [{ k: 2 }] }],
  ['nested spec object', { _id: 1, a: { b: 1, c: 2 } }, { a: { b: 1 } }, { _id: 1, a: { b: 1 } }],
  ['exclude nested keeps order', { _id: 1, a: { b: 1, c: 2 }, z: 1 }, { 'a.b': 0 }, { _id: 1, a: { c: 2 }, z: 1 }],
  ['missing field included', { _id: 1 }, { a: 1 }, { _id: 1 }]
]

const more: typeof documented = [
  ['_id alone is an inclusion', { _id: 1, a: 1 }, { _id: 1 }, { _id: 1 }],
  ['_id alone can be excluded', { _id: 1, a: 1 }, { _id: 0 }, { a: 1 }],
  ['_id may be included in an exclusion', { _id: 1, a: 1, b: 1 }, { _id: 1, a: 0 }, { _id: 1, b: 1 }],
  ['fields inside of _id', { _id: { a: 1, b: 2 }, c: 1 }, { '_id.a': 1 }, { _id: { a: 1 } }],
  ['any true value includes', { _id: 1, a: 1, b: 1 }, { a: true }, { _id: 1, a: 1 }],
  ['a negative number includes, a zero of any type excludes', { _id: 1, a: 1, b: 1 }, { a: Long.ZERO }, { _id: 1, b: 1 }],
  ['a scalar on the way is left out of an inclusion', { _id: 1, a: 5 }, { 'a.b': 1 }, { _id: 1 }],
  ['a scalar on the way remains in an exclusion', { _id: 1, a: 5 }, { 'a.b': 0 }, { _id: 1, a: 5 }],
  ['an empty document on the way remains', { _id: 1, a: {} }, { 'a.b': 1 }, { _id: 1, a: {} }],
  ['arrays in arrays are gone through', { _id: 1, a: [[{ b: 1, c: 2 }, 3]] }, { 'a.b': 1 }, { _id: 1, a: [[{ b: 1 }]] }],
  ['an exclusion goes through arrays', { _id: 1, a: [{ b: 1, c: 2 }, 5, [{ b: 1 }]] }, { 'a.b': 0 }, { _id: 1, a: [{ c: 2 }, 5, [{}]] }],
  ['a path and a nested object may share a parent', { _id: 1, a: { b: 1, c: 2, d: 3 } }, { a: { b: 1 }, 'a.c': 1 }, { _id: 1, a: { b: 1, c: 2 } }],
  ['$slice with a positive count', { _id: 1, a: [1, 2, 3] }, { a: { $slice: 2 } }, { _id: 1, a: [1, 2] }],
  ['$slice with zero', { _id: 1, a: [1, 2, 3] }, { a: { $slice: 0 } }, { _id: 1, a: [] }],
  ['$slice with skip and limit', { _id: 1, a: [1, 2, 3, 4] }, { a: { $slice: [1, 2] } }, { _id: 1, a: [2, 3] }],
  ['$slice with a skip from the end', { _id: 1, a: [1, 2, 3, 4] }, { a: { $slice: [-3, 2] } }, { _id: 1, a: [2, 3] }],
  ['$slice with a skip beyond the beginning', { _id: 1, a: [1, 2, 3] }, { a: { $slice: [-9, 2] } }, { _id: 1, a: [1, 2] }],
  ['$slice cuts a fraction off', { _id: 1, a: [1, 2, 3] }, { a: { $slice: new Double(1.9) } }, { _id: 1, a: [1] }],
  ['$slice of a scalar does nothing', { _id: 1, a: 5 }, { a: { $slice: 1 } }, { _id: 1, a: 5 }],
  ['$slice in an inclusion includes its field', { _id: 1, a: [1, 2], b: 1, c: 1 }, { a: { $slice: 1 }, b: 1 }, { _id: 1, a: [1], b: 1 }],
  ['$slice with _id is an inclusion', { _id: 1, a: [1, 2], b: 1 }, { _id: 1, a: { $slice: 1 } }, { _id: 1, a: [1] }],
  ['$slice inside of documents and arrays', { _id: 1, a: [{ b: [1, 2] }, [{ b: [1, 2] }], 5], c: { b: 3 } }, { 'a.b': { $slice: 1 }, 'c.b.d': { $slice: 1 } }, { _id: 1, a: [{ b: [1] }, [{ b: [1, 2] }], 5], c: { b: 3 } }],
  ['$elemMatch without a match leaves the field out', { _id: 1, a: [1], b: 1 }, { a: { $elemMatch: { $gt: 5 } } }, { _id: 1 }],
  ['$elemMatch of a scalar leaves the field out', { _id: 1, a: 7 }, { a: { $elemMatch: { $gt: 5 } } }, { _id: 1 }],
  ['$elemMatch comes behind the included fields', { _id: 1, a: [3, 7], b: 1 }, { a: { $elemMatch: { $gt: 5 } }, b: 1 }, { _id: 1, b: 1, a: [7] }],
  ['$elemMatch keeps its place in an exclusion', { _id: 1, a: [3, 7], b: 1, c: 1 }, { a: { $elemMatch: { $gt: 5 } }, c: 0 }, { _id: 1, a: [7], b: 1 }],
  ['$elemMatch with $slice is an exclusion', { _id: 1, a: [3, 7], b: [1, 2] }, { a: { $elemMatch: { $gt: 5 } }, b: { $slice: 1 } }, { _id: 1, a: [7], b: [1] }]
]

for (const [title, document, projection, result] of [...documented, ...more]) {
  t.test(`a projection gives what is documented: ${title}`, async (t) => {
    t.equal(ordered(project(document, projection)), ordered(result))
  })
}

const positional: Array<[title: string, document: Document, projection: Document, filter: Document, result: Document]> = [
  ['the element that matched', { _id: 1, a: [1, 5, 8], b: 1 }, { 'a.$': 1 }, { a: { $gt: 4 } }, { _id: 1, a: [5] }],
  ['by a field of it', { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 2 }] }, { 'a.$': 1 }, { 'a.k': 2 }, { _id: 1, a: [{ k: 2, v: 2 }] }],
  ['by $elemMatch inside of $and', { _id: 1, a: [{ k: 1 }, { k: 2 }] }, { 'a.$': 1 }, { $and: [{ _id: 1 }, { a: { $elemMatch: { k: 2 } } }] }, { _id: 1, a: [{ k: 2 }] }],
  ['in a nested array', { _id: 1, a: { b: [1, 5] } }, { 'a.b.$': 1 }, { 'a.b': 5 }, { _id: 1, a: { b: [5] } }],
  ['with a part of it', { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 2 }] }, { 'a.v.$': 1 }, { 'a.k': 2 }, { _id: 1, a: [{ v: 2 }] }],
  ['of a field that is no array', { _id: 1, a: 5, b: 1 }, { 'a.$': 1 }, { a: 5 }, { _id: 1, a: 5 }],
  ['in a nested specification', { _id: 1, a: { b: [1, 5] } }, { a: { 'b.$': 1 } }, { 'a.b': 5 }, { _id: 1, a: { b: [5] } }]
]

for (const [title, document, projection, filter, result] of positional) {
  t.test(`the positional operator gives ${title}`, async (t) => {
    t.equal(ordered(project(document, projection, filter)), ordered(result))
  })
}

const refused: Array<[projection: Document, code: number]> = [
  [{ a: 1, b: 0 }, 31254],
  [{ a: 0, b: 1 }, 31253],
  [{ 'a.b': 1, a: { b: 1 } }, 31250],
  [{ 'a.b': 1, a: 1 }, 31250],
  [{ a: 1, 'a.b': 1 }, 31249],
  [{ a: {} }, 51270],
  [{ '': 1 }, 40352],
  [{ 'a.': 1 }, 40353],
  [{ 'a..b': 1 }, 15998],
  [{ $a: 1 }, 16410],
  [{ a: { $slice: 1, $elemMatch: {} } }, 16410],
  [{ 'a.$.b': 1 }, 31394],
  [{ 'a.$': 0 }, 31395],
  [{ 'a.$': 'x' }, 31308],
  [{ 'a.$': { b: 1 } }, 31271],
  [{ 'b.$': 1 }, 31277],
  [{ 'a.$': 1, 'a.b.$': 1 }, 31276],
  [{ 'a.$': 1, b: { $elemMatch: { c: 1 } } }, 31255],
  [{ b: { $elemMatch: { c: 1 } }, 'a.$': 1 }, 31256],
  [{ 'a.$': 1, b: 0 }, 31254],
  [{ b: 0, 'a.$': 1 }, 31253],
  [{ a: { $elemMatch: 1 } }, 31274],
  [{ 'a.b': { $elemMatch: { c: 1 } } }, 31275],
  [{ a: { $slice: 'x' } }, 28667],
  [{ a: { $slice: [1] } }, 28667],
  [{ a: { $slice: [1, 0] } }, 28724]
]

for (const [projection, code] of refused) {
  t.test(`the projection ${JSON.stringify(projection)} is refused with code ${code}`, async (t) => {
    t.throws(() => project({}, projection, { a: 1 }), { code })
  })
}

t.test('a positional operator needs a filter, and an array element that matched', async (t) => {
  t.throws(() => parseProjection(documentValue(encode({ 'a.$': 1 }))), { code: 51050 })
  t.throws(() => project({ a: [1, 2] }, { 'a.$': 1 }, { a: { $ne: 5 } }), { code: 51246 })
  t.throws(() => project({ a: [{ b: [5, 6, 7] }], c: [1, 2] }, { 'a.$': 1 }, { 'a.0.b': 6, c: 2 }), { code: 51247 })
})

t.test('a score is refused where no text is searched', async (t) => {
  t.throws(() => project({}, { score: { $meta: 'textScore' } }), { code: 40218 })
  t.throws(() => project({}, { score: { $meta: 'recordId' } }), { code: 238 })
  t.throws(() => project({}, { score: { $meta: 'other' } }), { code: 17308 })
  t.throws(() => project({}, { score: { $meta: 1 } }), { code: 17307 })
})

t.test('the answer is a buffer of its own with the values byte for byte', async (t) => {
  const bytes = encode({ _id: 1, a: Long.ONE, b: new Double(1), c: 'x' })
  for (const projection of [{ c: 0 }, { a: 1, b: 1 }]) {
    t.same(parseProjection(documentValue(encode(projection)))(documentValue(bytes)), encode({ _id: 1, a: Long.ONE, b: new Double(1) }))
  }
  const unchanged = parseProjection(documentValue(encode({ z: 0 })))(documentValue(bytes))
  t.same(unchanged, bytes)
  t.notOk(unchanged.buffer === bytes.buffer && unchanged.byteOffset === bytes.byteOffset)
})

t.test('what is included and what is excluded make up the document', async () => {
  const names = fc.constantFrom('_id', 'a', 'b', 'c')
  fc.assert(fc.property(fc.dictionary(names, fc.integer()), fc.uniqueArray(names, { minLength: 1 }), (document, fields) => {
    const spec = (flag: number): Document => Object.fromEntries(fields.map((name) => [name, flag]))
    const included = project(document, { _id: 0, ...spec(1) })
    const excluded = project(document, spec(0))
    const part = (isNamed: boolean): Document => Object.fromEntries(
      Object.entries(document).filter(([name]) => fields.some((field) => field === name) === isNamed)
    )
    return ordered(included) === ordered(part(true)) && ordered(excluded) === ordered(part(false))
  }))
})
