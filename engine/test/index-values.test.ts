import t from 'tap'
import { documentValue, encode, toJs, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { indexValues } from '../query/index-values.js'
import { parsePath } from '../query/path.js'

const MISSING = 'missing'
const EMPTY = undefined // BSON's undefined, which stands for the elements of an empty array

function rowsOf (document: object, ...paths: string[]): unknown[][] {
  const { rows } = indexValues(documentValue(encode(document)), paths.map(parsePath))
  return rows.map((row) => row.map(plain))
}

function plain (value: Value | undefined): unknown {
  return value === undefined ? MISSING : JSON.parse(JSON.stringify({ js: toJs(value) ?? null })).js
}

function arrayPathsOf (document: object, ...paths: string[]): string[] {
  return indexValues(documentValue(encode(document)), paths.map(parsePath)).arrayPaths.map(({ text }) => text)
}

const cases: Array<[title: string, document: object, paths: string[], rows: unknown[][]]> = [
  ['a document without arrays has one row', { a: 1, b: { c: 2 } }, ['a', 'b.c', 'x'], [[1, 2, MISSING]]],
  ['a path through a scalar leads nowhere', { a: 1 }, ['a.b'], [[MISSING]]],
  ['an array stands for its elements', { a: [1, 2] }, ['a'], [[1], [2]]],
  ['an array in an array stands for itself', { a: [[1, 2], 3] }, ['a'], [[[1, 2]], [3]]],
  ['an element without the field counts as missing', { a: [{ b: 1 }, {}, 5] }, ['a.b'], [[1], [MISSING], [MISSING]]],
  ['arrays nest along the path', { a: [{ b: [1, 2] }, { b: 3 }] }, ['a.b'], [[1], [2], [3]]],
  ['arrays of arrays are not gone through', { a: [[{ b: 1 }]] }, ['a.b'], [[MISSING]]],
  ['an empty array in the middle of a path counts as missing', { a: [] }, ['a.b'], [[MISSING]]],
  ['paths through one array take both values from the same element', { a: [{ b: 1, c: 2 }, { b: 3, c: 4 }] }, ['a.b', 'a.c'], [[1, 2], [3, 4]]],
  ['a path outside the array repeats its value', { a: [1, 2], b: 3 }, ['a', 'b'], [[1, 3], [2, 3]]],
  ['a number names an element', { a: [{ b: 1 }, { b: 2 }] }, ['a.1.b'], [[2]]],
  ['a number names a field of a document', { a: { 1: 'x' } }, ['a.1'], [['x']]],
  ['a number beyond the array is a field name', { a: [1] }, ['a.3'], [[MISSING]]],
  ['an element named by number stands for itself even if it is an array', { a: [[1, 2]] }, ['a.0'], [[[1, 2]]]],
  ['an array inside the named element is gone through', { a: [{ b: [1, 2] }] }, ['a.0.b'], [[1], [2]]],
  ['an array in an array can be reached by number', { a: [[{ b: 1 }, { b: 2 }]] }, ['a.0.b'], [[1], [2]]],
  ['a named element and all elements may be asked for together', { a: [{ b: 1 }, { b: 2 }] }, ['a.b', 'a.0.b'], [[1, 1], [2, 1]]]
]

for (const [title, document, paths, rows] of cases) {
  t.test(title, async (t) => {
    t.same(rowsOf(document, ...paths), rows)
  })
}

t.test('an empty array stands for one undefined', async (t) => {
  const [[value]] = indexValues(documentValue(encode({ a: [] })), [parsePath('a')]).rows
  t.equal(value === undefined ? MISSING : toJs(value), EMPTY)
})

t.test('the paths that meet an array are told, those that name an element are not', async (t) => {
  t.same(arrayPathsOf({ a: [{ b: 1 }], c: 1 }, 'a.b', 'a.0.b', 'c'), ['a.b'])
  t.same(arrayPathsOf({ a: [] }, 'a', 'a.b'), ['a', 'a.b'])
})

t.test('different arrays cannot be taken together', async (t) => {
  t.throws(() => rowsOf({ a: [1], b: [2] }, 'a', 'b'), new EngineError('CannotIndexParallelArrays', 'cannot index parallel arrays [b] [a]'))
  t.throws(() => rowsOf({ a: [{ b: [1], c: [2] }] }, 'a.b', 'a.c'), { code: 171 })
})

t.test('a number that names both an element and a field in the array is refused', async (t) => {
  t.throws(() => rowsOf({ a: [{ 0: 'x' }] }, 'a.0'), { code: 16746 })
})
