import { divideDecimals } from '../bson/decimal-arithmetic.js'
import { addDecimals, decimalFromDouble, decimalFromInteger, decimalOf, decimalValue, type Decimal } from '../bson/decimal.js'
import { doubleValue, int64Value, isNumber } from '../bson/number.js'
import { NULL } from '../bson/scalar.js'
import { BsonType, numberOf, type Value } from '../bson/value.js'
import type { Operand } from './evaluation.js'
import { integerValue } from './numeric.js'

/** A total of integers up to this is an exact number, also with one more int32. */
const EXACT = 2 ** 52

const ZERO: Decimal = decimalFromInteger(0n)

/**
 * The sum of numbers of any types, as `$sum` and `$avg` make it: integers are added exactly, decimals as decimals, and
 * doubles with the part that each addition rounds off carried along (Neumaier's form of Kahan's summation), so that the
 * order of the documents does not show in the result. What is not a number is passed over.
 */
export class Total {
  #count = 0
  /** The widest type so far: int32 < int64 < double < decimal128. */
  #type: number = BsonType.int32
  #small = 0
  #integers = 0n
  #doubles = 0
  #compensation = 0
  #decimals = ZERO

  add (value: Operand): void {
    if (value === undefined || !isNumber(value)) return
    this.#count++
    if (rank(value.type) > rank(this.#type)) this.#type = value.type
    switch (value.type) {
      case BsonType.int32: return this.#addSmall(numberOf(value))
      case BsonType.int64: this.#integers += value.bytes.readBigInt64LE(value.start); return
      case BsonType.double: return this.#addDouble(numberOf(value))
      default: this.#decimals = addDecimals(this.#decimals, decimalOf(value))
    }
  }

  /** In the widest type of the numbers; integers that do not fit in 64 bits become a double. */
  sum (): Value {
    if (this.#type === BsonType.decimal128) return decimalValue(this.#decimal())
    if (this.#type === BsonType.double) return doubleValue(this.#double())
    const integer = this.#integer()
    return this.#type === BsonType.int64 && BigInt.asIntN(64, integer) === integer ? int64Value(integer) : integerValue(integer)
  }

  /** A double or, if there was a decimal, a decimal; null of no numbers. */
  average (): Value {
    if (this.#count === 0) return NULL
    if (this.#type !== BsonType.decimal128) return doubleValue(this.#double() / this.#count)
    return decimalValue(divideDecimals(this.#decimal(), decimalFromInteger(BigInt(this.#count))))
  }

  /** The sum of all that are not decimals, as a double. */
  #double (): number {
    const doubles = this.#doubles + this.#compensation
    // An infinity leaves no number for the compensation.
    return Number(this.#integer()) + (Number.isNaN(doubles) ? this.#doubles : doubles)
  }

  /** The sum of all, exactly, but for what was rounded off the doubles. */
  #decimal (): Decimal {
    const exact = addDecimals(this.#decimals, decimalFromInteger(this.#integer()))
    return addDecimals(addDecimals(exact, shortest(this.#doubles)), shortest(this.#compensation || 0))
  }

  #integer (): bigint {
    return this.#integers + BigInt(this.#small)
  }

  #addSmall (number: number): void {
    this.#small += number
    if (Math.abs(this.#small) < EXACT) return
    this.#integers += BigInt(this.#small)
    this.#small = 0
  }

  #addDouble (number: number): void {
    const sum = this.#doubles + number
    this.#compensation += Math.abs(this.#doubles) >= Math.abs(number) ? (this.#doubles - sum) + number : (number - sum) + this.#doubles
    this.#doubles = sum
  }
}

/** A double as an exact decimal without zeros at its end: 0.5 and not 0.50. */
function shortest (double: number): Decimal {
  let decimal = decimalFromDouble(double)
  while (decimal.exponent < 0 && decimal.coefficient % 10n === 0n) {
    decimal = { ...decimal, coefficient: decimal.coefficient / 10n, exponent: decimal.exponent + 1 }
  }
  return decimal
}

const ranks: readonly number[] = [BsonType.int32, BsonType.int64, BsonType.double, BsonType.decimal128]

function rank (type: number): number {
  return ranks.indexOf(type)
}
