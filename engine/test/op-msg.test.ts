import { serialize } from 'bson'
import t from 'tap'
import { EngineError } from '../errors.js'
import { toJs, type Value } from '../bson/value.js'
import { crc32c } from '../wire/crc32c.js'
import { ProtocolViolation } from '../wire/frames.js'
import { isMoreToCome, parseOpMsg } from '../wire/op-msg.js'
import { parseOpQuery } from '../wire/op-query.js'
import { bodySection, frame, message, query, sequenceSection, uint32, withChecksum } from './raw-client.js'

const PING = { ping: 'x', $db: 'admin' }
const NO_FLAGS = uint32(0)

function documents (values: readonly Value[]): unknown[] {
  return values.map(toJs)
}

t.test('CRC-32C of the check string of RFC 3720 and its catalogue', async (t) => {
  t.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  t.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa)
  t.equal(crc32c(Buffer.alloc(0)), 0)
})

t.test('an OP_MSG has a body and any number of sequences, in any order', async (t) => {
  const frames = [
    message(PING, { sequences: { documents: [{ a: 'x' }, {}], more: [] } }),
    frame(2013, 1, NO_FLAGS, sequenceSection('documents', [{ a: 'x' }, {}]), bodySection(PING), sequenceSection('more', []))
  ]
  for (const bytes of frames) {
    const { body, sequences } = parseOpMsg(bytes)
    t.strictSame(toJs(body), PING)
    t.strictSame(sequences.map(({ name }) => name), ['documents', 'more'])
    t.strictSame(documents(sequences[0].documents), [{ a: 'x' }, {}])
    t.strictSame(sequences[1].documents, [])
  }
})

t.test('flags: the known ones are obeyed, optional ones ignored, unknown required ones and bad checksums fatal', async (t) => {
  t.equal(isMoreToCome(message(PING)), false)
  t.equal(isMoreToCome(message(PING, { flags: 2 })), true)
  t.equal(isMoreToCome(message(PING, { flags: 1 << 16 })), false)
  t.equal(isMoreToCome(withChecksum(message(PING, { flags: 1 }))), false)
  t.strictSame(toJs(parseOpMsg(withChecksum(message(PING, { flags: 1 }))).body), PING)
  for (const bit of [2, 3, 8, 15]) t.throws(() => isMoreToCome(message(PING, { flags: 1 << bit })), ProtocolViolation)
  const damaged = withChecksum(message(PING, { flags: 1 }))
  damaged[30] ^= 1
  t.throws(() => isMoreToCome(damaged), ProtocolViolation)
  t.throws(() => isMoreToCome(frame(2013, 1, uint32(1))), ProtocolViolation, 'no room for a checksum')
  t.throws(() => isMoreToCome(frame(2013, 1)), ProtocolViolation, 'no room for flags')
})

const badSections: ReadonlyArray<[title: string, code: number, ...sections: Uint8Array[]]> = [
  ['no section', 40587],
  ['a sequence alone', 40587, sequenceSection('documents', [])],
  ['two bodies', 40430, bodySection(PING), bodySection(PING)],
  ['the same sequence twice', 40431, bodySection(PING), sequenceSection('a', []), sequenceSection('a', [])],
  ['a sequence that is also in the body', 40433, bodySection(PING), sequenceSection('ping', [])],
  ['an unknown kind', 40432, bodySection(PING), Buffer.of(2, 5, 0, 0, 0, 0)],
  ['a kind without content', 22, bodySection(PING), Buffer.of(0)],
  ['a length that reaches past the message', 22, Buffer.of(0, 200, 0, 0, 0, 0)],
  ['a negative length', 22, Buffer.of(0, 0, 0, 0, 0x80, 0)],
  ['a body of four bytes', 22, Buffer.of(0, 4, 0, 0, 0)],
  ['a sequence without the end of its name', 22, bodySection(PING), Buffer.of(1, 6, 0, 0, 0, 97, 97)],
  ['half a document in a sequence', 22, bodySection(PING), Buffer.of(1, 9, 0, 0, 0, 97, 0, 5, 0, 0)],
  ['damaged BSON', 22, Buffer.of(0, 7, 0, 0, 0, 0x42, 0, 0)]
]

for (const [title, code, ...sections] of badSections) {
  t.test(`an OP_MSG with ${title} is error ${code}`, async (t) => {
    t.throws(() => parseOpMsg(frame(2013, 1, NO_FLAGS, ...sections)), { code })
  })
}

t.test('a document may be 16 KiB larger than a stored one, and no larger', async (t) => {
  const limit = 16 * 1024 * 1024 + 16 * 1024
  const filler = (size: number) => frame(2013, 1, NO_FLAGS, bodySection({ a: Buffer.alloc(size - serialize({ a: Buffer.alloc(0) }).length) }))
  t.equal(parseOpMsg(filler(limit)).body.end, limit + 21)
  t.throws(() => parseOpMsg(filler(limit + 1)), { code: 10334 })
})

t.test('an OP_QUERY carries a command beside the name of its database', async (t) => {
  const { database, body, sequences } = parseOpQuery(query({ ismaster: 'x' }, 'some.$cmd'))
  t.strictSame([database, toJs(body), sequences], ['some', { ismaster: 'x' }, []])
})

t.test('any other OP_QUERY is an error', async (t) => {
  t.throws(() => parseOpQuery(query({}, 'test.notes')), new EngineError('UnsupportedOpQueryCommand', 'Unsupported OP_QUERY: only commands are answered'))
  t.throws(() => parseOpQuery(frame(2004, 1, NO_FLAGS, Buffer.from('admin.$cmd'))), { code: 22 }, 'no end of the name')
  t.throws(() => parseOpQuery(frame(2004, 1, NO_FLAGS, Buffer.from('admin.$cmd\0'))), { code: 22 }, 'no document')
  t.throws(() => parseOpQuery(Buffer.concat([query({}), Buffer.of(0)])), { code: 22 }, 'something after the document')
})
