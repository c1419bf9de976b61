import { Binary, Decimal128, deserialize, Double, Int32, Long, ObjectId, serialize, Timestamp, UUID } from 'bson'
import fc from './random.js'
import t from 'tap'
import { documentValue, encode, findField, valueFrom } from '../bson/value.js'
import { DocumentWriter } from '../wire/document-writer.js'
import { opMsg, opReply } from '../wire/reply.js'

function write (document: Readonly<Record<string, unknown>>, expected?: number): Buffer {
  const writer = new DocumentWriter(0, expected)
  writer.document(document)
  return writer.finish()
}

t.test('whatever JavaScript has is written as bson writes it', async (t) => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, fc.string({ unit: 'grapheme' }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.date({ noInvalidDate: true }),
      fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(fc.string().filter((name) => !name.includes('\0') && name !== '__proto__'), tie('any'), { maxKeys: 4 }))
  })).any
  fc.assert(fc.property(value, fc.nat(100), (any, expected) => {
    // Dictionaries without a prototype are not plain objects to the writer.
    const document = { any: structuredClone(any) }
    t.strictSame(write(document, expected), Buffer.from(serialize(document)))
  }), { numRuns: 300 })
})

t.test('numbers become int32 where they fit, bigints int64, and undefined is left out', async (t) => {
  const written = write({ a: 1, b: 2 ** 31, c: -0, d: 1.5, e: 7n, f: undefined, g: [undefined] })
  t.strictSame(written, Buffer.from(serialize({
    a: new Int32(1), b: new Double(2 ** 31), c: new Double(-0), d: new Double(1.5), e: Long.fromNumber(7), g: [null]
  })))
})

t.test('names need not be ASCII', async (t) => {
  const document = { naïve: 1, ключ: { '鍵🗝': 2 } }
  t.strictSame(write(document, 0), Buffer.from(serialize(document)))
})

t.test('the classes of bson keep their types', async (t) => {
  const document = {
    a: new ObjectId(), b: new UUID(), c: new Binary(Buffer.of(1)), d: Decimal128.fromString('1.50'), e: new Timestamp({ t: 1, i: 2 }), f: new Double(1), g: /x/i
  }
  t.strictSame(write(document), Buffer.from(serialize(document)))
})

t.test('documents and values of the store are copied in byte for byte', async (t) => {
  const stored = encode({ a: new Double(5), b: { c: Long.fromNumber(1) } })
  const part = findField(documentValue(stored), 'b')
  const written = write({ all: [stored], part, text: valueFrom('x') })
  t.strictSame(written, Buffer.from(serialize({ all: [{ a: new Double(5), b: { c: Long.fromNumber(1) } }], part: { c: Long.fromNumber(1) }, text: 'x' })))
})

t.test('a reply is an OP_MSG with one body section, and says ok: 1 unless it says otherwise', async (t) => {
  const reply = opMsg({ n: 1 }, 42)
  t.strictSame([reply.readInt32LE(0), reply.readInt32LE(8), reply.readInt32LE(12), reply.readUInt32LE(16), reply[20]], [reply.length, 42, 2013, 0, 0])
  t.strictSame(reply.subarray(21), Buffer.from(serialize({ n: 1, ok: new Double(1) })))
  t.strictSame(opMsg({ ok: new Double(0) }, 1).subarray(21), Buffer.from(serialize({ ok: new Double(0) })))
})

t.test('the reply to OP_QUERY is an OP_REPLY with one document', async (t) => {
  const reply = opReply({ n: 1 }, 42)
  t.strictSame([reply.readInt32LE(0), reply.readInt32LE(8), reply.readInt32LE(12)], [reply.length, 42, 1])
  t.strictSame([reply.readInt32LE(16), reply.readBigInt64LE(20), reply.readInt32LE(28), reply.readInt32LE(32)], [0, 0n, 0, 1])
  t.strictSame(deserialize(reply.subarray(36)), { n: 1, ok: 1 })
})
