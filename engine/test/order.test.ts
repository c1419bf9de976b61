import { Binary, BSONRegExp, BSONSymbol, Code, DBRef, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import fc from './random.js'
import t from 'tap'
import { compareValues, equalValues, typeBracket } from '../bson/order.js'
import { BsonType, valueFrom, type Value } from '../bson/value.js'
import { values } from './arbitraries.js'

const id = (n: number): ObjectId => new ObjectId(String(n).padStart(24, '0'))

/** Each row is strictly below the next; the values of one row are equal. */
const ladder: unknown[][] = [
  [new MinKey()],
  [null],
  [NaN, Decimal128.fromString('NaN')],
  [-Infinity, Decimal128.fromString('-Infinity')],
  [Long.MIN_VALUE, new Double(-(2 ** 63)), Decimal128.fromString('-9223372036854775808')],
  [-1, new Double(-1), Decimal128.fromString('-1.00')],
  [0, new Double(-0), Long.ZERO, Decimal128.fromString('-0E+10')],
  [Number.MIN_VALUE],
  [Decimal128.fromString('0.1')],
  [0.1],
  [1, new Double(1), Long.ONE, Decimal128.fromString('1.000')],
  [2 ** 53, Long.fromString('9007199254740992')],
  [Long.fromString('9007199254740993'), Decimal128.fromString('9007199254740993')],
  [Long.fromString('9007199254740995')],
  [Long.MAX_VALUE, Decimal128.fromString('9223372036854775807')],
  [new Double(2 ** 63)],
  [Decimal128.fromString('1E+6144')],
  [Infinity, Decimal128.fromString('Infinity')],
  [''],
  ['A', new BSONSymbol('A')],
  ['a'],
  ['a\0'],
  ['a\0b'],
  ['ab'],
  ['\uFFFD'],
  ['\u{1F600}'],
  [{}],
  [{ b: 0 }, { b: new Double(0) }],
  [{ a: 'a number as first field is below a string, whatever their names' }],
  [{ a: {} }],
  [{ a: {}, b: 1 }],
  [[]],
  [[1], [new Double(1)]],
  [[1, 2]],
  [[2]],
  [new Binary(Buffer.from('b'))],
  [new Binary(Buffer.from('b'), 4)],
  [new Binary(Buffer.from('aa'))],
  [id(1)],
  [id(2)],
  [false],
  [true],
  [new Date(-1)],
  [new Date(0)],
  [new Date(2 ** 40)],
  [new Timestamp({ t: 1, i: 2 })],
  [new Timestamp({ t: 2 ** 32 - 1, i: 0 })],
  [new BSONRegExp('a', 'i')],
  [new BSONRegExp('b', '')],
  [new Code('a')],
  [new Code('b')],
  [new Code('a', { b: 1 })],
  [new Code('a', { b: 2 })],
  [new MaxKey()]
]

t.test('the types and their values stand in the documented order', async (t) => {
  const rows = ladder.map((row) => row.map(valueFrom))
  for (const [i, row] of rows.entries()) {
    for (const [j, other] of rows.entries()) {
      const wrong = row.flatMap((a) => other.map((b) => Math.sign(compareValues(a, b)))).filter((sign) => sign !== Math.sign(i - j))
      t.equal(wrong.length, 0, `${JSON.stringify(ladder[i])} against ${JSON.stringify(ladder[j])}`)
    }
  }
})

t.test('a missing value has the place of null, above undefined', async (t) => {
  const undefinedValue: Value = { type: BsonType.undefined, bytes: Buffer.alloc(0), start: 0, end: 0 }
  t.equal(compareValues(undefined, valueFrom(null)), 0)
  t.equal(compareValues(undefined, undefined), 0)
  t.ok(compareValues(undefined, undefinedValue) > 0)
  t.ok(compareValues(valueFrom(0), undefined) > 0)
})

t.test('documents are equal only with their fields in the same order', async (t) => {
  t.ok(equalValues(valueFrom({ x: 1, y: [new Double(2)] }), valueFrom({ x: Long.ONE, y: [2] })))
  t.notOk(equalValues(valueFrom({ x: 1, y: 2 }), valueFrom({ y: 2, x: 1 })))
})

t.test('the names of array elements play no part', async (t) => {
  const array = valueFrom([1, 2])
  const renamed = { ...valueFrom({ x: 1, y: 2 }), type: BsonType.array }
  t.equal(compareValues(array, renamed), 0)
})

t.test('database pointers are ordered by length, then by bytes', async (t) => {
  const pointer = (name: string): Value => {
    const bytes = Buffer.concat([Buffer.from([name.length + 1, 0, 0, 0]), Buffer.from(`${name}\0`), id(1).id])
    return { type: BsonType.dbPointer, bytes, start: 0, end: bytes.length }
  }
  t.ok(compareValues(pointer('b'), pointer('aa')) < 0)
  t.equal(compareValues(pointer('b'), pointer('b')), 0)
  t.ok(typeBracket(BsonType.dbPointer) > typeBracket(BsonType.regex))
  t.equal(typeBracket(valueFrom(new DBRef('c', id(1))).type), typeBracket(BsonType.document), 'a DBRef is a document')
})

t.test('the order is total: antisymmetric, transitive, and equal to itself', async () => {
  const encoded = values.map(valueFrom)
  fc.assert(fc.property(encoded, encoded, encoded, (a, b, c) => {
    const [ab, ba] = [Math.sign(compareValues(a, b)), Math.sign(compareValues(b, a))]
    const sorted = [a, b, c].sort(compareValues)
    return ab + ba === 0 && compareValues(a, a) === 0 &&
      compareValues(sorted[0], sorted[1]) <= 0 && compareValues(sorted[1], sorted[2]) <= 0 && compareValues(sorted[0], sorted[2]) <= 0
  }), { numRuns: 3000 })
})

t.test('numbers and strings are ordered as JavaScript orders their decoded values', async () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
    return Math.sign(compareValues(valueFrom(new Double(a)), valueFrom(b))) === (a < b ? -1 : Number(a > b))
  }))
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
    return Math.sign(compareValues(valueFrom(a), valueFrom(b))) === Buffer.compare(Buffer.from(a), Buffer.from(b))
  }))
})
