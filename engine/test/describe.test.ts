import { Binary, BSONRegExp, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import t from 'tap'
import { describe, describeField } from '../bson/describe.js'
import { BsonType, valueFrom } from '../bson/value.js'

const texts: Array<[js: unknown, text: string]> = [
  [5, '5'],
  [new Double(5), '5.0'],
  [5.5, '5.5'],
  [NaN, 'nan.0'],
  [Infinity, 'inf.0'],
  [-Infinity, '-inf.0'],
  [new Double(1e300), '1e+300'],
  [Long.MAX_VALUE, '9223372036854775807'],
  [Decimal128.fromString('1.50'), '1.50'],
  ['text', '"text"'],
  [null, 'null'],
  [true, 'true'],
  [new Date(5), 'new Date(5)'],
  [new ObjectId('000000000000000000000001'), "ObjectId('000000000000000000000001')"],
  [new Timestamp({ t: 1, i: 2 }), 'Timestamp(1, 2)'],
  [new Binary(Buffer.from('ab'), 4), 'BinData(4, 6162)'],
  [new BSONRegExp('^a', 'i'), '/^a/i'],
  [new MinKey(), 'MinKey'],
  [new MaxKey(), 'MaxKey'],
  [{}, '{}'],
  [[], '[]'],
  [{ a: 1, b: [2, { c: 'x' }] }, '{ a: 1, b: [ 2, { c: "x" } ] }']
]

for (const [js, text] of texts) {
  t.test(`${text} is printed as MongoDB prints it`, async (t) => {
    t.equal(describe(valueFrom(js)), text)
  })
}

t.test('a field is printed with its name', async (t) => {
  t.equal(describeField('$size', valueFrom(-1)), '$size: -1')
})

t.test('a value with a rare type is printed as the name of its type', async (t) => {
  t.equal(describe({ type: BsonType.undefined, bytes: Buffer.alloc(0), start: 0, end: 0 }), 'undefined')
})

t.test('a large value is cut off', async (t) => {
  t.match(describe(valueFrom('x'.repeat(10_000))), /^"x{299}\.\.\.$/)
  t.match(describe(valueFrom(Array.from({ length: 10_000 }, () => 12345))), /^\[ 12345, .{280,300}\.\.\.$/)
})
