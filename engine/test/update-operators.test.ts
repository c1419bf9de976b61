import { BSONRegExp, Decimal128, Double, Long, Timestamp, type Document } from 'bson'
import t from 'tap'
import { encode } from '../bson/value.js'
import { applyUpdate, inWords, NOW, type Statement } from './update-cases.js'

/** An update whose result follows from the manual's page of the operator. */
type Case = [title: string, before: Document, update: Document, after: Document, statement?: Statement]

const long = (n: number | string): Long => Long.fromString(String(n))
const decimal = (text: string): Decimal128 => Decimal128.fromString(text)

const cases: Record<string, Case[]> = {
  $set: [
    ['keeps the place of a field', { a: 1, b: 2, c: 3 }, { $set: { b: 'two' } }, { a: 1, b: 'two', c: 3 }],
    ['changes the type where the value is equal', { a: 1 }, { $set: { a: new Double(1) } }, { a: new Double(1) }],
    ['changes an element of an array', { a: [1, 2, 3] }, { $set: { 'a.1': 'two' } }, { a: [1, 'two', 3] }],
    ['changes a field of a document in an array', { a: [{ b: 1 }, { b: 2 }] }, { $set: { 'a.1.b': 3 } }, { a: [{ b: 1 }, { b: 3 }] }],
    ['appends an element', { a: [1] }, { $set: { 'a.1': 2 } }, { a: [1, 2] }],
    ['creates a document in an array', { a: [] }, { $set: { 'a.1.b': 2 } }, { a: [null, { b: 2 }] }],
    ['creates documents, not arrays, for numeric names', {}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
    ['creates several fields of one new document', {}, { $set: { 'a.c': 1, 'a.b.d': 2 } }, { a: { b: { d: 2 }, c: 1 } }],
    ['adds fields with numeric names in numeric order', { a: {} }, { $set: { 'a.10': 1, 'a.9': 2, 'a.x': 3 } }, { a: { 9: 2, 10: 1, x: 3 } }],
    ['adds elements in numeric order', { a: [] }, { $set: { 'a.10': 1, 'a.9': 2 } }, { a: [null, null, null, null, null, null, null, null, null, 2, 1] }],
    ['sets a field inside a document that has a dollar sign', { a: {} }, { $set: { 'a.$b': 1 } }, { a: { $b: 1 } }],
    ['sets a document with dollar signs', {}, { $set: { a: { $b: 1, 'c.d': 2 } } }, { a: { $b: 1, 'c.d': 2 } }],
    ['does not fill a zero timestamp', {}, { $set: { a: new Timestamp(0n) } }, { a: new Timestamp(0n) }]
  ],
  $unset: [
    ['removes a field', { a: 1, b: 2, c: 3 }, { $unset: { b: '' } }, { a: 1, c: 3 }],
    ['removes a nested field and leaves its document', { a: { b: 1 } }, { $unset: { 'a.b': 1 } }, { a: {} }],
    ['ignores a path through a scalar', { a: 1 }, { $unset: { 'a.b': 1 } }, { a: 1 }],
    ['ignores an index beyond the end', { a: [1] }, { $unset: { 'a.3': 1 } }, { a: [1] }],
    ['removes a field at the top that has a dollar sign', { a: 1, $b: 1 }, { $unset: { $b: 1 } }, { a: 1 }]
  ],
  '$inc and $mul': [
    ['int and double give double', { a: 1 }, { $inc: { a: new Double(1) } }, { a: new Double(2) }],
    ['long and decimal give decimal', { a: long(1) }, { $inc: { a: decimal('0.5') } }, { a: decimal('1.5') }],
    ['an int product that overflows is a long', { a: 2147483647 }, { $mul: { a: 2 } }, { a: long(4294967294) }],
    ['the product with a double is one', { a: 4 }, { $mul: { a: 0.5 } }, { a: new Double(2) }],
    ['$mul gives a zero of its own type', {}, { $mul: { a: 1.5, b: long(2), c: decimal('1.5') } }, { a: new Double(0), b: long(0), c: decimal('0.0') }],
    ['a long beyond 2^53 is exact', { a: long('9007199254740993') }, { $inc: { a: 1 } }, { a: long('9007199254740994') }]
  ],
  '$min and $max': [
    ['$min keeps the smaller', { a: 1 }, { $min: { a: 2 } }, { a: 1 }],
    ['$max sets the greater', { a: 1 }, { $max: { a: 2 } }, { a: 2 }],
    ['equal values of another type stay', { a: 1 }, { $max: { a: new Double(1) } }, { a: 1 }],
    ['a missing field is set', {}, { $min: { a: 1 }, $max: { b: 1 } }, { a: 1, b: 1 }]
  ],
  $rename: [
    ['takes the place of the destination', { a: 1, b: 2, c: 3 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
    ['appends a new destination', { a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
    ['creates the documents on the way', { a: 1 }, { $rename: { a: 'b.c' } }, { b: { c: 1 } }],
    ['does nothing without a source, even where nothing can be created', { a: 1 }, { $rename: { b: 'a.c' } }, { a: 1 }],
    ['moves an array as a whole', { a: [1, 2] }, { $rename: { a: 'b' } }, { b: [1, 2] }],
    ['only removes the source if the destination is equal', { a: new Double(1), b: 1 }, { $rename: { a: 'b' } }, { b: 1 }]
  ],
  $push: [
    ['appends a document without $each as a value', { a: [] }, { $push: { a: { b: 1 } } }, { a: [{ b: 1 }] }],
    ['appends an array as one element', { a: [] }, { $push: { a: [1] } }, { a: [[1]] }],
    ['creates an empty array from an empty $each', {}, { $push: { a: { $each: [] } } }, { a: [] }],
    ['inserts at a position', { a: [1, 2] }, { $push: { a: { $each: [8, 9], $position: 1 } } }, { a: [1, 8, 9, 2] }],
    ['inserts at the front for a position before it', { a: [1, 2] }, { $push: { a: { $each: [9], $position: -5 } } }, { a: [9, 1, 2] }],
    ['appends for a position beyond the end', { a: [1, 2] }, { $push: { a: { $each: [9], $position: 7 } } }, { a: [1, 2, 9] }],
    ['sorts whole elements', { a: [3, 'x', 1] }, { $push: { a: { $each: [2], $sort: -1 } } }, { a: ['x', 3, 2, 1] }],
    ['sorts by several fields', { a: [{ x: 1, y: 1 }, { x: 2 }] }, { $push: { a: { $each: [{ x: 1, y: 2 }], $sort: { x: 1, y: -1 } } } },
      { a: [{ x: 1, y: 2 }, { x: 1, y: 1 }, { x: 2 }] }],
    ['sorts by a nested field, elements without it first', { a: [{ b: { c: 1 } }, 7] }, { $push: { a: { $each: [{ b: { c: 0 } }], $sort: { 'b.c': 1 } } } },
      { a: [7, { b: { c: 0 } }, { b: { c: 1 } }] }],
    ['keeps the first ones of a slice', { a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: 3 } } }, { a: [1, 2, 3] }],
    ['empties the array for a slice of 0', { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] }],
    ['cuts without pushing', { a: [1, 2, 3] }, { $push: { a: { $each: [], $slice: -1 } } }, { a: [3] }],
    ['takes numbers of any type for its clauses', { a: [1, 2] }, { $push: { a: { $each: [3], $position: new Double(0), $slice: long(2) } } }, { a: [3, 1] }]
  ],
  '$pull and $pullAll': [
    ['removes equal values of any numeric type', { a: [1, 2, new Double(1), long(1)] }, { $pull: { a: 1 } }, { a: [2] }],
    ['removes by a regular expression', { a: ['foo', 'bar', 1] }, { $pull: { a: new BSONRegExp('^f') } }, { a: ['bar', 1] }],
    ['removes by $in', { a: ['x', 'y', 'z'] }, { $pull: { a: { $in: ['x', 'z'] } } }, { a: ['y'] }],
    ['removes documents by a nested condition', { a: [{ b: [{ q: 1 }] }, { b: [{ q: 5 }] }] }, { $pull: { a: { b: { $elemMatch: { q: { $gte: 5 } } } } } }, { a: [{ b: [{ q: 1 }] }] }],
    ['removes documents by $or', { a: [{ x: 1 }, { y: 2 }, { z: 3 }] }, { $pull: { a: { $or: [{ x: 1 }, { z: 3 }] } } }, { a: [{ y: 2 }] }],
    ['removes an array by the exact array', { a: [[1, 2], [2, 1], 1] }, { $pull: { a: [1, 2] } }, { a: [[2, 1], 1] }],
    ['leaves scalars to a condition on documents', { a: [1, { b: 1 }] }, { $pull: { a: {} } }, { a: [1] }],
    ['removes exact values with $pullAll', { a: [1, 'x', { b: 1 }, { b: 1, c: 1 }] }, { $pullAll: { a: ['x', { b: 1 }] } }, { a: [1, { b: 1, c: 1 }] }],
    ['ignores a missing array', { a: {} }, { $pull: { 'a.b': 1 }, $pullAll: { c: [1] }, $pop: { d: 1 } }, { a: {} }]
  ],
  $pop: [
    ['removes the last element', { a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
    ['leaves an empty array', { a: [1] }, { $pop: { a: new Double(-1) } }, { a: [] }]
  ],
  $addToSet: [
    ['creates an array of distinct values', {}, { $addToSet: { a: { $each: [2, 1, new Double(2)] } } }, { a: [2, 1] }],
    ['knows numbers of other types', { a: [new Double(1)] }, { $addToSet: { a: 1 } }, { a: [new Double(1)] }],
    ['appends in the order given', { a: [5] }, { $addToSet: { a: { $each: [9, 5, 'x', 1] } } }, { a: [5, 9, 'x', 1] }],
    ['adds an array as one element', { a: [1] }, { $addToSet: { a: [1] } }, { a: [1, [1]] }],
    ['leaves duplicates that are there', { a: [1, 1] }, { $addToSet: { a: 2 } }, { a: [1, 1, 2] }]
  ],
  $currentDate: [
    ['sets the time of the update', { a: 1 }, { $currentDate: { a: true, b: { $type: 'date' } } }, { a: NOW, b: NOW }],
    ['sets growing timestamps', {}, { $currentDate: { a: { $type: 'timestamp' }, b: { $type: 'timestamp' } } },
      { a: new Timestamp({ t: NOW.getTime() / 1000 | 0, i: 1 }), b: new Timestamp({ t: NOW.getTime() / 1000 | 0, i: 2 }) }]
  ],
  $bit: [
    ['and, or, xor', { a: 13, b: 3, c: 1 }, { $bit: { a: { and: 10 }, b: { or: 4 }, c: { xor: 5 } } }, { a: 8, b: 7, c: 4 }],
    ['one after the other', { a: 1 }, { $bit: { a: { or: 6, and: 3 } } }, { a: 3 }],
    ['a long makes it a long', { a: 1 }, { $bit: { a: { or: long(2) } } }, { a: long(3) }],
    ['a missing field counts as 0', {}, { $bit: { a: { or: 5 } } }, { a: 5 }],
    ['negative numbers are in two\'s complement', { a: -1, b: long(-1) }, { $bit: { a: { and: 255 }, b: { xor: 1 } } }, { a: 255, b: long(-2) }]
  ],
  placeholders: [
    ['$[] goes through arrays in arrays', { a: [[1, 2], [3]] }, { $inc: { 'a.$[].$[]': 10 } }, { a: [[11, 12], [13]] }],
    ['$[] sets nothing in an empty array', { a: [] }, { $set: { 'a.$[].b': 1 } }, { a: [] }],
    ['$unset of $[] makes elements null', { a: [1, 2] }, { $unset: { 'a.$[]': 1 } }, { a: [null, null] }],
    ['$[e] tests scalars', { a: [95, 102, 90] }, { $set: { 'a.$[e]': 100 } }, { a: [95, 100, 90] }, { arrayFilters: [{ e: { $gte: 100 } }] }],
    ['two identifiers may select one element for different fields', { a: [{ x: 1 }, { y: 1 }] },
      { $set: { 'a.$[i].p': 1, 'a.$[j].q': 2, 'a.$[].r': 3 } }, { a: [{ x: 1, p: 1, r: 3 }, { y: 1, q: 2, r: 3 }] }, { arrayFilters: [{ 'i.x': 1 }, { 'j.y': 1 }] }],
    ['filters see elements as they were before the update', { a: [1, 2] }, { $inc: { 'a.$[e]': 1 } }, { a: [2, 2] }, { arrayFilters: [{ e: 1 }] }],
    ['$ and the same index may change different fields', { a: [{ k: 1 }, { k: 2 }] }, { $set: { 'a.$.x': 1, 'a.1.y': 2 } }, { a: [{ k: 1 }, { k: 2, x: 1, y: 2 }] }, { filter: { 'a.k': 2 } }],
    ['$unset of $ makes the element null', { a: [1, 2] }, { $unset: { 'a.$': 1 } }, { a: [1, null] }, { filter: { a: 2 } }]
  ],
  'several operators': [
    ['add their new fields in one order', { _id: 1 }, { $set: { d: 1 }, $inc: { c: 1 }, $push: { b: 1 }, $min: { a: 1 } }, { _id: 1, a: 1, b: [1], c: 1, d: 1 }],
    ['change one document in different places', { a: { b: 1, c: 2, d: [1] } }, { $unset: { 'a.b': 1 }, $inc: { 'a.c': 1 }, $push: { 'a.d': 2 } }, { a: { c: 3, d: [1, 2] } }]
  ]
}

for (const [operator, ofOperator] of Object.entries(cases)) {
  t.test(operator, async (t) => {
    for (const [title, before, update, after, statement] of ofOperator) {
      t.test(title, async (t) => {
        const result = applyUpdate(before, update, statement)
        t.equal(inWords(result), inWords(after))
        t.ok(result.equals(encode(after)))
      })
    }
  })
}
