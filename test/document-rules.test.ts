import t from 'tap'
import { checkDocument, checkDocumentSize } from '../src/document-rules.js'
import { Problem } from '../src/errors.js'

const limits = { jsonDepthLevels: 4, jsonKeys: 5, bodyBytes: 20 }

function outcome (check: () => void): string {
  try {
    check()
    return 'accepted'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.code, error.errors[0]?.pointer].join(' ')
  }
}

const check = (document: object) => outcome(() => checkDocument(document, limits))

t.test('any other document is accepted', async (t) => {
  t.equal(check({}), 'accepted')
  t.equal(check({ '': null, a$: [1, [{}]], prototype: 1, constructor: 'Bob', toString: false }), 'accepted')
})

t.test('keys that mean something to the database or to JavaScript are refused at any depth', async (t) => {
  t.equal(check({ a: [1, { $gt: 1 }] }), 'FORBIDDEN_KEY /a/1/$gt')
  t.equal(check({ 'a.b': 1 }), 'FORBIDDEN_KEY /a.b')
  t.equal(check({ 'a\0b': 1 }), 'FORBIDDEN_KEY /a\0b')
  t.equal(check({ a: { _bsontype: 'ObjectId' } }), 'FORBIDDEN_KEY /a/_bsontype')
  t.equal(check(JSON.parse('{"a":{"__proto__":1}}')), 'FORBIDDEN_KEY /a/__proto__')
  t.equal(check({ constructor: { prototype: 1 } }), 'FORBIDDEN_KEY /constructor/prototype')
})

t.test('the depth counts the document itself', async (t) => {
  t.equal(check({ a: [[{}]] }), 'accepted')
  t.equal(check({ a: [[{ b: {} }]] }), 'JSON_TOO_DEEP /a/0/0/b')
})

t.test('keys are counted at every depth, items of arrays are not', async (t) => {
  t.equal(check({ a: [{ b: 1 }, { b: 1 }, { b: 1, c: [1, 2, 3, 4, 5, 6] }] }), 'accepted')
  t.equal(check({ a: { b: 1, c: 1 }, d: 1, e: 1, f: 1 }), 'JSON_TOO_WIDE /a/c')
})

t.test('a document that no call stack could hold is refused', async (t) => {
  let document: object = {}
  for (let level = 0; level < 100_000; level++) document = { a: document }
  t.equal(check(document), 'JSON_TOO_DEEP /a/a/a/a')
})

t.test('an array with more items than a call takes arguments is walked', async (t) => {
  t.equal(check({ a: Array.from({ length: 350_000 }, () => ({})) }), 'accepted')
})

t.test('the size is that of the JSON text in bytes', async (t) => {
  t.equal(outcome(() => checkDocumentSize({ a: 'é'.repeat(6) }, limits)), 'accepted')
  t.equal(outcome(() => checkDocumentSize({ a: 'é'.repeat(7) }, limits)), 'BODY_TOO_LARGE ')
})
