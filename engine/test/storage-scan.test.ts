import type { Document } from 'bson'
import fc from './random.js'
import t from 'tap'
import { compareValues } from '../bson/order.js'
import { BsonType, documentValue, findField, valueFrom, type Value } from '../bson/value.js'
import { bracketBounds, encodeKey } from '../storage/key.js'
import type { KeyRange } from '../storage/store.js'
import { values } from './arbitraries.js'
import { idIn, indexOf, insert, remove, replace, startOver, storeOfThings, temporaryStore } from './temporary-store.js'

/** Values that an index takes as they are: arrays stand for their elements. */
const scalars = values.filter((value) => !Array.isArray(value) && valueFrom(value).type !== BsonType.undefined)
const directions = fc.constantFrom<1 | -1>(1, -1)

t.test('every range of an index holds what a full scan finds in it, in order', async (t) => {
  const store = await temporaryStore(t)
  await fc.assert(fc.asyncProperty(fc.array(scalars, { maxLength: 12 }), scalars, scalars, directions, fc.boolean(), async (contents, low, high, direction, reverse) => {
    const collection = await startOver(store, [{ key: { a: direction } }])
    await insert(store, ...contents.map((a, n) => ({ _id: n, a })))
    const [start, end] = [low, high].map((value) => encodeKey([valueFrom(value)], [direction])).sort(Buffer.compare)
    const found = [...store.read.entries(indexOf(store, `a_${direction}`), { start, end, reverse })].map(({ recordId }) => idIn(store.read.document(collection, recordId)!))
    const sign = direction * (reverse ? -1 : 1)
    const expected = [...store.read.documents(collection, { reverse })]
      .map(({ document }) => ({ id: idIn(document), key: valueOf(document) }))
      .filter(({ key }) => isBetween(encodeKey([key], [direction]), start, end))
      .sort((a, b) => sign * compareValues(a.key, b.key))
      .map(({ id }) => id)
    t.strictSame(found, expected)
  }), { numRuns: 40 })
})

function valueOf (document: Buffer): Value {
  return findField(documentValue(document), 'a')!
}

function isBetween (key: Buffer, start: Buffer, end: Buffer): boolean {
  return Buffer.compare(key, start) >= 0 && Buffer.compare(key, end) < 0
}

t.test('a scan that goes on behind its last key sees every entry once', async (t) => {
  const { store } = await storeOfThings(t, [{ key: { a: 1 } }])
  await insert(store, ...Array.from({ length: 50 }, (_, n) => ({ _id: n, a: [n % 7, n % 3] })))
  const index = indexOf(store, 'a_1')
  for (const reverse of [false, true]) {
    const whole = [...store.read.entries(index, { reverse })].map(({ key }) => key)
    const pieces: Buffer[] = []
    const range: KeyRange = { ...bracketBounds(BsonType.int32, 1), reverse }
    for (let piece = first(3, store.read.entries(index, range)); piece.length > 0; piece = first(3, store.read.entries(index, { ...range, after: pieces.at(-1) }))) {
      pieces.push(...piece)
    }
    t.same(pieces, whole)
  }
})

function first (count: number, entries: Iterable<{ key: Buffer }>): Buffer[] {
  const keys: Buffer[] = []
  for (const { key } of entries) {
    if (keys.push(key) === count) break
  }
  return keys
}

const changes = fc.array(fc.record({
  kind: fc.constantFrom('insert', 'replace', 'remove'),
  id: fc.integer({ min: 0, max: 8 }),
  fields: fc.record({ a: values, b: fc.array(fc.record({ c: values }, { requiredKeys: [] }), { maxLength: 3 }) }, { requiredKeys: [] })
}), { maxLength: 30 })

t.test('documents and entries agree after any changes', async (t) => {
  const indexes: Document[] = [{ key: { a: 1 } }, { key: { a: -1, 'b.c': 1 } }, { key: { 'b.c': 1 }, sparse: true }, { key: { _id: -1, b: 1 }, partialFilterExpression: { a: { $gt: 1 } } }]
  const store = await temporaryStore(t)
  await fc.assert(fc.asyncProperty(changes, async (steps) => {
    await startOver(store, indexes)
    for (const { kind, id, fields } of steps) {
      const apply = { insert: () => insert(store, { _id: id, ...fields }), replace: () => replace(store, { _id: id, ...fields }), remove: () => remove(store, id) }[kind as 'insert']
      // Inserting what is there, changing what is not, and two arrays in one key fail; nothing may be left of that.
      await apply().catch(() => {})
    }
    t.same(store.check(), [])
  }), { numRuns: 25 })
})
