import { Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { parseFilter, type Filter } from '../query/filter.js'

function schemaOf ($jsonSchema: unknown): Filter {
  return parseFilter(documentValue(encode({ $jsonSchema })))
}

/** For each keyword: a schema for the field `a`, the values that it takes, and those that it does not. */
const keywords: Array<[title: string, schema: object, accepted: unknown[], refused: unknown[]]> = [
  ['bsonType', { bsonType: 'long' }, [Long.fromNumber(1)], [1, new Double(1), 'x', null, [Long.fromNumber(1)]]],
  ['bsonType, a list', { bsonType: ['string', 'number'] }, ['x', 1, 1.5, Long.fromNumber(1), Decimal128.fromString('1')], [true, null, {}, []]],
  ['bsonType of what JSON has not', { bsonType: ['objectId', 'date', 'timestamp'] }, [new ObjectId(), new Date(), new Timestamp({ t: 1, i: 1 })], ['x', 1]],
  ['type', { type: 'boolean' }, [true, false], [1, 'true', null]],
  ['type, a list', { type: ['object', 'array', 'null'] }, [{}, [], null], ['x', 1, true]],
  ['type number', { type: 'number' }, [1, new Double(1), Long.fromNumber(1), Decimal128.fromString('1')], ['1']],
  ['minimum', { minimum: 3 }, [3, 4, new Double(3), Long.fromNumber(3), Decimal128.fromString('3.0'), 'x', null, [1]], [2, 2.9, NaN]],
  ['exclusiveMinimum', { minimum: 3, exclusiveMinimum: true }, [3.1, 4, 'x'], [3, 2]],
  ['minimum with exclusiveMinimum: false', { minimum: 3, exclusiveMinimum: false }, [3], [2]],
  ['maximum', { maximum: Decimal128.fromString('3.5') }, [3.5, 3, -1, 'x'], [3.6, Long.fromNumber(4)]],
  ['exclusiveMaximum', { maximum: 3, exclusiveMaximum: true }, [2.9], [3, 4]],
  ['multipleOf', { multipleOf: 3 }, [0, 3, -6, Long.fromNumber(9), 'x', {}], [1, 3.5, NaN, Infinity]],
  ['multipleOf of a fraction', { multipleOf: 0.1 }, [0.3, 1, Decimal128.fromString('0.7')], [0.35]],
  ['maxLength counts code points', { maxLength: 2 }, ['', 'ab', '€€', '😀😀', 1, null], ['abc', '😀😀😀']],
  ['minLength counts code points', { minLength: 2 }, ['ab', 'é€', 5], ['', 'a', '😀']],
  ['pattern', { pattern: '^a.c' }, ['abc', 'abcd', 7], ['xabc', '']],
  ['minItems', { minItems: 2 }, [[1, 2], [1, 2, 3], 'x', {}], [[], [1]]],
  ['maxItems', { maxItems: new Double(1) }, [[], [1], 'x'], [[1, 2]]],
  ['uniqueItems', { uniqueItems: true }, [[], [1, 2], ['1', 1], [[1], [2]], 'x'], [[1, 1], [1, new Double(1)], [{ x: 1, y: 2 }, { y: 2, x: 1 }], [[{ x: 1 }], [{ x: 1 }]]]],
  ['uniqueItems: false', { uniqueItems: false }, [[1, 1]], []],
  ['items, one schema for all', { items: { type: 'string' } }, [[], ['a', 'b'], 5], [[1], ['a', 1]]],
  ['items, one schema each', { items: [{ type: 'string' }, { minimum: 3 }] }, [[], ['a'], ['a', 3], ['a', 3, true]], [[1], ['a', 2]]],
  ['additionalItems: false', { items: [{ type: 'string' }], additionalItems: false }, [[], ['a'], 5], [['a', 'b'], [1]]],
  ['additionalItems, a schema', { items: [{}], additionalItems: { type: 'string' } }, [[1], [1, 'a']], [[1, 2]]],
  ['additionalItems without a list in items', { items: {}, additionalItems: false }, [[1, 2]], []],
  ['required', { required: ['x', 'y'] }, [{ x: 1, y: 1 }, { x: null, y: 1, z: 1 }, 5, []], [{}, { x: 1 }]],
  ['properties', { properties: { x: { type: 'string' } } }, [{}, { x: 'a' }, { y: 1 }, 5], [{ x: 1 }, { x: null }]],
  ['patternProperties', { patternProperties: { '^n': { type: 'number' }, x$: { minimum: 3 } } }, [{ n: 1 }, { nx: 3 }, { b: 'x' }, 5], [{ n: 'a' }, { nx: 2 }]],
  ['additionalProperties: false', { properties: { x: {} }, patternProperties: { '^y': {} }, additionalProperties: false }, [{}, { x: 1, y1: 1 }, 5], [{ z: 1 }, { x: 1, zy: 1 }]],
  ['additionalProperties: true', { additionalProperties: true }, [{ z: 1 }], []],
  ['additionalProperties, a schema', { properties: { x: {} }, additionalProperties: { type: 'string' } }, [{ x: 1, y: 'a' }], [{ x: 1, y: 1 }]],
  ['minProperties', { minProperties: 1 }, [{ x: 1 }, [], 5], [{}]],
  ['maxProperties', { maxProperties: 1 }, [{}, { x: 1 }, [1, 2]], [{ x: 1, y: 1 }]],
  ['dependencies, names', { dependencies: { x: ['y', 'z'] } }, [{}, { y: 1 }, { x: 1, y: 1, z: 1 }, 5], [{ x: 1 }, { x: 1, y: 1 }]],
  ['dependencies, a schema', { dependencies: { x: { required: ['y'] } } }, [{}, { x: 1, y: 1 }], [{ x: 1 }]],
  ['allOf', { allOf: [{ minimum: 3 }, { multipleOf: 2 }] }, [4, 'x'], [3, 2]],
  ['anyOf', { anyOf: [{ type: 'string' }, { minimum: 3 }] }, ['x', 3, true], [2]],
  ['oneOf', { oneOf: [{ minimum: 3 }, { multipleOf: 2 }] }, [2, 5], [4, 1]],
  ['not', { not: { type: 'string' } }, [1, null], ['x']],
  ['enum', { enum: ['a', 1, null, { x: 1, y: 2 }] }, ['a', 1, new Double(1), null, { y: 2, x: 1 }], ['b', 2, { x: 1 }, [1]]],
  ['title and description', { title: 'A', description: 'b' }, [1, 'x', null], []],
  ['no keyword', {}, [1, 'x', null], []]
]

for (const [title, schema, accepted, refused] of keywords) {
  t.test(`a schema accepts and refuses as JSON Schema says: ${title}`, async (t) => {
    const { matches } = schemaOf({ properties: { a: schema } })
    const isAccepted = (a: unknown): boolean => matches(documentValue(encode({ a })))
    t.same(accepted.filter((value) => !isAccepted(value)), [], 'all of these')
    t.same(refused.filter(isAccepted), [], 'none of these')
    t.ok(matches(documentValue(encode({}))), 'a field that is not there breaks no rule')
  })
}

const documents: Array<[title: string, schema: object, document: object, matches: boolean]> = [
  ['rules for arrays and scalars say nothing of a document', { minimum: 3, maxLength: 1, minItems: 5, pattern: 'x' }, { a: 1 }, true],
  ['type of a document', { bsonType: 'object' }, {}, true],
  ['a type that no document has', { bsonType: 'string' }, {}, false],
  ['enum compares whole documents', { enum: [{ x: 1, y: 2 }, 5] }, { y: 2, x: 1 }, true],
  ['enum without documents', { enum: [5] }, { x: 1 }, false],
  ['a required path', { required: ['a.b'] }, { a: [{ b: 1 }] }, true],
  ['a property by its path', { properties: { 'a.b': { type: 'string' } } }, { a: { b: 1 } }, false],
  ['a path that ends early', { properties: { 'a.b': { type: 'string' } } }, { a: 1 }, true],
  ['nested properties', { properties: { a: { properties: { b: { required: ['c'] } } } } }, { a: { b: { d: 1 } } }, false]
]

for (const [title, schema, document, matches] of documents) {
  t.test(`a schema is applied to a whole document: ${title}`, async (t) => {
    t.equal(schemaOf(schema).matches(documentValue(encode(document))), matches)
  })
}

const refusals: Array<[title: string, schema: unknown, code: number]> = [
  ['what is no document', 5, 14],
  ['an unknown keyword', { whatever: 1 }, 9],
  ...['$ref', '$schema', 'default', 'definitions', 'format', 'id'].map((name): [string, unknown, number] => [`${name}, which MongoDB leaves out`, { [name]: 'x' }, 9]),
  ...['encrypt', 'encryptMetadata'].map((name): [string, unknown, number] => [`${name}, which is for encryption`, { [name]: {} }, 238]),
  ['both type and bsonType', { type: 'string', bsonType: 'string' }, 9],
  ['the type integer', { type: 'integer' }, 9],
  ['the type integer in a list', { bsonType: ['string', 'integer'] }, 9],
  ['an unknown type', { bsonType: 'text' }, 2],
  ["a type of MongoDB's as one of JSON's", { type: 'objectId' }, 2],
  ['a type by its number', { bsonType: 2 }, 14],
  ['a list of types with a number', { bsonType: [2] }, 14],
  ['a type twice', { bsonType: ['int', 'int'] }, 9],
  ['no type', { bsonType: [] }, 9],
  ['a minimum that is no number', { minimum: 'x' }, 14],
  ['exclusiveMinimum without minimum', { exclusiveMinimum: true }, 9],
  ['exclusiveMaximum without maximum', { exclusiveMaximum: true }, 9],
  ['an exclusiveMaximum that is a number', { maximum: 5, exclusiveMaximum: 4 }, 14],
  ['multipleOf text', { multipleOf: 'x' }, 14],
  ['multipleOf 0', { multipleOf: 0 }, 9],
  ['multipleOf a negative number', { multipleOf: -1 }, 9],
  ['a negative length', { maxLength: -1 }, 9],
  ['a length that is no integer', { minLength: 1.5 }, 9],
  ['a length that is no number', { minItems: 'x' }, 9],
  ['a pattern that is no text', { pattern: /x/ }, 14],
  ['a pattern that is none', { pattern: '(' }, 51091],
  ['uniqueItems that is no bool', { uniqueItems: 1 }, 14],
  ['items that are no schema', { items: true }, 14],
  ['items with what is no schema', { items: [true] }, 14],
  ['additionalItems that are no schema', { additionalItems: 1 }, 14],
  ['properties that are no document', { properties: [] }, 14],
  ['a property that has no schema', { properties: { a: 1 } }, 14],
  ['patternProperties that are no document', { patternProperties: [] }, 14],
  ['a pattern that has no schema', { patternProperties: { a: 1 } }, 14],
  ['additionalProperties that are no schema', { additionalProperties: 1 }, 14],
  ['required that is no list', { required: 'a' }, 14],
  ['required nothing', { required: [] }, 9],
  ['required what is no name', { required: [1] }, 14],
  ['required twice', { required: ['a', 'a'] }, 9],
  ['dependencies that are no document', { dependencies: [] }, 14],
  ['a dependency that is neither list nor schema', { dependencies: { a: 1 } }, 14],
  ['a dependency on nothing', { dependencies: { a: [] } }, 9],
  ['a dependency on what is no name', { dependencies: { a: [1] } }, 14],
  ['a dependency twice', { dependencies: { a: ['b', 'b'] } }, 9],
  ['allOf that is no list', { allOf: {} }, 14],
  ['anyOf nothing', { anyOf: [] }, 2],
  ['oneOf what is no schema', { oneOf: [1] }, 14],
  ['not that is no schema', { not: [] }, 14],
  ['enum that is no list', { enum: 'a' }, 14],
  ['enum of nothing', { enum: [] }, 9],
  ['enum with equal values', { enum: [1, new Double(1)] }, 9],
  ['a title that is no text', { title: 1 }, 14],
  ['a description that is no text', { description: new Int32(1) }, 14]
]

for (const [title, schema, code] of refusals) {
  t.test(`a schema is refused as MongoDB refuses it: ${title}`, async (t) => {
    t.throws(() => schemaOf(schema), { code })
    const isDocument = typeof schema === 'object'
    if (isDocument) t.throws(() => schemaOf({ properties: { a: { items: schema } } }), { code }, 'and so it is inside another one')
  })
}

t.test('a keyword that is given twice is refused', async (t) => {
  const twice = Buffer.from(encode({ $jsonSchema: { minItems: 1, minItemz: 1 } }))
  twice.write('minItems', twice.indexOf('minItemz'))
  t.throws(() => parseFilter(documentValue(twice)), { code: 9 })
})

t.test('a schema stands among other conditions and inside of them', async (t) => {
  const { matches } = parseFilter(documentValue(encode({ $or: [{ b: 1 }, { $jsonSchema: { required: ['a'] } }], list: { $elemMatch: { $jsonSchema: { required: ['x'] } } } })))
  t.ok(matches(documentValue(encode({ a: 1, list: [{ x: 1 }] }))))
  t.notOk(matches(documentValue(encode({ a: 1, list: [{ y: 1 }] }))))
  t.notOk(matches(documentValue(encode({ list: [{ x: 1 }] }))))
})
