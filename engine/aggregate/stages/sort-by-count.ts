import { buildDocument, BsonType, documentValue, encode, fields, isDocument, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { chain } from '../chain.js'
import type { StageDefinition } from '../stage.js'
import { group } from './group.js'
import { sort } from './sort.js'

const COUNT = documentValue(encode({ $sum: 1 }))
const DESCENDING = documentValue(encode({ count: -1 }))

export const sortByCount: StageDefinition = {
  name: '$sortByCount',
  makesOthers: true,
  notIn: ['update'],

  parse (specification, parsing) {
    checkExpression(specification)
    const groups = documentValue(buildDocument([['_id', specification], ['count', COUNT]]))
    return chain(group.parse(groups, parsing), sort.parse(DESCENDING, parsing))
  }
}

function checkExpression (specification: Value): void {
  const message = 'the sortByCount field must be defined as a $-prefixed path or an expression inside an object'
  if (isDocument(specification)) {
    const first = fields(specification).next().value
    if (first === undefined || !first[0].startsWith('$')) throw new EngineError(40147, message)
  } else if (specification.type !== BsonType.string) {
    throw new EngineError(40149, 'the sortByCount field must be specified as a string or as an object')
  } else if (!stringOf(specification).startsWith('$')) {
    throw new EngineError(40148, message)
  }
}
