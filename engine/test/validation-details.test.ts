import { deserialize, EJSON } from 'bson'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'
import { mismatchExplainer } from '../query/mismatch/filter.js'
import { DocumentWriter } from '../wire/document-writer.js'

const environment = { now: new Date(), variables: new Map() }

/** What is answered as `errInfo.details`, as text, in which the order of fields can be seen. */
function detailsOf (filter: object, document: object): string {
  const [condition, value] = [filter, document].map((each) => documentValue(encode(each)))
  const writer = new DocumentWriter(0)
  writer.document(mismatchExplainer(condition, environment)(value))
  return EJSON.stringify(deserialize(writer.finish(), { bsonRegExp: true }))
}

/** The manual's forms: a filter, a document that does not match it, and `details`. */
const filters: Array<[title: string, filter: object, document: object, details: object]> = [
  ['a plain value', { a: 1 }, { a: 2 }, { operatorName: '$eq', specifiedAs: { a: 1 }, reason: 'comparison failed', consideredValue: 2 }],
  ['a missing field', { a: 1 }, {}, { operatorName: '$eq', specifiedAs: { a: 1 }, reason: 'field was missing' }],
  ['an array', { a: { $gt: 5 } }, { a: [1, 2] }, { operatorName: '$gt', specifiedAs: { a: { $gt: 5 } }, reason: 'comparison failed', consideredValues: [1, 2] }],
  ['an array of more than ten', { a: { $gt: 50 } }, { a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }, { operatorName: '$gt', specifiedAs: { a: { $gt: 50 } }, reason: 'comparison failed', consideredValues: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], consideredValuesTruncated: true }],
  ['a path through an array', { 'a.b': 1 }, { a: [{ b: 2 }, { b: 3 }, {}] }, { operatorName: '$eq', specifiedAs: { 'a.b': 1 }, reason: 'comparison failed', consideredValues: [2, 3] }],
  ['$ne', { a: { $ne: 1 } }, { a: 1 }, { operatorName: '$ne', specifiedAs: { a: { $ne: 1 } }, reason: 'comparison succeeded', consideredValue: 1 }],
  ['$in', { a: { $in: [1, 2] } }, { a: 3 }, { operatorName: '$in', specifiedAs: { a: { $in: [1, 2] } }, reason: 'no matching value found in array', consideredValue: 3 }],
  ['$nin', { a: { $nin: [1] } }, { a: 1 }, { operatorName: '$nin', specifiedAs: { a: { $nin: [1] } }, reason: 'matching value found in array', consideredValue: 1 }],
  ['$exists', { a: { $exists: true } }, {}, { operatorName: '$exists', specifiedAs: { a: { $exists: true } }, reason: 'path does not exist' }],
  ['$exists: false', { a: { $exists: false } }, { a: 1 }, { operatorName: '$exists', specifiedAs: { a: { $exists: false } }, reason: 'path does exist' }],
  ['$type', { a: { $type: 'string' } }, { a: [1, true, 2] }, { operatorName: '$type', specifiedAs: { a: { $type: 'string' } }, reason: 'type did not match', consideredValues: [1, true, 2], consideredTypes: ['bool', 'int'] }],
  ['$mod', { a: { $mod: [2, 0] } }, { a: 3 }, { operatorName: '$mod', specifiedAs: { a: { $mod: [2, 0] } }, reason: '$mod did not evaluate to expected remainder', consideredValue: 3 }],
  ['$mod of text', { a: { $mod: [2, 0] } }, { a: 'x' }, { operatorName: '$mod', specifiedAs: { a: { $mod: [2, 0] } }, reason: 'type did not match', consideredType: 'string', expectedTypes: ['decimal', 'double', 'int', 'long'], consideredValue: 'x' }],
  ['a regular expression', { a: /^x/i }, { a: 'y' }, { operatorName: '$regex', specifiedAs: { a: { $regularExpression: { pattern: '^x', options: 'i' } } }, reason: 'regular expression did not match', consideredValue: 'y' }],
  ['$regex with $options', { a: { $regex: '^x', $options: 'i' } }, { a: 'y' }, { operatorName: '$regex', specifiedAs: { a: { $regex: '^x', $options: 'i' } }, reason: 'regular expression did not match', consideredValue: 'y' }],
  ['$all', { a: { $all: [1, 2] } }, { a: [1] }, { operatorName: '$all', specifiedAs: { a: { $all: [1, 2] } }, reason: 'array did not contain all specified values', consideredValue: [1] }],
  ['$elemMatch', { a: { $elemMatch: { $gt: 5 } } }, { a: [1] }, { operatorName: '$elemMatch', specifiedAs: { a: { $elemMatch: { $gt: 5 } } }, reason: 'array did not satisfy the child predicate', consideredValue: [1] }],
  ['$size of what is no array', { a: { $size: 1 } }, { a: 5 }, { operatorName: '$size', specifiedAs: { a: { $size: 1 } }, reason: 'type did not match', consideredType: 'int', expectedType: 'array', consideredValue: 5 }],
  ['$mod of an empty array', { a: { $mod: [2, 0] } }, { a: [] }, { operatorName: '$mod', specifiedAs: { a: { $mod: [2, 0] } }, reason: 'type did not match', expectedTypes: ['decimal', 'double', 'int', 'long'], consideredValues: [] }],
  ['$bitsAllSet', { a: { $bitsAllSet: 2 } }, { a: 1 }, { operatorName: '$bitsAllSet', specifiedAs: { a: { $bitsAllSet: 2 } }, reason: 'bitwise operator failed to match', consideredValue: 1 }],
  ['two fields', { a: 1, b: 2, $comment: 'x' }, { a: 1, b: 3 }, { operatorName: '$and', clausesNotSatisfied: [{ index: 1, details: { operatorName: '$eq', specifiedAs: { b: 2 }, reason: 'comparison failed', consideredValue: 3 } }] }],
  ['two operators on a field', { a: { $gt: 1, $lt: 3 } }, { a: 5 }, { operatorName: '$and', clausesNotSatisfied: [{ index: 1, details: { operatorName: '$lt', specifiedAs: { a: { $lt: 3 } }, reason: 'comparison failed', consideredValue: 5 } }] }],
  ['$or', { $or: [{ a: 1 }, { b: 1 }] }, {}, { operatorName: '$or', clausesNotSatisfied: [{ index: 0, details: { operatorName: '$eq', specifiedAs: { a: 1 }, reason: 'field was missing' } }, { index: 1, details: { operatorName: '$eq', specifiedAs: { b: 1 }, reason: 'field was missing' } }] }],
  ['$nor', { $nor: [{ a: 1 }, { b: 1 }] }, { b: 1 }, { operatorName: '$nor', clausesSatisfied: [{ index: 1, details: { operatorName: '$eq', specifiedAs: { b: 1 }, reason: 'comparison succeeded', consideredValue: 1 } }] }],
  ['$nor of $and', { $nor: [{ $and: [{ a: 1 }, { b: { $ne: 2 } }] }] }, { a: 1, b: 1 }, {
    operatorName: '$nor',
    clausesSatisfied: [{
      index: 0,
      details: {
        operatorName: '$and',
        clausesSatisfied: [
          { index: 0, details: { operatorName: '$eq', specifiedAs: { a: 1 }, reason: 'comparison succeeded', consideredValue: 1 } },
          { index: 1, details: { operatorName: '$ne', specifiedAs: { b: { $ne: 2 } }, reason: 'comparison failed', consideredValue: 1 } }
        ]
      }
    }]
  }],
  ['$nor of $nor', { $nor: [{ $nor: [{ a: 1 }] }] }, {}, { operatorName: '$nor', clausesSatisfied: [{ index: 0, details: { operatorName: '$nor', clausesNotSatisfied: [{ index: 0, details: { operatorName: '$eq', specifiedAs: { a: 1 }, reason: 'field was missing' } }] } }] }],
  ['$not', { a: { $not: { $gt: 1 } } }, { a: 2 }, { operatorName: '$not', details: { operatorName: '$gt', specifiedAs: { a: { $gt: 1 } }, reason: 'comparison succeeded', consideredValue: 2 } }],
  ['$not of two', { a: { $not: { $gt: 1, $lt: 5 } } }, { a: 2 }, {
    operatorName: '$not',
    details: {
      operatorName: '$and',
      clausesSatisfied: [
        { index: 0, details: { operatorName: '$gt', specifiedAs: { a: { $gt: 1 } }, reason: 'comparison succeeded', consideredValue: 2 } },
        { index: 1, details: { operatorName: '$lt', specifiedAs: { a: { $lt: 5 } }, reason: 'comparison succeeded', consideredValue: 2 } }
      ]
    }
  }],
  ['$not of a regular expression', { a: { $not: /x/ } }, { a: 'x' }, { operatorName: '$not', details: { operatorName: '$regex', specifiedAs: { a: { $regularExpression: { pattern: 'x', options: '' } } }, reason: 'regular expression did match', consideredValue: 'x' } }],
  ['$nor of what does not exist', { $nor: [{ a: { $exists: false } }] }, {}, { operatorName: '$nor', clausesSatisfied: [{ index: 0, details: { operatorName: '$exists', specifiedAs: { a: { $exists: false } }, reason: 'path does not exist' } }] }],
  ['$expr', { $expr: { $eq: ['$a', 1] } }, { a: 2 }, { operatorName: '$expr', specifiedAs: { $expr: { $eq: ['$a', 1] } }, reason: 'expression did not match', expressionResult: false }],
  ['$nor of $expr', { $nor: [{ $expr: '$a' }] }, { a: 2 }, { operatorName: '$nor', clausesSatisfied: [{ index: 0, details: { operatorName: '$expr', specifiedAs: { $expr: '$a' }, reason: 'expression did match', expressionResult: 2 } }] }],
  ['$nor of $jsonSchema', { $nor: [{ $jsonSchema: {} }] }, {}, { operatorName: '$nor', clausesSatisfied: [{ index: 0, details: { operatorName: '$jsonSchema', reason: 'schema matched' } }] }],
  ['$alwaysFalse', { $alwaysFalse: 1 }, {}, { operatorName: '$alwaysFalse', specifiedAs: { $alwaysFalse: 1 }, reason: 'expression always evaluates to false' }],
  ['$nor of $alwaysTrue', { $nor: [{ $alwaysTrue: 1 }] }, {}, { operatorName: '$nor', clausesSatisfied: [{ index: 0, details: { operatorName: '$alwaysTrue', specifiedAs: { $alwaysTrue: 1 }, reason: 'expression always evaluates to true' } }] }]
]

/** The same for the keywords of a schema: a schema for the field `a`, a value, and what is said of it. */
const schemas: Array<[schema: object, value: unknown, details: object[]]> = [
  [{ bsonType: ['double'], description: 'a double' }, 3, [{ operatorName: 'bsonType', specifiedAs: { bsonType: ['double'] }, reason: 'type did not match', consideredValue: 3, consideredType: 'int' }]],
  [{ type: 'object', required: ['x'] }, 3, [{ operatorName: 'type', specifiedAs: { type: 'object' }, reason: 'type did not match', consideredValue: 3, consideredType: 'int' }]],
  [{ minimum: 3 }, 2, [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 2 }]],
  [{ maximum: 3, exclusiveMaximum: true }, 3, [{ operatorName: 'maximum', specifiedAs: { maximum: 3, exclusiveMaximum: true }, reason: 'comparison failed', consideredValue: 3 }]],
  [{ minimum: 3, multipleOf: 2 }, 1, [{ operatorName: 'multipleOf', specifiedAs: { multipleOf: 2 }, reason: 'considered value is not a multiple of the specified value', consideredValue: 1 }, { operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 1 }]],
  [{ pattern: '^a' }, 'b', [{ operatorName: 'pattern', specifiedAs: { pattern: '^a' }, reason: 'regular expression did not match', consideredValue: 'b' }]],
  [{ minLength: 2 }, 'b', [{ operatorName: 'minLength', specifiedAs: { minLength: 2 }, reason: 'specified string length was not satisfied', consideredValue: 'b' }]],
  [{ maxItems: 1 }, [1, 2], [{ operatorName: 'maxItems', specifiedAs: { maxItems: 1 }, reason: 'array did not match specified length', consideredValue: [1, 2], numberOfItems: 2 }]],
  [{ uniqueItems: true }, [1, 2, 3, 2, 1], [{ operatorName: 'uniqueItems', specifiedAs: { uniqueItems: true }, reason: 'found a duplicate item', consideredValue: [1, 2, 3, 2, 1], duplicatedValue: 2 }]],
  [{ items: { title: 'T', description: 'D', minimum: 3 } }, [3, 2], [{ operatorName: 'items', title: 'T', description: 'D', reason: 'At least one item did not match the sub-schema', itemIndex: 1, details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 2 }] }]],
  [{ items: [{}, { minimum: 3 }] }, [1, 2], [{ operatorName: 'items', details: [{ itemIndex: 1, details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 2 }] }] }]],
  [{ items: [{}], additionalItems: false }, [1, 2, 3], [{ operatorName: 'additionalItems', specifiedAs: { additionalItems: false }, reason: 'found additional items', additionalItems: [2, 3] }]],
  [{ items: [{}], additionalItems: { minimum: 3 } }, [1, 2], [{ operatorName: 'additionalItems', reason: 'At least one additional item did not match the sub-schema', itemIndex: 1, details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 2 }] }]],
  [{ required: ['z', 'y', 'x'] }, { y: 1 }, [{ operatorName: 'required', specifiedAs: { required: ['z', 'y', 'x'] }, missingProperties: ['x', 'z'] }]],
  [{ properties: { x: { description: 'D', minimum: 3 } } }, { x: 1 }, [{ operatorName: 'properties', propertiesNotSatisfied: [{ propertyName: 'x', description: 'D', details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 1 }] }] }]],
  [{ properties: { x: {} }, additionalProperties: false }, { x: 1, y: 2, z: 3 }, [{ operatorName: 'additionalProperties', specifiedAs: { additionalProperties: false }, additionalProperties: ['y', 'z'] }]],
  [{ additionalProperties: { title: 'T', minimum: 3 } }, { x: 5, y: 2 }, [{ operatorName: 'additionalProperties', title: 'T', reason: 'at least one additional property did not match the subschema', failingProperty: 'y', details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 2 }] }]],
  [{ patternProperties: { '^x': { title: 'T', minimum: 3 }, y: {} } }, { x: 1, y: 1 }, [{ operatorName: 'patternProperties', details: [{ propertyName: 'x', title: 'T', regexMatched: '^x', details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 1 }] }] }]],
  [{ minProperties: 2 }, { x: 1 }, [{ operatorName: 'minProperties', specifiedAs: { minProperties: 2 }, reason: 'specified number of properties was not satisfied', numberOfProperties: 1 }]],
  [{ dependencies: { title: 'T', x: ['y', 'z'], y: { required: ['w'] } } }, { x: 1, y: 1 }, [{ operatorName: 'dependencies', title: 'T', failingDependencies: [{ conditionalProperty: 'x', missingProperties: ['z'] }, { conditionalProperty: 'y', details: [{ operatorName: 'required', specifiedAs: { required: ['w'] }, missingProperties: ['w'] }] }] }]],
  [{ allOf: [{}, { title: 'T', minimum: 3 }] }, 1, [{ operatorName: 'allOf', schemasNotSatisfied: [{ index: 1, title: 'T', details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 1 }] }] }]],
  [{ anyOf: [{ minimum: 3 }] }, 1, [{ operatorName: 'anyOf', schemasNotSatisfied: [{ index: 0, details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 1 }] }] }]],
  [{ oneOf: [{ minimum: 3 }] }, 1, [{ operatorName: 'oneOf', schemasNotSatisfied: [{ index: 0, details: [{ operatorName: 'minimum', specifiedAs: { minimum: 3 }, reason: 'comparison failed', consideredValue: 1 }] }] }]],
  [{ oneOf: [{}, { minimum: 3 }, {}] }, 1, [{ operatorName: 'oneOf', reason: 'more than one subschema matched', matchingSchemaIndexes: [0, 2] }]],
  [{ not: {} }, 1, [{ operatorName: 'not', reason: 'child expression matched' }]],
  [{ enum: [1, 2] }, 3, [{ operatorName: 'enum', specifiedAs: { enum: [1, 2] }, reason: 'value was not found in enum', consideredValue: 3 }]]
]

for (const [title, filter, document, details] of filters) {
  t.test(`it is said why a filter does not match: ${title}`, async (t) => {
    t.notOk(parseFilter(documentValue(encode(filter)), environment).matches(documentValue(encode(document))))
    t.equal(detailsOf(filter, document), EJSON.stringify(details))
  })
}

for (const [schema, value, details] of schemas) {
  t.test(`it is said why a schema is broken: ${JSON.stringify(schema)}`, async (t) => {
    const { description } = schema as { description?: string }
    const property = { propertyName: 'a', ...(description !== undefined && { description }), details }
    t.equal(detailsOf({ $jsonSchema: { title: 'All', properties: { a: schema } } }, { a: value }), EJSON.stringify({
      operatorName: '$jsonSchema',
      title: 'All',
      schemaRulesNotSatisfied: [{ operatorName: 'properties', propertiesNotSatisfied: [property] }]
    }))
  })
}
