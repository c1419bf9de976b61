import { doubleValue, isNumber, nearestDouble } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { BsonType, isDocument, isEmpty, numberOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Operand } from '../../expression/expression.js'
import type { Accumulator, Accumulators, ParseAccumulator } from '../accumulator.js'
import { integerValue } from '../../expression/numeric.js'
import { Total } from '../../expression/total.js'
import { unary, type Gatherer } from './unary.js'

const sumOfExpression = unary(() => {
  const total = new Total()
  return { add: (value) => total.add(value), result: () => total.sum() }
})

/** A sum of a constant, such as `{ $sum: 1 }`, needs no documents but only their number. */
const sum: ParseAccumulator = (argument, scope, name) => {
  const factory = sumOfExpression(argument, scope, name)
  if (argument.type !== BsonType.int32) return factory
  const summand = BigInt(numberOf(argument))
  return { ...factory, ofCount: (count) => integerValue(summand * BigInt(count)) }
}

const count: ParseAccumulator = (argument) => {
  if (!isDocument(argument) || !isEmpty(argument)) throw new EngineError('TypeMismatch', '$count takes no arguments, i.e. $count:{}')
  return {
    ofCount: (count) => integerValue(BigInt(count)),
    create (): Accumulator {
      let count = 0
      return { add: () => { count++ }, result: () => integerValue(BigInt(count)) }
    }
  }
}

const avg = unary(() => {
  const total = new Total()
  return { add: (value) => total.add(value), result: () => total.average() }
})

/** The spread of numbers by Welford's method, which stays exact where the numbers are large and near each other. */
class Deviation implements Gatherer {
  readonly #correction: 0 | 1
  #count = 0
  #mean = 0
  #squares = 0

  /** @param correction 1 when the documents are a sample of more (Bessel's correction) */
  constructor (correction: 0 | 1) {
    this.#correction = correction
  }

  add (value: Operand): void {
    if (value === undefined || !isNumber(value)) return
    const number = nearestDouble(value)
    const difference = number - this.#mean
    this.#mean += difference / ++this.#count
    this.#squares += difference * (number - this.#mean)
  }

  result (): Value {
    const divisor = this.#count - this.#correction
    return divisor <= 0 ? NULL : doubleValue(Math.sqrt(this.#squares / divisor))
  }
}

export const arithmeticAccumulators: Accumulators = {
  $avg: avg,
  $count: count,
  $stdDevPop: unary(() => new Deviation(0)),
  $stdDevSamp: unary(() => new Deviation(1)),
  $sum: sum
}
