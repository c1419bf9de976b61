import { BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import fc from './random.js'
import type { Document, IndexDescription } from 'mongodb'

/** Small worlds for property tests of queries: few values, which often meet, of many types. */

const numbers = fc.constantFrom(
  new Int32(1), new Int32(2), new Double(1), new Double(1.5), Long.fromNumber(2), Decimal128.fromString('1.50'), new Double(NaN)
)

const scalars = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<unknown>(1, 2, 3, 'a', 'ab', null) },
  { weight: 2, arbitrary: numbers },
  { weight: 2, arbitrary: fc.constantFrom<unknown>('', 'abc', 'b', 'é', true, new Date(0), new Date(5), new ObjectId('0'.repeat(24))) },
  fc.constantFrom<unknown>(new MinKey(), new MaxKey(), new Timestamp({ t: 1, i: 1 }), new BSONRegExp('a'))
)

const names = fc.constantFrom('a', 'b', 'c')

/** Documents, also empty ones, with scalars or one more level inside. */
const nested = fc.dictionary(names, fc.oneof({ weight: 3, arbitrary: scalars }, fc.array(scalars, { maxLength: 2 })), { maxKeys: 3, noNullPrototype: true })

const arrays = fc.array(
  fc.oneof({ weight: 3, arbitrary: scalars }, { weight: 3, arbitrary: nested }, fc.array(scalars, { maxLength: 2 })), { maxLength: 3 })

export const fieldValues = fc.oneof({ weight: 5, arbitrary: scalars }, { weight: 2, arbitrary: nested }, { weight: 2, arbitrary: arrays })

const few = fc.constantFrom(1, 2, 3, 'a')
const listsOfFew = fc.array(few, { maxLength: 3 })
const listsOfDocuments = fc.array(fc.record({ b: fc.oneof(few, listsOfFew), c: few }, { requiredKeys: [], noNullPrototype: true }), { maxLength: 3 })
const kinds = fc.constantFrom<fc.Arbitrary<unknown>>(scalars, few, nested, listsOfFew, listsOfDocuments, fieldValues)

/** Documents with up to three fields, each of which is of one kind in most of them. */
export const collections: fc.Arbitrary<Document[]> = fc.tuple(kinds, kinds, kinds)
  .chain(([a, b, c]) => fc.array(fc.record({
    a: fc.oneof({ weight: 9, arbitrary: a }, fieldValues),
    b: fc.oneof({ weight: 9, arbitrary: b }, scalars),
    c
  }, { requiredKeys: [], noNullPrototype: true }), { minLength: 10, maxLength: 25 }))
  .map((documents) => documents.map((document, at) => ({ _id: identifier(at), ...document })))

function identifier (at: number): unknown {
  return [at, String(at), { at }][at % 3]
}

const paths = fc.oneof({ weight: 3, arbitrary: names }, fc.constantFrom('a.b', 'a.c', 'b.a', 'a.0'))
const directions = fc.constantFrom<1 | -1>(1, -1)

type Keys = Record<string, 1 | -1>

function keys (maximum: number): fc.Arbitrary<Keys> {
  return fc.uniqueArray(fc.tuple(paths, directions), { minLength: 1, maxLength: maximum, selector: ([path]) => path }).map((parts) => Object.fromEntries(parts))
}

const partialFilters = fc.constantFrom<Document>({ a: { $exists: true } }, { b: { $gt: 1 } }, { a: { $type: 'string' } }, { a: 1, c: { $lte: 'ab' } })

const options: fc.Arbitrary<Partial<IndexDescription>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.constant({ sparse: true }),
  partialFilters.map((partialFilterExpression) => ({ partialFilterExpression }))
)

/** Two paths through one array, should there be one. */
const pairs = fc.tuple(directions, directions).map(([b, c]): Keys => ({ 'a.b': b, 'a.c': c }))

export const indexes: fc.Arbitrary<IndexDescription[]> = fc.uniqueArray(fc.tuple(fc.oneof({ weight: 4, arbitrary: keys(3) }, pairs), options), { minLength: 2, maxLength: 4, selector: ([key]) => JSON.stringify(key) })
  .map((specifications) => specifications.map(([key, options], at) => ({ key, name: `index${at}`, ...options })))

export const sorts: fc.Arbitrary<Keys | undefined> = fc.option(
  fc.oneof({ weight: 4, arbitrary: keys(2) }, fc.constantFrom<Keys>({ _id: 1 }, { _id: -1 })), { nil: undefined, freq: 2 })

const comparable = fc.oneof({ weight: 6, arbitrary: scalars.filter((value) => !(value instanceof BSONRegExp)) }, nested, fc.array(scalars, { maxLength: 2 }))

/** Of values in arrays. */
const elementRanges = fc.constantFrom<unknown>(
  { $elemMatch: { $gt: 1, $lt: 3 } }, { $elemMatch: { $gte: 1, $lte: 2, $ne: 1 } }, { $elemMatch: { $in: [1, 'a', null] } }, { $elemMatch: { $elemMatch: { $gte: 1 } } },
  { $elemMatch: { $regex: '^a' } }, { $elemMatch: { $gt: 3, $lt: 1 } }, { $all: [{ $elemMatch: { $gte: 2 } }, { $elemMatch: { $lt: 2 } }] }
)

const conditions: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: few },
  { weight: 4, arbitrary: fc.uniqueArray(few, { minLength: 2, maxLength: 3 }).map((list) => ({ $in: list })) },
  { weight: 5, arbitrary: comparable },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), comparable).map(([operator, operand]) => ({ [operator]: operand })) },
  { weight: 4, arbitrary: fc.array(fc.oneof({ weight: 8, arbitrary: scalars }, comparable), { maxLength: 4 }).map((list) => ({ $in: list })) },
  { weight: 2, arbitrary: fc.constantFrom({ $gt: 1, $lt: 3 }, { $gte: 'a', $lt: 'b' }, { $gt: 0, $lte: 1 }, { $gte: 1, $in: [1, 2, 'a'] }) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>({ $exists: true }, { $exists: false }, { $type: 'string' }, { $size: 1 }, { $ne: 1 }, { $not: { $gt: 1 } }, { $all: [1, 2] }) },
  fc.constantFrom('^a', '^ab', '^ab*', '^ab?', '^a|b', 'b').map((pattern) => ({ $regex: pattern })),
  comparable.map((operand) => ({ $elemMatch: { $eq: operand } })),
  { weight: 3, arbitrary: elementRanges }
)

/** Of documents in arrays, also two levels deep. */
const elementConditions = fc.dictionary(names, fc.oneof({ weight: 2, arbitrary: few }, conditions), { minKeys: 1, maxKeys: 2, noNullPrototype: true })
  .chain((inner) => fc.constantFrom<unknown>({ $elemMatch: inner }, { $all: [{ $elemMatch: inner }] }, { $elemMatch: { b: { $elemMatch: inner } } }))

const clauses: fc.Arbitrary<Document> = fc.tuple(paths, fc.oneof({ weight: 4, arbitrary: conditions }, elementConditions)).map(([path, condition]) => ({ [path]: condition }))

export const filters: fc.Arbitrary<Document> = fc.oneof(
  { weight: 5, arbitrary: fc.array(clauses, { minLength: 1, maxLength: 2 }).map((parts) => ({ $and: parts })) },
  { weight: 3, arbitrary: clauses },
  { weight: 2, arbitrary: fc.tuple(paths, conditions, conditions).map(([path, one, other]) => ({ $and: [{ [path]: one }, { [path]: other }] })) },
  { weight: 2, arbitrary: fc.tuple(few, few).map(([b, c]) => ({ 'a.b': b, 'a.c': c })) },
  fc.array(clauses, { minLength: 3, maxLength: 3 }).map((parts) => ({ $and: parts })),
  fc.tuple(clauses, clauses, clauses).map(([one, other, both]) => ({ $or: [one, other], ...both })),
  fc.tuple(clauses, fc.array(fc.nat(25).map(identifier), { maxLength: 9 })).map(([clause, ids]) => ({ $and: [clause, { _id: { $in: ids } }] })),
  fc.nat(25).map((at) => ({ _id: { $gte: identifier(at) } })),
  fc.constant({})
)

export const updates: fc.Arbitrary<Document> = fc.oneof(
  fc.tuple(names, fieldValues).map(([name, value]) => ({ $set: { [name]: value } })),
  names.map((name) => ({ $unset: { [name]: 1 } })),
  fc.tuple(names, scalars).map(([name, value]) => ({ $push: { [name]: value } })),
  names.map((name) => ({ $inc: { [name]: 1 } })),
  fc.tuple(names, names).filter(([from, to]) => from !== to).map(([from, to]) => ({ $rename: { [from]: to } }))
)
