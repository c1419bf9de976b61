import { Decimal128, Double, Long, ObjectId, type Document } from 'bson'
import t from 'tap'
import { encode } from '../bson/value.js'
import { applyUpdate, inWords, type Statement } from './update-cases.js'

/** A documented behaviour: a document, an update, and the document after it or the error's code. */
type Behaviour = [title: string, before: Document, update: Document, after: Document | number, statement?: Statement]

const id = (n: number): ObjectId => new ObjectId(String(n).padStart(24, '0'))
const long = (n: number): Long => Long.fromNumber(n)
const decimal = (text: string): Decimal128 => Decimal128.fromString(text)

const behaviours: Behaviour[] = [
  ['$set new nested', { _id: 1 }, { $set: { 'a.b': 1 } }, { _id: 1, a: { b: 1 } }],
  ['$set array index beyond fills null', { _id: 1, a: [1] }, { $set: { 'a.3': 9 } }, { _id: 1, a: [1, null, null, 9] }],
  ['$set through a scalar fails', { _id: 1, a: 5 }, { $set: { 'a.b': 1 } }, 28],
  ['$set through null fails', { _id: 1, a: null }, { $set: { 'a.b': 1 } }, 28],
  ['$set adds new fields in lexicographic order', { _id: 1 }, { $set: { z: 1, b: 2 } }, { _id: 1, b: 2, z: 1 }],
  ['$set of _id to the same value is fine', { _id: 1, a: 1 }, { $set: { _id: 1, a: 2 } }, { _id: 1, a: 2 }],
  ['$set of _id to another value fails', { _id: 1 }, { $set: { _id: 2 } }, 66],
  ['an untouched Long stays one', { _id: 1, n: long(5000000000), a: 1 }, { $set: { a: 2 } }, { _id: 1, n: long(5000000000), a: 2 }],
  ['an untouched Double stays one', { _id: 1, n: new Double(5), a: 1 }, { $set: { a: 2 } }, { _id: 1, n: new Double(5), a: 2 }],
  ['$inc of an int', { _id: 1, a: 1 }, { $inc: { a: 2 } }, { _id: 1, a: 3 }],
  ['$inc makes a long of an int that overflows', { _id: 1, a: 2147483647 }, { $inc: { a: 1 } }, { _id: 1, a: long(2147483648) }],
  ['$inc of a stored Long', { _id: 1, a: long(5000000000) }, { $inc: { a: 1 } }, { _id: 1, a: long(5000000001) }],
  ['$inc by a Long', { _id: 1, a: 1 }, { $inc: { a: long(2) } }, { _id: 1, a: long(3) }],
  ['$inc of a Decimal128', { _id: 1, a: decimal('1.1') }, { $inc: { a: decimal('2.2') } }, { _id: 1, a: decimal('3.3') }],
  ['$inc of a string fails', { _id: 1, a: 'x' }, { $inc: { a: 1 } }, 14],
  ['$inc creates a missing field', { _id: 1 }, { $inc: { a: 3 } }, { _id: 1, a: 3 }],
  ['$mul of a missing field gives 0', { _id: 1 }, { $mul: { a: 3 } }, { _id: 1, a: 0 }],
  ['$min compares types in BSON order', { _id: 1, a: 'x' }, { $min: { a: 5 } }, { _id: 1, a: 5 }],
  ['$max of a date', { _id: 1, a: new Date(1) }, { $max: { a: new Date(5) } }, { _id: 1, a: new Date(5) }],
  ['$unset of an array element makes it null', { _id: 1, a: [1, 2] }, { $unset: { 'a.0': '' } }, { _id: 1, a: [null, 2] }],
  ['$rename of a nested field', { _id: 1, a: { b: 1 } }, { $rename: { 'a.b': 'c' } }, { _id: 1, a: {}, c: 1 }],
  ['$push creates an array', { _id: 1 }, { $push: { a: 1 } }, { _id: 1, a: [1] }],
  ['$push with $each, $sort and $slice', { _id: 1, a: [{ s: 5 }, { s: 1 }] },
    { $push: { a: { $each: [{ s: 3 }], $sort: { s: 1 }, $slice: -2 } } }, { _id: 1, a: [{ s: 3 }, { s: 5 }] }],
  ['$push at a negative $position', { _id: 1, a: [1, 2, 3] }, { $push: { a: { $each: [9], $position: -1 } } }, { _id: 1, a: [1, 2, 9, 3] }],
  ['$push to a scalar fails', { _id: 1, a: 5 }, { $push: { a: 1 } }, 2],
  ['$addToSet tells documents apart by the order of fields', { _id: 1, a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { y: 2, x: 1 } } }, { _id: 1, a: [{ x: 1, y: 2 }, { y: 2, x: 1 }] }],
  ['$addToSet with $each adds each value once', { _id: 1, a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { _id: 1, a: [1, 2] }],
  ['$addToSet of an ObjectId', { _id: 1, a: [id(1)] }, { $addToSet: { a: id(1) } }, { _id: 1, a: [id(1)] }],
  ['$pull with a condition', { _id: 1, a: [1, 5, 8] }, { $pull: { a: { $gte: 5 } } }, { _id: 1, a: [1] }],
  ['$pull of documents that match in part', { _id: 1, a: [{ x: 1, y: 2 }, { x: 2 }] }, { $pull: { a: { x: 1 } } }, { _id: 1, a: [{ x: 2 }] }],
  ['$pull of an ObjectId', { _id: 1, a: [id(1), id(2)] }, { $pull: { a: id(1) } }, { _id: 1, a: [id(2)] }],
  ['$pull from a missing field does nothing', { _id: 1 }, { $pull: { a: 1 } }, { _id: 1 }],
  ['$pullAll', { _id: 1, a: [1, 2, 1] }, { $pullAll: { a: [1] } }, { _id: 1, a: [2] }],
  ['$pop of the first element', { _id: 1, a: [1, 2] }, { $pop: { a: -1 } }, { _id: 1, a: [2] }],
  ['$ is the element that the filter matched', { _id: 1, a: [1, 5, 8] }, { $set: { 'a.$': 9 } }, { _id: 1, a: [1, 9, 8] }, { filter: { a: 5 } }],
  ['$ leads into the matched document', { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 1 }] },
    { $set: { 'a.$.v': 9 } }, { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 9 }] }, { filter: { _id: 1, 'a.k': 2 } }],
  ['$ after $elemMatch', { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 1 }] },
    { $set: { 'a.$.v': 9 } }, { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 9 }] }, { filter: { _id: 1, a: { $elemMatch: { k: 2, v: 1 } } } }],
  ['$ after a match inside $and', { _id: 1, a: [{ k: 1 }, { k: 2 }] },
    { $set: { 'a.$.v': 9 } }, { _id: 1, a: [{ k: 1 }, { k: 2, v: 9 }] }, { filter: { $and: [{ _id: 1 }, { 'a.k': 2 }] } }],
  ['$[] is every element', { _id: 1, a: [{ v: 1 }, { v: 2 }] }, { $inc: { 'a.$[].v': 1 } }, { _id: 1, a: [{ v: 2 }, { v: 3 }] }],
  ['$[e] is every element that its array filter accepts', { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 1 }] },
    { $set: { 'a.$[e].v': 9 } }, { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 9 }] }, { arrayFilters: [{ 'e.k': 2 }] }],
  ['an array filter with $or', { _id: 1, a: [{ k: 1, v: 1 }, { k: 2, v: 1 }] },
    { $set: { 'a.$[e].v': 9 } }, { _id: 1, a: [{ k: 1, v: 9 }, { k: 2, v: 9 }] }, { arrayFilters: [{ $or: [{ 'e.k': 2 }, { 'e.k': 1 }] }] }],
  ['array filters inside one another', { _id: 1, a: [{ k: 1, b: [{ x: 1 }, { x: 2 }] }] },
    { $set: { 'a.$[e].b.$[f].y': 1 } }, { _id: 1, a: [{ k: 1, b: [{ x: 1 }, { x: 2, y: 1 }] }] }, { arrayFilters: [{ 'e.k': 1 }, { 'f.x': 2 }] }],
  ['an array filter that is not used is an error', { _id: 1, a: [1] }, { $set: { b: 1 } }, 9, { arrayFilters: [{ e: 1 }] }],
  ['two paths of which one leads through the other conflict', { _id: 1, a: {} }, { $set: { 'a.b': 1 }, $inc: { a: 1 } }, 40],
  ['two operators on one path conflict', { _id: 1, a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
  ['$setOnInsert does nothing to a document that exists', { _id: 1 }, { $set: { a: 1 }, $setOnInsert: { b: 1 } }, { _id: 1, a: 1 }],
  ['$currentDate of an unknown type fails', { _id: 1 }, { $currentDate: { a: { $type: 'x' } } }, 2],
  ['$bit with xor', { _id: 1, a: 5 }, { $bit: { a: { xor: 1 } } }, { _id: 1, a: 4 }],
  ['an unknown modifier fails', { _id: 1 }, { $foo: { a: 1 } }, 9],
  ['an empty $set is allowed since 5.0', { _id: 1, a: 1 }, { $set: {} }, { _id: 1, a: 1 }],
  ['a pipeline with $set and an expression', { _id: 1, a: 1, b: 2 }, [{ $set: { c: { $add: ['$a', '$b'] } } }], { _id: 1, a: 1, b: 2, c: 3 }],
  ['a pipeline with $unset', { _id: 1, a: 1 }, [{ $unset: 'a' }], { _id: 1 }],
  ['a pipeline with $replaceWith keeps _id', { _id: 1, a: { x: 1 } }, [{ $replaceWith: { $mergeObjects: [{ _id: '$_id' }, '$a'] } }], { _id: 1, x: 1 }],
  ['a field may have the name of a property of objects', { _id: 1 }, { $set: { constructor: 1 } }, { _id: 1, constructor: 1 }]
]

for (const [title, before, update, after, statement] of behaviours) {
  t.test(title, async (t) => {
    if (typeof after === 'number') {
      t.throws(() => applyUpdate(before, update, statement), { code: after })
      return
    }
    const result = applyUpdate(before, update, statement)
    t.equal(inWords(result), inWords(after))
    t.ok(result.equals(encode(after)))
  })
}
