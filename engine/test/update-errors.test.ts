import { Decimal128, Double, Int32, Long, type Document } from 'bson'
import t from 'tap'
import { documentValue, encode, valueFrom } from '../bson/value.js'
import { parseUpdate } from '../update/update.js'
import { applyUpdate, parse, type Statement } from './update-cases.js'

type Failure = [update: Document, code: number, message: string, statement?: Statement]

t.test('an update that MongoDB cannot parse is refused before any document is seen', async (t) => {
  const failures: Failure[] = [
    [{ $foo: { a: 1 } }, 9, 'Unknown modifier: $foo. Expected a valid update modifier or pipeline-style update specified as an array'],
    [{ $set: { a: 1 }, b: 1 }, 9, 'Unknown modifier: b. Expected a valid update modifier or pipeline-style update specified as an array'],
    [{ $set: 'x' }, 9, 'Modifiers operate on fields but we found type string instead. For example: {$mod: {<field>: ...}} not {$set: "x"}'],
    [{ $set: { '': 1 } }, 56, 'An empty update path is not valid.'],
    [{ $set: { 'a..b': 1 } }, 56, "The update path 'a..b' contains an empty field name, which is not allowed."],
    [{ $set: { 'a.': 1 } }, 56, "The update path 'a.' contains an empty field name, which is not allowed."],
    [{ $set: { [Array(101).fill('a').join('.')]: 1 } }, 15, 'Document exceeds maximum nesting depth of 100'],
    [{ $set: { a: 1 }, $unset: { 'a.b': 1 } }, 40, "Updating the path 'a.b' would create a conflict at 'a'"],
    [{ $set: { 'a.b': 1 }, $unset: { a: 1 } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
    [{ $set: { 'a.b.c': 1 }, $inc: { 'a.b.c': 1 } }, 40, "Updating the path 'a.b.c' would create a conflict at 'a.b.c'"],
    [{ $set: { 'a.0': 1, 'a.$[]': 2 } }, 40, "Updating the path 'a.$[]' would create a conflict at 'a'"],
    [{ $rename: { a: 'b' }, $set: { a: 1 } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
    [{ $rename: { a: 'b' }, $set: { b: 1 } }, 40, "Updating the path 'b' would create a conflict at 'b'"],
    [{ $set: { '$.a': 1 } }, 2, "Cannot have positional (i.e. '$') element in the first position in path '$.a'"],
    [{ $set: { 'a.$.b.$': 1 } }, 2, "Too many positional (i.e. '$') elements found in path 'a.$.b.$'"],
    [{ $set: { '$[].a': 1 } }, 2, "Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '$[].a'"],
    [{ $set: { 'a.$[e]': 1 } }, 2, "No array filter found for identifier 'e' in path 'a.$[e]'"],
    [{ $inc: { a: 'x' } }, 14, 'Cannot increment with non-numeric argument: {a: "x"}'],
    [{ $mul: { a: null } }, 14, 'Cannot multiply with non-numeric argument: {a: null}'],
    [{ $rename: { a: 5 } }, 2, "The 'to' field for $rename must be a string: a: 5"],
    [{ $rename: { a: 'a' } }, 2, 'The source and target field for $rename must differ: a: "a"'],
    [{ $rename: { a: 'a.b' } }, 2, 'The source and target field for $rename must not be on the same path: a: "a.b"'],
    [{ $rename: { 'a.b': 'a' } }, 2, 'The source and target field for $rename must not be on the same path: a.b: "a"'],
    [{ $rename: { 'a.$': 'b' } }, 2, 'The source field for $rename may not be dynamic: a.$'],
    [{ $rename: { a: 'b.$[]' } }, 2, 'The destination field for $rename may not be dynamic: b.$[]'],
    [{ $rename: { a: '' } }, 56, 'An empty update path is not valid.'],
    [{ $rename: { a: 'b\0c' } }, 2, "The 'to' field for $rename cannot contain an embedded null byte"],
    [{ $push: { a: { $each: 1 } } }, 2, 'The argument to $each in $push must be an array but it was of type: int'],
    [{ $push: { a: { $each: [], $foo: 1 } } }, 2, 'Unrecognized clause in $push: $foo'],
    [{ $push: { a: { $each: [], $slice: 'x' } } }, 2, 'The value for $slice must be an integer value but was given type: string'],
    [{ $push: { a: { $each: [], $position: 1.5 } } }, 2, 'The value for $position must be an integer value, not of type: double'],
    [{ $push: { a: { $each: [], $sort: 2 } } }, 2, 'The $sort element value must be either 1 or -1'],
    [{ $push: { a: { $each: [], $sort: { b: 0 } } } }, 2, 'The sort element value must be either 1 or -1'],
    [{ $push: { a: { $each: [], $sort: 'b' } } }, 2, 'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields'],
    [{ $push: { a: { $each: [], $sort: {} } } }, 2, 'The sort pattern is empty when it should be a set of fields.'],
    [{ $push: { a: { $each: [], $sort: { '': 1 } } } }, 2, 'The sort field cannot be empty'],
    [{ $push: { a: { $each: [], $sort: { 'b.': 1 } } } }, 2, 'The sort field is a dotted field but has an empty part: b.'],
    [{ $pullAll: { a: 1 } }, 2, '$pullAll requires an array argument but was given a int'],
    [{ $pop: { a: 2 } }, 9, '$pop expects 1 or -1, found: 2'],
    [{ $pop: { a: 'x' } }, 9, 'Expected a number in: a: "x"'],
    [{ $pop: { a: 0.5 } }, 9, 'Expected an integer: a: 0.5'],
    [{ $addToSet: { a: { $each: 1 } } }, 14, 'The argument to $each in $addToSet must be an array but it was of type int'],
    [{ $addToSet: { a: { $each: [], b: 1 } } }, 2, 'Found unexpected fields after $each in $addToSet: { $each: [], b: 1 }'],
    [{ $currentDate: { a: 1 } }, 2, "int is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'})."],
    [{ $currentDate: { a: { $foo: 1 } } }, 2, 'Unrecognized $currentDate option: $foo'],
    [{ $currentDate: { a: { $type: 'time' } } }, 2, "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}"],
    [{ $bit: { a: 1 } }, 2, 'The $bit modifier is not compatible with a int. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}'],
    [{ $bit: { a: {} } }, 2, 'You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}'],
    [{ $bit: { a: { not: 1 } } }, 2, "The $bit modifier only supports 'and', 'or', and 'xor', not 'not' which is an unknown operator: {not: 1}"],
    [{ $bit: { a: { or: 1.5 } } }, 2, "The $bit modifier field must be an Integer(32/64 bit); a 'double' is not supported here: {or: 1.5}"],
    [{ a: 1 }, 9, 'arrayFilters may not be specified for replacement-style updates', { arrayFilters: [{ e: 1 }] }],
    [{ $set: { b: 1 } }, 9, "The array filter for identifier 'e' was not used in the update { $set: { b: 1 } }", { arrayFilters: [{ e: 1 }] }],
    [{ $set: { 'a.$[e]': 1 } }, 9, 'Found multiple array filters with the same top-level field name e', { arrayFilters: [{ e: 1 }, { 'e.b': 2 }] }],
    [{ $set: { 'a.$[e]': 1 } }, 9, "Error parsing array filter :: caused by :: Expected a single top-level field name, found 'e' and 'f'", { arrayFilters: [{ e: 1, $or: [{ f: 2 }] }] }],
    [{ $set: { 'a.$[e]': 1 } }, 9, 'Cannot use an expression without a top-level field name in arrayFilters', { arrayFilters: [{}] }],
    [{ $set: { 'a.$[E]': 1 } }, 2, "Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found 'E'", { arrayFilters: [{ E: 1 }] }]
  ]
  for (const [update, code, message, statement] of failures) t.throws(() => parse(update, statement), { code, message })
})

t.test('an update that does not suit the document is refused', async (t) => {
  const document = {
    _id: 1, a: 5, n: null, s: 'x', l: Long.MAX_VALUE, d: { b: 1 }, list: [1, { b: 1 }, [2]], text: 'x'.repeat(1000), $x: 1
  }
  const failures: Failure[] = [
    [{ $set: { 'a.b': 1 } }, 28, "Cannot create field 'b' in element {a: 5}"],
    [{ $set: { 'n.b.c': 1 } }, 28, "Cannot create field 'b' in element {n: null}"],
    [{ $set: { 'list.b': 1 } }, 28, "Cannot create field 'b' in element {list: [ 1, { b: 1 }, [ 2 ] ]}"],
    [{ $set: { 'list.01': 1 } }, 28, "Cannot create field '01' in element {list: [ 1, { b: 1 }, [ 2 ] ]}"],
    [{ $set: { 'list.0.b': 1 } }, 28, "Cannot create field 'b' in element {0: 1}"],
    [{ $inc: { 'text.b': 1 } }, 28, `Cannot create field 'b' in element {text: "${'x'.repeat(299)}...}`],
    [{ $pull: { 'a.b': 1 } }, 28, 'Cannot use the part (b) of (a.b) to traverse the element ({a: 5})'],
    [{ $pullAll: { 'list.b.c': [1] } }, 28, 'Cannot use the part (b) of (list.b.c) to traverse the element ({list: [ 1, { b: 1 }, [ 2 ] ]})'],
    [{ $pop: { 'a.b': 1 } }, 28, 'Cannot use the part (b) of (a.b) to traverse the element ({a: 5})'],
    [{ $set: { 'list.1500004': 1 } }, 34, "can't backfill more than 1500000 elements"],
    [{ $set: { [`list.${'9'.repeat(400)}`]: 1 } }, 34, "can't backfill more than 1500000 elements"],
    [{ $inc: { s: 1 } }, 14, "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 's' of non-numeric type string"],
    [{ $mul: { 'd.b': 1, n: 1 } }, 14, "Cannot apply $mul to a value of non-numeric type. {_id: 1} has the field 'n' of non-numeric type null"],
    [{ $inc: { l: 1 } }, 2, 'Failed to apply $inc operations to current value ((NumberLong)9223372036854775807) for document {_id: 1}'],
    [{ $mul: { a: Long.MAX_VALUE } }, 2, 'Failed to apply $mul operations to current value ((NumberInt)5) for document {_id: 1}'],
    [{ $push: { 'd.b': 1 } }, 2, "The field 'd.b' must be an array but is of type int in document {_id: 1}"],
    [{ $addToSet: { 'd.b': 1 } }, 2, "Cannot apply $addToSet to non-array field. Field named 'b' has non-array type int"],
    [{ $pull: { a: 1 } }, 2, 'Cannot apply $pull to a non-array value'],
    [{ $pullAll: { a: [1] } }, 2, 'Cannot apply $pull to a non-array value'],
    [{ $pop: { 'd.b': 1 } }, 14, "Path 'd.b' contains an element of non-array type 'int'"],
    [{ $bit: { s: { or: 1 } } }, 2, 'Cannot apply $bit to a value of non-integral type._id: 1 has the field s of non-integer type string'],
    [{ $rename: { 'a.b': 'c' } }, 28, 'cannot use the part (a of a.b) to traverse the element ({a: 5})'],
    [{ $rename: { a: 's.b' } }, 28, 'Cannot create field \'b\' in element {s: "x"}'],
    [{ $rename: { 'list.1.b': 'c' } }, 2, "The source field cannot be an array element, 'list.1.b' in doc with _id: 1 has an array field called 'list'"],
    [{ $rename: { a: 'list.1.c' } }, 2, "The destination field cannot be an array element, 'list.1.c' in doc with _id: 1 has an array field called 'list'"],
    [{ $set: { 'list.$': 1 } }, 2, 'The positional operator did not find the match needed from the query.'],
    [{ $set: { 'x.$[]': 1 } }, 2, "The path 'x' must exist in the document in order to apply array updates."],
    [{ $set: { 'a.$[]': 1 } }, 2, 'Cannot apply array updates to non-array element a: 5'],
    [{ $set: { 'list.$[e]': 1, 'list.$[f]': 2 } }, 40, "Update created a conflict at 'list.0'", { arrayFilters: [{ e: 1 }, { f: { $lt: 2 } }] }],
    [{ $set: { 'list.$.b.c': 1, 'list.1.b': 2 } }, 40, "Update created a conflict at 'list.1.b'", { filter: { 'list.b': 1 } }],
    [{ $set: { 'list.$[e].$[f]': 1, 'list.$[].$[f]': 2 } }, 40, "Update created a conflict at 'list.0.$[f]'", { arrayFilters: [{ e: 1 }, { f: 1 }] }],
    [{ $set: { '_id.b': 1 } }, 28, "Cannot create field 'b' in element {_id: 1}"],
    [{ $set: { _id: 2 } }, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"],
    [{ $set: { _id: new Double(1) } }, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"],
    [{ $unset: { _id: 1 } }, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"],
    [{ $rename: { a: '_id' } }, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"],
    [{ $rename: { _id: 'b' } }, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"],
    [{ $set: { $x: 2 } }, 52, "The dollar ($) prefixed field '$x' in '$x' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith."],
    [{ b: 1, $y: 2 }, 52, "The dollar ($) prefixed field '$y' in '$y' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith."],
    [{ _id: 2, b: 1 }, 66, "After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2"],
    [{ _id: [1] }, 53, "The '_id' value cannot be of type array"]
  ]
  for (const [update, code, message, statement] of failures) t.throws(() => applyUpdate(document, update, statement), { code, message })
})

t.test('a field inside _id cannot be changed', async (t) => {
  t.throws(() => applyUpdate({ _id: { a: 1 } }, { $set: { '_id.a': 2 } }), { code: 66 })
  t.throws(() => applyUpdate({ _id: { a: 1 } }, { $set: { '_id.b': 2 } }), { code: 66 })
  t.ok(applyUpdate({ _id: { a: 1 } }, { $set: { '_id.a': 1 } }).equals(encode({ _id: { a: 1 } })))
})

t.test('a result of more than 16 MiB is refused', async (t) => {
  const half = 'x'.repeat(8 * 1024 * 1024)
  t.throws(() => applyUpdate({ _id: 1, a: half }, { $set: { b: half } }), { code: 10334 })
  t.throws(() => applyUpdate({ _id: 1 }, { a: half, b: half }), { code: 10334 })
})

t.test('an update is stopped before it has written far more than 16 MiB', async (t) => {
  const list = Array(100_000).fill(0)
  t.throws(() => applyUpdate({ list }, { $set: { 'list.$[]': 'x'.repeat(1024 * 1024) } }), { code: 10334 })
  const padded = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a${index}`, []]))
  const paths = Object.keys(padded).map((name) => [`${name}.1500000`, 1])
  t.throws(() => applyUpdate(padded, { $set: Object.fromEntries(paths) }), { code: 10334 })
})

t.test('a result that is nested more than 100 levels deep is refused', async (t) => {
  const path = Array(50).fill('a').join('.')
  t.ok(applyUpdate({}, { $set: { [path]: nested(50) } }))
  t.throws(() => applyUpdate({}, { $set: { [path]: nested(51) } }), { code: 15 })
  t.throws(() => applyUpdate({ x: nested(60) }, { $rename: { x: path } }), { code: 15 })
  t.throws(() => applyUpdate({}, { $push: { [path]: nested(50) } }), { code: 15 })
})

t.test('an update that is neither a document nor an array is refused', async (t) => {
  for (const update of ['x', new Int32(1), null, Decimal128.fromString('1')]) {
    t.throws(() => parseUpdate(valueFrom(update)), { code: 9, message: 'Update argument must be either an object or an array' })
  }
})

t.test('an array filter that is no document is refused', async (t) => {
  const update = valueFrom({ $set: { 'a.$[e]': 1 } })
  t.throws(() => parseUpdate(update, { arrayFilters: [valueFrom(5)] }), { code: 14 })
})

t.test('errors name the document by its _id, if it has one', async (t) => {
  t.throws(() => applyUpdate({ a: 1 }, { $push: { a: 1 } }), { message: "The field 'a' must be an array but is of type int in document {no id}" })
})

t.test('a $push names a clause only once', async (t) => {
  const twice = encode({ $push: { a: { $each: [], $slice: 1, $slicX: 2 } } })
  twice.write('$slice', twice.indexOf('$slicX'))
  t.throws(() => parseUpdate(documentValue(twice)), { code: 2, message: 'Only one $slice is supported.' })
})

function nested (levels: number): Document {
  let document: Document = {}
  for (let level = 1; level < levels; level++) document = { a: document }
  return document
}
