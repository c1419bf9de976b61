import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import fc from './random.js'

/** Arbitrary BSON values for property tests: every type, with the edge values where encoders and comparators break. */

const integers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(2 ** 31 - 1, -(2 ** 31))
).map((n) => new Int32(n))

const longs = fc.oneof(
  fc.bigInt({ min: -3n, max: 3n }),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
).map((n) => Long.fromBigInt(n))

const doubles = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 0.1, 2 ** 53, 2 ** 63, Number.MIN_VALUE, Number.MAX_VALUE),
  fc.double()
).map((n) => new Double(n))

const decimals = fc.oneof(
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '0', '-0', '0E+3', '1.0', '1.00', '0.1', '1E+6144', '1E-6176', '9007199254740993',
    '9223372036854775807', '9223372036854775808', '0.1000000000000000055511151231257827', '9.999999999999999999999999999999999E+6144'),
  fc.tuple(fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n }), fc.integer({ min: -40, max: 5 })).map(([n, e]) => `${n}E${e}`)
).map((text) => Decimal128.fromString(text))

export const numbers = fc.oneof(integers, longs, doubles, decimals)

// Characters whose order in UTF-16 and in UTF-8 differs, and zeros, which end a C string.
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '\0', 'é', '\uFFFD', '\u{1F600}'), maxLength: 4 })
const names = fc.string({ unit: fc.constantFrom('a', 'b', '1', 'é', '\u{1F600}'), maxLength: 2 })
const bytes = fc.uint8Array({ maxLength: 3 }).map((array) => Buffer.from(array))

const scalars = fc.oneof(
  { weight: 4, arbitrary: numbers },
  { weight: 2, arbitrary: text },
  fc.constantFrom(null, true, false, new MinKey(), new MaxKey()),
  fc.tuple(bytes, fc.constantFrom(0, 4, 128)).map(([content, subtype]) => new Binary(content, subtype)),
  fc.integer({ min: 0, max: 3 }).map((n) => new ObjectId(String(n).padStart(24, '0'))),
  fc.constantFrom(-1, 0, 1, 8.64e15, -8.64e15).map((time) => new Date(time)),
  fc.tuple(fc.constantFrom(0, 1, 2 ** 32 - 1), fc.constantFrom(0, 1, 2 ** 32 - 1)).map(([t, i]) => new Timestamp({ t, i })),
  fc.tuple(fc.constantFrom('', 'a', 'ab'), fc.constantFrom('', 'i', 'im')).map(([pattern, options]) => new BSONRegExp(pattern, options)),
  fc.tuple(text, fc.constantFrom(null, { a: 1 })).map(([code, scope]) => new Code(code, scope))
)

/** Any value of any type as a JavaScript object of `bson`'s classes, nested up to three levels. */
export const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3, depthIdentifier: 'value' }, scalars, tie('array'), tie('document')),
  array: fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'value' }),
  document: fc.uniqueArray(fc.tuple(names, tie('value')), { maxLength: 3, selector: ([name]) => name, depthIdentifier: 'value' })
    // A Map keeps the order of fields that look like integers, an object would not.
    .map((entries) => new Map(entries))
})).value
