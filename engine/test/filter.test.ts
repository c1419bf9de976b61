import { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, type Document } from 'bson'
import t from 'tap'
import { documentValue, encode, toJs } from '../bson/value.js'
import { parseFilter, type Filter, type FilterNode } from '../query/filter.js'

const filterOf = (filter: Document): Filter => parseFilter(documentValue(encode(filter)))

function matching (documents: Document[], filter: Document): Document[] {
  const { matches } = filterOf(filter)
  return documents.filter((document) => matches(documentValue(encode(document))))
}

const reference = { $ref: 'c', $id: 1 }

/** Beyond the documented list: filter, documents that match, documents that do not. */
const cases: Array<[title: string, filter: Document, matches: Document[], others: Document[]]> = [
  ['an empty filter', {}, [{}, { a: 1 }], []],
  ['all fields must match', { a: 1, b: 2 }, [{ a: 1, b: 2 }], [{ a: 1 }, { b: 2 }]],
  ['an empty name', { '': 1 }, [{ '': 1 }], [{ a: 1 }]],
  ['a path through scalars', { 'a.b.c': { $exists: false } }, [{ a: 1 }, { a: { b: 1 } }, { a: [1] }], [{ a: { b: { c: 1 } } }]],
  ['an index into an array of arrays', { 'a.0.b': 1 }, [{ a: [[{ b: 1 }]] }, { a: [{ b: 1 }] }, { a: { 0: { b: 1 } } }], [{ a: [{ b: 2 }, { b: 1 }] }, { a: [[[{ b: 1 }]]] }]],
  ['an index on an array in an array stands for the whole of it', { 'a.0': [1] }, [{ a: [[1]] }], [{ a: [1] }]],
  ['an index into elements that have it as a field', { 'a.0.b': 2 }, [{ a: [5, { 0: { b: 2 } }] }], [{ a: [5, 6] }]],
  ['a padded index is a name', { 'a.01': 1 }, [{ a: { '01': 1 } }], [{ a: [0, 1] }]],
  ['a database reference is a value', { a: reference }, [{ a: reference }], [{ a: { $ref: 'd', $id: 1 } }]],
  ['a document that does not begin with an operator is a value', { a: { b: 1, $gt: 1 } }, [{ a: { b: 1, $gt: 1 } }], [{ a: 2 }]],
  ['$eq null matches what is undefined in an array', { a: { $eq: null } }, [{ a: [null] }, {}], [{ a: [] }]],
  ['$gt with strings', { a: { $gt: 'b' } }, [{ a: 'c' }, { a: ['a', 'c'] }], [{ a: 'b' }, { a: 5 }, {}]],
  ['$lt null matches nothing', { a: { $lt: null } }, [], [{}, { a: null }, { a: 1 }]],
  ['$lte NaN matches NaN alone', { a: { $lte: NaN } }, [{ a: NaN }, { a: Decimal128.fromString('NaN') }], [{ a: 1 }, {}]],
  ['$gt NaN matches nothing', { a: { $gt: NaN } }, [], [{ a: NaN }, { a: 1 }]],
  ['$lt MaxKey', { a: { $lt: new MaxKey() } }, [{ a: 1 }, {}, { a: 'x' }], [{ a: new MaxKey() }]],
  ['$eq MinKey', { a: new MinKey() }, [{ a: new MinKey() }], [{ a: 1 }, {}]],
  ['$lte with booleans', { a: { $lte: false } }, [{ a: false }], [{ a: true }, { a: 0 }]],
  ['$gte with documents', { a: { $gte: { b: 1 } } }, [{ a: { b: 1 } }, { a: { b: new Double(2) } }], [{ a: { b: 0 } }, { a: 5 }]],
  ['$gte with timestamps', { a: { $gte: new Timestamp({ t: 2, i: 0 }) } }, [{ a: new Timestamp({ t: 2, i: 1 }) }], [{ a: new Timestamp({ t: 1, i: 9 }) }, { a: new Date() }]],
  ['$ne with an array', { a: { $ne: [1] } }, [{ a: [1, 2] }, {}], [{ a: [1] }, { a: [[1]] }]],
  ['$in with many', { a: { $in: [5, 'x', null, new ObjectId('000000000000000000000001'), 1] } }, [{ a: new Double(5) }, { a: 'x' }, {}, { a: [7, 1] }], [{ a: 2 }, { a: 'y' }]],
  ['$in with nothing', { a: { $in: [] } }, [], [{}, { a: 1 }]],
  ['$nin with a regular expression', { a: { $nin: [/^x/, 1] } }, [{ a: 'yx' }, {}], [{ a: 'xy' }, { a: 1 }]],
  ['$in with a database reference', { a: { $in: [reference] } }, [{ a: reference }], [{ a: 1 }]],
  ['$exists with a number', { a: { $exists: 0 } }, [{}], [{ a: null }]],
  ['$type with a list', { a: { $type: ['string', 16, 'null'] } }, [{ a: 'x' }, { a: 1 }, { a: null }], [{ a: new Double(1) }, {}]],
  ['$type MinKey', { a: { $type: -1 } }, [{ a: new MinKey() }], [{ a: new MaxKey() }]],
  ['$type array of an array', { a: { $type: 'array' } }, [{ a: [] }, { a: [[1]] }], [{ a: 1 }]],
  ['$size', { a: { $size: new Double(2) } }, [{ a: [1, 2] }, { a: [[1], 2] }], [{ a: [1] }, { a: 2 }, { a: [[1, 2]] }, {}]],
  ['$all with a regular expression', { a: { $all: [/^x/, 'y'] } }, [{ a: ['xx', 'y'] }], [{ a: ['y'] }]],
  ['$all with $elemMatch', { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } }, [{ a: [{ b: 1 }, { b: 2 }] }], [{ a: [{ b: 1 }] }]],
  ['$all with null', { a: { $all: [null] } }, [{}, { a: null }], [{ a: 1 }]],
  ['$elemMatch with operators on values', { a: { $elemMatch: { $gt: 1, $lt: 3, $ne: 5 } } }, [{ a: [0, 2] }], [{ a: [0, 5] }, { a: 2 }, { a: [[2]] }]],
  ['$elemMatch with $not on values', { a: { $elemMatch: { $not: { $gt: 1 }, $in: [0, 1] } } }, [{ a: [1] }], [{ a: [2] }]],
  ['$elemMatch in $elemMatch', { a: { $elemMatch: { $elemMatch: { $gt: 1 } } } }, [{ a: [[2]] }], [{ a: [2] }]],
  ['$elemMatch with $all on values', { a: { $elemMatch: { $all: [1] } } }, [{ a: [1] }], [{ a: [2] }]],
  ['$elemMatch with an empty $all', { a: { $elemMatch: { $all: [] } } }, [], [{ a: [1] }]],
  ['$elemMatch with $or is a filter', { a: { $elemMatch: { $or: [{ b: 1 }, { c: 1 }] } } }, [{ a: [{ c: 1 }] }], [{ a: [{ b: 2 }] }]],
  ['an empty $elemMatch wants a document', { a: { $elemMatch: {} } }, [{ a: [{}] }, { a: [[]] }], [{ a: [1] }, { a: [] }]],
  ['$elemMatch takes an array for a document', { a: { $elemMatch: { 0: 1 } } }, [{ a: [[1]] }], [{ a: [1] }]],
  ['$elemMatch of database references', { a: { $elemMatch: { $id: 1 } } }, [{ a: [reference] }], [{ a: [{ $ref: 'c', $id: 2 }] }]],
  ['$elemMatch in an array of arrays of documents', { 'a.b': { $elemMatch: { c: 1 } } }, [{ a: [{ b: [{ c: 1 }] }] }], [{ a: [{ b: { c: 1 } }] }]],
  ['$not with several operators', { a: { $not: { $gt: 1, $lt: 5 } } }, [{ a: 7 }, {}], [{ a: 3 }, { a: [0, 7] }]],
  ['$mod with a negative dividend', { a: { $mod: [4, -3] } }, [{ a: -7 }, { a: Long.fromNumber(-7) }, { a: Decimal128.fromString('-7.5') }], [{ a: 7 }, { a: 'x' }, { a: NaN }, { a: 1e300 }]],
  ['$mod with truncated operands', { a: { $mod: [4.9, 3.9] } }, [{ a: 7 }], [{ a: 8 }]],
  ['$bitsAllSet with a mask', { a: { $bitsAllSet: 5 } }, [{ a: 7 }, { a: new Double(5) }, { a: new Binary(Buffer.from([5])) }, { a: -1 }], [{ a: 4 }, { a: 5.5 }, { a: 'x' }, {}]],
  ['$bitsAllSet beyond the sign', { a: { $bitsAllSet: [70] } }, [{ a: -1 }, { a: new Binary(Buffer.alloc(9, 0xff)) }], [{ a: Long.MAX_VALUE }, { a: new Binary(Buffer.alloc(8, 0xff)) }]],
  ['$bitsAllClear with binary data', { a: { $bitsAllClear: new Binary(Buffer.from([0, 1])) } }, [{ a: 255 }], [{ a: 256 }]],
  ['$bitsAnySet', { a: { $bitsAnySet: [0, 1] } }, [{ a: 2 }], [{ a: 4 }]],
  ['$bitsAnyClear', { a: { $bitsAnyClear: 3 } }, [{ a: 2 }], [{ a: 3 }]],
  ['$bitsAnySet of no bits', { a: { $bitsAnySet: 0 } }, [], [{ a: 1 }]],
  ['$and in $or in $nor', { $nor: [{ $or: [{ $and: [{ a: 1 }, { b: 1 }] }, { c: 1 }] }] }, [{ a: 1 }, {}], [{ a: 1, b: 1 }, { c: 1 }]],
  ['$alwaysTrue and $alwaysFalse', { $or: [{ $alwaysFalse: 1 }, { a: 1, $alwaysTrue: 1 }] }, [{ a: 1 }], [{}]],
  ['$elemMatch with $alwaysFalse inside', { a: { $elemMatch: { $alwaysFalse: 1 } } }, [], [{ a: [{}] }]],
  ['a plain value of every numeric type', { a: new Int32(1) }, [{ a: Long.ONE }, { a: new Double(1) }, { a: Decimal128.fromString('1.0') }], [{ a: '1' }, { a: true }]]
]

for (const [title, filter, matches, others] of cases) {
  t.test(`a filter with ${title} matches what it should`, async (t) => {
    t.strictSame(matching([...matches, ...others], filter), matches)
  })
}

const refused: Array<[filter: Document, code: number, message: string]> = [
  [{ $foo: 1 }, 2, "unknown top level operator: $foo. If you have a field name that starts with a '$' symbol, consider using $getField or $setField."],
  [{ a: { $foo: 1 } }, 2, 'unknown operator: $foo'],
  [{ a: { $gt: 1, b: 2 } }, 2, 'unknown operator: b'],
  [{ a: { $and: [] } }, 2, 'unknown operator: $and'],
  [{ a: { $where: '1' } }, 2, '$where cannot be applied to a field'],
  [{ $and: [] }, 2, '$and/$or/$nor must be a nonempty array'],
  [{ $or: {} }, 2, '$or must be an array'],
  [{ $nor: [1] }, 2, '$or/$and/$nor entries need to be full objects'],
  [{ a: { $in: 5 } }, 2, '$in needs an array'],
  [{ a: { $nin: 5 } }, 2, '$nin needs an array'],
  [{ a: { $in: [{ $gt: 1 }] } }, 2, 'cannot nest $ under $in'],
  [{ a: { $gt: /x/ } }, 2, "Can't have RegEx as arg to predicate over field 'a'."],
  [{ a: { $ne: /x/ } }, 2, "Can't have regex as arg to $ne."],
  [{ a: { $size: -1 } }, 2, 'Failed to parse $size. Expected a non-negative number in: $size: -1'],
  [{ a: { $size: 'x' } }, 2, 'Failed to parse $size. Expected a number in: $size: "x"'],
  [{ a: { $size: 1.5 } }, 2, 'Failed to parse $size. Expected an integer: $size: 1.5'],
  [{ a: { $size: NaN } }, 2, 'Failed to parse $size. Expected an integer, but found NaN in: $size: nan.0'],
  [{ a: { $size: Infinity } }, 2, 'Failed to parse $size. Cannot represent as a 64-bit integer: $size: inf.0'],
  [{ a: { $size: Decimal128.fromString('1.5') } }, 2, 'Failed to parse $size. Cannot represent as a 64-bit integer: $size: 1.5'],
  [{ a: { $all: 1 } }, 2, '$all needs an array'],
  [{ a: { $all: [{ $gt: 1 }] } }, 2, 'no $ expressions in $all'],
  [{ a: { $all: [{ $elemMatch: {} }, 1] } }, 2, '$all/$elemMatch has to be consistent'],
  [{ a: { $elemMatch: 1 } }, 2, '$elemMatch needs an Object'],
  [{ a: { $not: 1 } }, 2, '$not needs a regex or a document'],
  [{ a: { $not: {} } }, 2, '$not cannot be empty'],
  [{ a: { $type: 'foo' } }, 2, 'Unknown type name alias: foo'],
  [{ a: { $type: 99 } }, 2, 'Invalid numerical type code: 99'],
  [{ a: { $type: 0 } }, 2, 'Invalid numerical type code: 0. Instead use {$exists:false}.'],
  [{ a: { $type: 255 } }, 2, 'Invalid numerical type code: 255'],
  [{ a: { $type: {} } }, 14, 'type must be represented as a number or a string'],
  [{ a: { $type: [] } }, 9, 'a must match at least one type'],
  [{ a: { $mod: 1 } }, 2, 'malformed mod, needs to be an array'],
  [{ a: { $mod: [] } }, 2, 'malformed mod, not enough elements'],
  [{ a: { $mod: [1] } }, 2, 'malformed mod, not enough elements'],
  [{ a: { $mod: [1, 2, 3] } }, 2, 'malformed mod, too many elements'],
  [{ a: { $mod: ['x', 1] } }, 2, 'malformed mod, divisor not a number'],
  [{ a: { $mod: [1, 'x'] } }, 2, 'malformed mod, remainder not a number'],
  [{ a: { $mod: [0, 1] } }, 2, 'divisor cannot be 0'],
  [{ a: { $mod: [NaN, 1] } }, 2, 'malformed mod, divisor value is invalid :: caused by :: Unable to coerce NaN/Inf to integral type'],
  [{ a: { $mod: [1, 1e300] } }, 2, 'malformed mod, remainder value is invalid :: caused by :: Out of bounds coercing to integral value'],
  [{ a: { $bitsAllSet: 'x' } }, 2, 'a takes an Array, a number, or a BinData but received: $bitsAllSet: "x"'],
  [{ a: { $bitsAllSet: -1 } }, 9, 'Expected a non-negative number in: $bitsAllSet: -1'],
  [{ a: { $bitsAllSet: 1.5 } }, 9, 'Expected an integer: $bitsAllSet: 1.5'],
  [{ a: { $bitsAllSet: ['x'] } }, 2, 'bit positions must be an integer but got: 0: "x"'],
  [{ a: { $bitsAllSet: [-1] } }, 2, 'bit positions must be >= 0 but got: 0: -1'],
  [{ a: { $bitsAllSet: [NaN] } }, 2, 'bit positions cannot take a NaN: 0: nan.0'],
  [{ a: { $bitsAllSet: [2 ** 31] } }, 2, 'bit positions cannot be represented as a 32-bit signed integer: 0: 2147483648.0'],
  [{ a: { $regex: 1 } }, 2, '$regex has to be a string'],
  [{ a: { $regex: 'a', $options: 1 } }, 2, '$options has to be a string'],
  [{ a: { $options: 'i' } }, 2, '$options needs a $regex'],
  [{ a: { $regex: 'a\0b' } }, 2, 'Regular expression cannot contain an embedded null byte'],
  [{ a: { $regex: /a/i, $options: 'i' } }, 51075, 'options set in both $regex and $options'],
  [{ a: { $regex: 'a', $options: 'g' } }, 51108, 'invalid flag in regex options: g'],
  [{ $alwaysTrue: 2 }, 9, '$alwaysTrue must be an integer value of 1'],
  [{ $alwaysFalse: 'x' }, 9, 'Expected a number in: $alwaysFalse: "x"']
]

for (const [filter, code, message] of refused) {
  t.test(`a malformed filter is refused: ${message}`, async (t) => {
    t.throws(() => filterOf(filter), { code, message })
  })
}

t.test('undefined cannot be compared to', async (t) => {
  const undefinedIn = (operators: Document): Filter => parseFilter(documentValue(Buffer.from(encode(operators).map((byte) => byte === 0xff ? 6 : byte))))
  t.throws(() => undefinedIn({ a: new MinKey() }), { code: 2, message: 'cannot compare to undefined' })
  t.throws(() => undefinedIn({ a: { $gte: new MinKey() } }), { code: 2, message: 'cannot compare to undefined' })
  t.throws(() => undefinedIn({ a: { $in: [new MinKey()] } }), { code: 2, message: 'InMatchExpression equality cannot be undefined' })
})

const positions: Array<[filter: Document, document: Document, position: number | undefined]> = [
  [{ a: 5 }, { a: [1, 5, 8] }, 1],
  [{ 'a.k': 2 }, { a: [{ k: 1 }, { k: 2 }] }, 1],
  [{ a: { $elemMatch: { k: 2 } } }, { a: [{ k: 1 }, { k: 2 }] }, 1],
  [{ a: { $elemMatch: { $gt: 4 } } }, { a: [1, 5] }, 1],
  [{ 'a.b': 7 }, { a: [{ b: [1] }, { b: [7] }] }, 1],
  [{ 'a.b': { $elemMatch: { $gt: 6 } } }, { a: [{ b: [1] }, { b: [1, 7] }] }, 1],
  [{ 'a.0.b': 7 }, { a: [{ b: [1, 7] }] }, 1],
  [{ 'a.0': 7 }, { a: [7] }, undefined],
  [{ a: { $in: [8, 5] } }, { a: [1, 5, 8] }, 1],
  [{ $and: [{ _id: 1 }, { 'a.k': 2 }] }, { _id: 1, a: [{ k: 1 }, { k: 2 }] }, 1],
  [{ a: 1, b: 2 }, { a: [1], b: [0, 2] }, 1],
  [{ a: 5 }, { a: 5 }, undefined],
  [{ a: [1, 5] }, { a: [1, 5] }, undefined],
  [{ $or: [{ a: 5 }] }, { a: [1, 5] }, undefined],
  [{ a: { $ne: 7 } }, { a: [1, 5] }, undefined],
  [{ a: { $size: 2 } }, { a: [1, 5] }, undefined],
  [{ a: 9 }, { a: [1, 5] }, undefined]
]

for (const [filter, document, position] of positions) {
  t.test(`${JSON.stringify(filter)} matches ${JSON.stringify(document)} at ${position}`, async (t) => {
    const compiled = filterOf(filter)
    t.equal(compiled.position(documentValue(encode(document))), position)
    t.equal(compiled.position(documentValue(encode({}))), undefined, 'nothing remains from one document to the next')
  })
}

t.test('the equalities of a filter are those that every match fulfils', async (t) => {
  const equalities = filterOf({
    a: 1,
    b: { $eq: 'x', $gt: 'a' },
    $and: [{ 'c.d': { $in: [2] } }, { e: { $all: [3] } }, { f: { $in: [1, 2] } }],
    $or: [{ g: null }],
    h: /x/,
    i: { $ne: 1 },
    j: { $not: { $eq: 1 } },
    k: { $elemMatch: { $eq: 1 } }
  }).equalities()
  t.strictSame(equalities.map(([path, value]) => [path, JSON.parse(JSON.stringify({ value: toJs(value) })).value]), [['a', 1], ['b', 'x'], ['c.d', 2], ['e', 3], ['g', null]])
  t.same(filterOf({ $or: [{ a: 1 }, { b: 1 }] }).equalities(), [])
  t.same(filterOf({ a: { $in: [/x/] } }).equalities(), [], 'a regular expression is no value that a document could have')
})

t.test('the tree has the tests of one path in one node and the negations in nodes of their own', async (t) => {
  const kinds = (node: FilterNode): unknown => {
    switch (node.kind) {
      case 'path': return `${node.path} ${node.tests.map(({ operator }) => operator).join(' ')}`
      case 'not': return { not: kinds(node.node) }
      case 'always': return node.result
      case 'expression':
      case 'schema':
      case 'text': return node.kind
      default: return { [node.kind]: node.nodes.map(kinds) }
    }
  }
  t.same(kinds(filterOf({ a: { $gte: 1, $ne: 3, $lt: 5 } }).root), { and: ['a $gte $lt', { not: 'a $eq' }] })
  t.same(kinds(filterOf({ a: /x/, b: { $nin: [1] } }).root), { and: ['a $regex', { not: 'b $in' }] })
  t.same(kinds(filterOf({ a: 1 }).root), 'a $eq')
  t.same(kinds(filterOf({ $nor: [{ a: 1 }, { $alwaysFalse: 1 }], $comment: 'x' }).root), { nor: ['a $eq', false] })
})
