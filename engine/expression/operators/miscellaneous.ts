import { doubleValue, int32Value } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { BsonType, isDocument, isEmpty, readLength } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { checkTextScore, TEXT_SCORE, textScoreOf } from '../../query/text-score.js'
import { isNullish, typeName } from '../operand.js'
import { unary, type Operators } from '../operator.js'

export const miscellaneousOperators: Operators = {
  $binarySize: unary((operand) => {
    if (isNullish(operand)) return NULL
    if (operand.type === BsonType.string) return int32Value(readLength(operand.bytes, operand.start) - 1)
    if (operand.type === BsonType.binary) return int32Value(readLength(operand.bytes, operand.start))
    throw new EngineError(51276, `$binarySize requires a string or BinData argument, found: ${typeName(operand)}`)
  }),
  $bsonSize: unary((operand) => {
    if (isNullish(operand)) return NULL
    if (!isDocument(operand)) throw new EngineError(31393, `$bsonSize requires a document input, found: ${typeName(operand)}`)
    return int32Value(operand.end - operand.start)
  }),
  $meta: ({ operand, scope }) => {
    checkTextScore(operand, scope.has(TEXT_SCORE))
    return { isConstant: false, evaluate: ({ root }) => textScoreOf(root) }
  },
  $rand: ({ operand }) => {
    if (!isDocument(operand) || !isEmpty(operand)) throw new EngineError(3040501, '$rand does not currently accept arguments')
    return { isConstant: false, evaluate: () => doubleValue(Math.random()) }
  }
}
