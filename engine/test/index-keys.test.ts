import type { Document } from 'bson'
import t from 'tap'
import { documentValue, encode, valueFrom } from '../bson/value.js'
import { codes } from '../errors.js'
import type { Index } from '../storage/catalog.js'
import { difference, indexKeys, type DocumentKeys } from '../storage/index-keys.js'
import { indexFromSpec } from '../storage/index-spec.js'
import { encodeKey } from '../storage/key.js'

const UNDEFINED = { type: 6, bytes: Buffer.alloc(0), start: 0, end: 0 }

function index (key: Document, options: Document = {}): Index {
  return indexFromSpec(1, encode({ v: 2, key, name: 'i', ...options }))
}

function keysOf (document: Document, index: Index): DocumentKeys {
  return indexKeys(documentValue(encode(document)), index)
}

const key = (...values: unknown[]): Buffer => encodeKey(values.map((value) => value === undefined ? undefined : valueFrom(value)), values.map(() => 1))

t.test('a document without arrays has one key', async (t) => {
  t.same(keysOf({ a: 1, b: 'x' }, index({ a: 1, b: 1 })), { keys: [key(1, 'x')], arrayPaths: [], hasCutKeys: false })
})

t.test('a missing field counts as null', async (t) => {
  t.same(keysOf({}, index({ a: 1 })).keys, [key(null)])
})

t.test('a descending field has its bits inverted', async (t) => {
  t.same(keysOf({ a: 1 }, index({ a: -1 })).keys, [encodeKey([valueFrom(1)], [-1])])
})

t.test('an array has one key for each of its distinct elements, in order', async (t) => {
  t.same(keysOf({ a: [2, 1, 2, 1.0] }, index({ a: 1 })), { keys: [key(1), key(2)], arrayPaths: ['a'], hasCutKeys: false })
})

t.test('an empty array has a key of its own, below null', async (t) => {
  t.same(keysOf({ a: [] }, index({ a: 1 })).keys, [encodeKey([UNDEFINED], [1])])
})

t.test('paths through one array take their values from the same element', async (t) => {
  const keys = keysOf({ a: [{ b: 1, c: 2 }, { b: 3 }] }, index({ 'a.b': 1, 'a.c': 1 }))
  t.same(keys, { keys: [key(1, 2), key(3, null)], arrayPaths: ['a.b', 'a.c'], hasCutKeys: false })
})

t.test('two arrays beside each other cannot be indexed together', async (t) => {
  t.throws(() => keysOf({ a: [1], b: [2] }, index({ a: 1, b: 1 })), { code: codes.CannotIndexParallelArrays })
})

t.test('a sparse index leaves out what has none of its fields', async (t) => {
  const sparse = index({ a: 1, b: 1 }, { sparse: true })
  t.same(keysOf({ c: 1 }, sparse).keys, [])
  t.same(keysOf({ b: null }, sparse).keys, [key(undefined, null)])
  t.same(keysOf({ a: [] }, sparse).keys.length, 1)
})

t.test('a partial index leaves out what its filter does not match', async (t) => {
  const partial = index({ a: 1 }, { partialFilterExpression: { b: { $gt: 5 } } })
  t.same(keysOf({ a: 1, b: 5 }, partial).keys, [])
  t.same(keysOf({ a: 1, b: 6 }, partial).keys, [key(1)])
})

t.test('a key that is too long is cut, and said to be', async (t) => {
  const { keys, hasCutKeys } = keysOf({ a: 'x'.repeat(3000) }, index({ a: 1 }))
  t.equal(hasCutKeys, true)
  t.equal(keys[0].length, 1533)
})

t.test('the difference of keys is what only the first list has', async (t) => {
  const [a, b, c, d] = [1, 2, 3, 4].map((n) => key(n))
  t.same(difference([a, b, d], [b, c]), [a, d])
  t.same(difference([], [a]), [])
  t.same(difference([a], []), [a])
})
