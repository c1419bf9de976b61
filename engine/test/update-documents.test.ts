import { BSONRegExp, ObjectId, Timestamp, type Document } from 'bson'
import t from 'tap'
import { encode, valueFrom } from '../bson/value.js'
import { withId } from '../update/document-id.js'
import { fillTimestamps } from '../update/timestamps.js'
import { applyUpdate, contextOf, inWords, NEW_ID, NOW, parse } from './update-cases.js'

const newObjectId = () => valueFrom(NEW_ID)
const stored = (document: Document): Buffer => withId(encode(document), newObjectId)
const seconds = Math.floor(NOW.getTime() / 1000)

t.test('a replacement keeps the _id and its first place', async (t) => {
  t.equal(inWords(applyUpdate({ _id: 1, a: 1 }, { b: 2 })), inWords({ _id: 1, b: 2 }))
  t.equal(inWords(applyUpdate({ _id: 1, a: 1 }, { b: 2, _id: 1 })), inWords({ _id: 1, b: 2 }))
  t.equal(inWords(applyUpdate({ _id: 1, a: 1 }, {})), inWords({ _id: 1 }))
})

t.test('a replacement by the same document is no change', async (t) => {
  const document = encode({ _id: 1, a: { b: [1] } })
  t.equal(parse({ _id: 1, a: { b: [1] } }).apply(document, contextOf()).document, document)
  t.not(parse({ a: { b: [1] } }).apply(document, contextOf()).document, document, 'one without _id counts as a change, as in MongoDB')
})

t.test('a replacement may have any name inside its documents', async (t) => {
  const replacement = { _id: 1, a: { $set: 1, 'b.c': 2, '': 3 }, 'd.e': 4 }
  t.equal(inWords(applyUpdate({ _id: 1 }, replacement)), inWords(replacement))
})

t.test('zero timestamps of a replacement are filled', async (t) => {
  const replaced = applyUpdate({ _id: 1 }, { a: new Timestamp(0n), b: new Timestamp(0n) })
  t.equal(inWords(replaced), inWords({ _id: 1, a: new Timestamp({ t: seconds, i: 1 }), b: new Timestamp({ t: seconds, i: 2 }) }))
})

t.test('only zero timestamps at the top are filled, and not _id', async (t) => {
  const { timestamp } = contextOf()
  const zero = new Timestamp(0n)
  const filled = fillTimestamps(encode({ _id: zero, a: zero, b: { c: zero }, d: [zero], e: new Timestamp({ t: 0, i: 1 }), f: 0 }), timestamp)
  t.equal(inWords(filled), inWords({ _id: zero, a: new Timestamp({ t: seconds, i: 1 }), b: { c: zero }, d: [zero], e: new Timestamp({ t: 0, i: 1 }), f: 0 }))
})

t.test('a document without zero timestamps stays the same Buffer', async (t) => {
  const document = encode({ _id: 1, a: new Timestamp({ t: 1, i: 0 }) })
  t.equal(fillTimestamps(document, contextOf().timestamp), document)
})

t.test('a document with _id in the first place stays the same Buffer', async (t) => {
  const document = encode({ _id: 1, a: 1 })
  t.equal(withId(document, newObjectId), document)
})

t.test('a document gets an _id, and has it in the first place', async (t) => {
  t.equal(inWords(stored({ a: 1 })), inWords({ _id: NEW_ID, a: 1 }))
  t.equal(inWords(stored({})), inWords({ _id: NEW_ID }))
  t.equal(inWords(stored({ a: 1, _id: 'x', b: 2 })), inWords({ _id: 'x', a: 1, b: 2 }))
  t.equal(inWords(stored({ a: { _id: 1 }, _idx: 1, id: 1 })), inWords({ _id: NEW_ID, a: { _id: 1 }, _idx: 1, id: 1 }))
})

t.test('an _id may be a document, a reference among them', async (t) => {
  const document = encode({ _id: { $ref: 'c', $id: new ObjectId(), $db: 'd' } })
  t.equal(withId(document, newObjectId), document)
})

t.test('what cannot be an _id is refused', async (t) => {
  t.throws(() => stored({ _id: [1] }), { code: 53, message: "The '_id' value cannot be of type array" })
  t.throws(() => stored({ a: 1, _id: new BSONRegExp('x') }), { code: 53, message: "The '_id' value cannot be of type regex" })
  t.throws(() => stored({ _id: { a: [{ $b: 1 }] } }), { code: 52, message: "_id fields may not contain '$'-prefixed fields: $b is not valid for storage." })
  const twice = encode({ _id: 1, _ix: 2 })
  twice.write('_id', twice.indexOf('_ix'))
  t.throws(() => withId(twice, newObjectId), { code: 2, message: "can't have multiple _id fields in one document" })
})
