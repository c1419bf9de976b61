import { Decimal128, Double, Int32, Long } from 'bson'
import fc from './random.js'
import t from 'tap'
import { decimalFromDouble, decimalOf, decimalValue, doubleFromDecimal } from '../bson/decimal.js'
import { add, isNaNValue, isNumber, multiply, nearestDouble, truncatedInteger, wholeNumber } from '../bson/number.js'
import { toJs, valueFrom, type Value } from '../bson/value.js'
import { numbers } from './arbitraries.js'

const decimal = Decimal128.fromString
const bigLong = Long.fromBigInt(2n ** 62n)

/** The value with its type in one string, so that 3, 3.0 and Long 3 differ. */
function show (value: Value | undefined): string {
  if (value === undefined) return 'overflow'
  const js = toJs(value)
  return js instanceof Object && '_bsontype' in js ? `${js._bsontype} ${js.toString()}` : String(js)
}

const sums: Array<[a: unknown, b: unknown, sum: string]> = [
  [1, 2, 'Int32 3'],
  [2147483647, 1, 'Long 2147483648'],
  [-2147483648, -1, 'Long -2147483649'],
  [1, Long.fromNumber(2), 'Long 3'],
  [Long.fromString('9007199254740993'), 1, 'Long 9007199254740994'],
  [Long.MAX_VALUE, 1, 'overflow'],
  [Long.MIN_VALUE, Long.NEG_ONE, 'overflow'],
  [1, new Double(2), 'Double 3'],
  [0.1, 0.2, 'Double 0.30000000000000004'],
  [Long.MAX_VALUE, 1.5, 'Double 9223372036854776000'],
  [decimal('1.1'), decimal('2.2'), 'Decimal128 3.3'],
  [decimal('1.10'), 1, 'Decimal128 2.10'],
  [decimal('1'), Long.MAX_VALUE, 'Decimal128 9223372036854775808'],
  [decimal('1'), 0.1, 'Decimal128 1.100000000000000'],
  [decimal('0'), 2.5, 'Decimal128 2.50000000000000'],
  [decimal('0'), 1 / 3, 'Decimal128 0.333333333333333'],
  [decimal('0'), 1e300, 'Decimal128 1.000000000000000000000000000000000E+300'],
  [decimal('0'), 123456789012345680, 'Decimal128 123456789012346000'],
  [decimal('0'), new Double(-0), 'Decimal128 0'],
  [decimal('-0'), decimal('-0'), 'Decimal128 -0'],
  [decimal('1'), decimal('-1.00'), 'Decimal128 0.00'],
  [decimal('Infinity'), 1, 'Decimal128 Infinity'],
  [1, decimal('-Infinity'), 'Decimal128 -Infinity'],
  [decimal('Infinity'), decimal('-Infinity'), 'Decimal128 NaN'],
  [decimal('1'), NaN, 'Decimal128 NaN'],
  [decimal('1E+6111'), decimal('1E-6176'), 'Decimal128 1.000000000000000000000000000000000E+6111'],
  [decimal('9999999999999999999999999999999999'), decimal('0.5'), 'Decimal128 1.000000000000000000000000000000000E+34'],
  [decimal('1000000000000000000000000000000000'), decimal('0.5'), 'Decimal128 1000000000000000000000000000000000'],
  [decimal('1000000000000000000000000000000001'), decimal('0.5'), 'Decimal128 1000000000000000000000000000000002'],
  [decimal('9.999999999999999999999999999999999E+6144'), decimal('1E+6144'), 'Decimal128 Infinity']
]

const products: Array<[a: unknown, b: unknown, product: string]> = [
  [6, 7, 'Int32 42'],
  [65536, 65536, 'Long 4294967296'],
  [bigLong, 2, 'overflow'],
  [0, new Double(3), 'Double 0'],
  [0, Long.fromNumber(3), 'Long 0'],
  [decimal('1.20'), decimal('3'), 'Decimal128 3.60'],
  [decimal('-1'), decimal('0'), 'Decimal128 -0'],
  [decimal('1E-4000'), decimal('1E-4000'), 'Decimal128 0E-6176'],
  [decimal('15E-6176'), decimal('0.1'), 'Decimal128 2E-6176'],
  [decimal('1E+4000'), decimal('1E+2140'), 'Decimal128 1.00000000000000000000000000000E+6140'],
  [decimal('1E+4000'), decimal('1E+4000'), 'Decimal128 Infinity'],
  [decimal('0E+4000'), decimal('1E+4000'), 'Decimal128 0E+6111'],
  [decimal('Infinity'), decimal('-2'), 'Decimal128 -Infinity'],
  [decimal('Infinity'), 0, 'Decimal128 NaN'],
  [decimal('NaN'), 1, 'Decimal128 NaN']
]

t.test('sums have the type and the value that MongoDB gives', async (t) => {
  for (const [a, b, sum] of sums) {
    t.equal(show(add(valueFrom(a), valueFrom(b))), sum, `${a} + ${b}`)
  }
})

t.test('products have the type and the value that MongoDB gives', async (t) => {
  for (const [a, b, product] of products) {
    t.equal(show(multiply(valueFrom(a), valueFrom(b))), product, `${a} × ${b}`)
  }
})

t.test('addition and multiplication commute', async () => {
  const encoded = numbers.map(valueFrom)
  fc.assert(fc.property(encoded, encoded, (a, b) => {
    return show(add(a, b)) === show(add(b, a)) && show(multiply(a, b)) === show(multiply(b, a))
  }))
})

t.test('a decimal128 survives unpacking and packing byte for byte', async () => {
  const text = fc.tuple(fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n }), fc.integer({ min: -6176, max: 6111 }))
  fc.assert(fc.property(text, ([coefficient, exponent]) => {
    const value = valueFrom(decimal(`${coefficient}E${exponent}`))
    return show(decimalValue(decimalOf(value))) === show(value)
  }))
})

t.test('a decimal128 with more than 34 digits is zero', async (t) => {
  const tooLarge = new Decimal128(Buffer.from('ffffffffffffffffffffffffffff4130', 'hex'))
  const secondForm = new Decimal128(Buffer.from('00000000000000000000000000001060', 'hex'))
  t.equal(nearestDouble(valueFrom(tooLarge)), 0)
  t.equal(nearestDouble(valueFrom(secondForm)), 0)
})

t.test('a double becomes a decimal and comes back unchanged', async () => {
  fc.assert(fc.property(fc.double(), (double) => Object.is(doubleFromDecimal(decimalFromDouble(double)), double)))
})

t.test('an integer part is cut towards zero and must fit in 64 bits', async (t) => {
  const integer = (js: unknown): bigint | undefined => truncatedInteger(valueFrom(js))
  t.equal(integer(new Int32(-7)), -7n)
  t.equal(integer(Long.MIN_VALUE), -(2n ** 63n))
  t.equal(integer(-7.9), -7n)
  t.equal(integer(decimal('7.99')), 7n)
  t.equal(integer(decimal('1E+3')), 1000n)
  t.equal(integer(decimal('0E+6000')), 0n)
  for (const outside of [NaN, Infinity, 2 ** 63, decimal('1E+20'), decimal('-Infinity')]) t.equal(integer(outside), undefined)
})

t.test('a whole number may have any type but no fraction', async (t) => {
  for (const two of [2, new Double(2), Long.fromNumber(2), decimal('2.00')]) t.equal(wholeNumber(valueFrom(two)), 2n)
  for (const other of [2.5, decimal('2.01'), NaN, Infinity]) t.equal(wholeNumber(valueFrom(other)), undefined)
})

t.test('numbers and NaN are told from the rest', async (t) => {
  t.ok(isNumber(valueFrom(1)))
  t.notOk(isNumber(valueFrom('1')))
  t.ok(isNaNValue(valueFrom(NaN)))
  t.ok(isNaNValue(valueFrom(decimal('NaN'))))
  t.notOk(isNaNValue(valueFrom(decimal('1'))))
  t.notOk(isNaNValue(valueFrom('NaN')))
})
