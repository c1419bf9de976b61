import { Decimal128, Double, Int32, Long } from 'bson'
import fc from './random.js'
import t from 'tap'
import { compareValues } from '../bson/order.js'
import { BsonType, valueFrom, type Value } from '../bson/value.js'
import { bracketBounds, encodeKey, isCut, storedEnd, storedKey, storedStart, successor } from '../storage/key.js'
import { numbers, values } from './arbitraries.js'

const UNDEFINED: Value = { type: BsonType.undefined, bytes: Buffer.alloc(0), start: 0, end: 0 }
const directions = fc.constantFrom<1 | -1>(1, -1)

const key = (js: unknown, direction: 1 | -1 = 1): Buffer => encodeKey([valueFrom(js)], [direction])

function sameOrder (a: unknown, b: unknown, direction: 1 | -1): boolean {
  const expected = direction * compareValues(valueFrom(a), valueFrom(b))
  return Math.sign(Buffer.compare(key(a, direction), key(b, direction))) === Math.sign(expected)
}

t.test('keys are in the order of the values, whatever their types', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(values, values, directions, sameOrder), { numRuns: 3000 }))
})

t.test('numbers of all types are one space', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(numbers, numbers, directions, sameOrder), { numRuns: 3000 }))
})

t.test('long strings with zeros in them are in order', async (t) => {
  const texts = fc.string({ unit: fc.constantFrom('\0', '\u0001', 'a', 'é', '\u{1F600}'), minLength: 0, maxLength: 400 })
  t.doesNotThrow(() => fc.assert(fc.property(texts, texts, directions, sameOrder), { numRuns: 500 }))
})

t.test('compound keys are in the order of their fields, each in its direction', async (t) => {
  const rows = fc.tuple(values, values, values)
  t.doesNotThrow(() => fc.assert(fc.property(rows, rows, fc.tuple(directions, directions, directions), (a, b, order) => {
    const differences = a.map((value, at) => order[at] * compareValues(valueFrom(value), valueFrom(b[at])))
    const expected = differences.find((difference) => difference !== 0) ?? 0
    const [left, right] = [a, b].map((row) => encodeKey(row.map(valueFrom), order))
    return Math.sign(Buffer.compare(left, right)) === Math.sign(expected)
  }), { numRuns: 2000 }))
})

t.test('no key is the beginning of another', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(values, values, directions, (a, b, direction) => {
    const [left, right] = [key(a, direction), key(b, direction)]
    return left.equals(right) || !right.subarray(0, left.length).equals(left)
  }), { numRuns: 2000 }))
})

t.test('equal numbers of different types have one key', async (t) => {
  const one = [1, new Double(1), Long.fromNumber(1), Decimal128.fromString('1'), Decimal128.fromString('1.00')].map((n) => key(n).toString('hex'))
  t.equal(new Set(one).size, 1)
  t.same(key(new Double(-0)), key(new Int32(0)))
  t.same(key(Decimal128.fromString('-0E+5')), key(0))
  t.same(key(Decimal128.fromString('9007199254740993.0')), key(Long.fromBigInt(9007199254740993n)))
})

t.test('numbers that share their nearest double are told apart', async (t) => {
  const ascending = ['0.09999999999999999999999999999999999', '0.1', '0.1000000000000000055511151231257827', '0.1000000000000000055511151231257828']
    .map((text) => Decimal128.fromString(text))
  const keys = ascending.map((decimal) => key(decimal))
  t.same([...keys].sort(Buffer.compare), keys)
  t.equal(Buffer.compare(key(0.1), keys[2]) > 0, true)
  t.equal(Buffer.compare(key(0.1), keys[3]) < 0, true)
})

t.test('a missing value has the key of null, and undefined stands below it', async (t) => {
  t.same(encodeKey([undefined], [1]), key(null))
  t.equal(Buffer.compare(encodeKey([UNDEFINED], [1]), key(null)), -1)
})

t.test('the bounds of a type hold its values and no others', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(values, values, directions, (a, b, direction) => {
    const [value, other] = [valueFrom(a), valueFrom(b)]
    const { start, end } = bracketBounds(other.type, direction)
    const isInside = Buffer.compare(key(a, direction), start) >= 0 && Buffer.compare(key(a, direction), end) < 0
    return isInside === bracketBounds(value.type, direction).start.equals(start)
  }), { numRuns: 1000 }))
})

t.test('a successor is above everything that begins with its prefix', async (t) => {
  t.same(successor(Buffer.of(1, 2)), Buffer.of(1, 3))
  t.same(successor(Buffer.of(1, 0xff, 0xff)), Buffer.of(2))
})

t.test('a long key is cut, but different keys stay different', async (t) => {
  const [short, long, other] = [key('a'.repeat(1400)), key('a'.repeat(5000)), key(`${'a'.repeat(5000)}b`)]
  t.same(storedKey(short), short)
  t.equal(isCut(storedKey(short)), false)
  t.equal(storedKey(long).length, 1533)
  t.equal(isCut(storedKey(long)), true)
  t.notSame(storedKey(long), storedKey(other))
})

t.test('bounds around long keys hold their cut forms', async (t) => {
  const texts = fc.integer({ min: 1490, max: 1510 }).chain((length) => fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 }).map((end) => 'a'.repeat(length) + end))
  t.doesNotThrow(() => fc.assert(fc.property(texts, texts, texts, directions, (low, text, high, direction) => {
    const [from, at, to] = [low, text, high].map((value) => key(value, direction))
    if (Buffer.compare(from, at) > 0 || Buffer.compare(at, to) >= 0) return true
    return Buffer.compare(storedStart(from), storedKey(at)) <= 0 && Buffer.compare(storedKey(at), storedEnd(to)) < 0
  }), { numRuns: 500 }))
})

t.test('a key longer than the writer\'s buffer is complete', async (t) => {
  t.equal(key('a'.repeat(100_000)).length, 100_003)
})
