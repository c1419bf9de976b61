import t from 'tap'
import { mergePatch } from '../../src/stores/merge-patch.js'

/** RFC 7396, appendix A. */
const examples: [target: unknown, patch: unknown, result: unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [['a', 'b'], ['c', 'd'], ['c', 'd']],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }]
]

for (const [target, patch, result] of examples) {
  t.test(`${JSON.stringify(patch)} makes ${JSON.stringify(result)} of ${JSON.stringify(target)}`, async (t) => {
    t.strictSame(mergePatch(target, patch), result)
  })
}

t.test('neither the target nor the patch is changed', async (t) => {
  const [target, patch] = [{ a: { b: 1 } }, { a: { b: null, c: { d: null } } }]
  mergePatch(target, patch)
  t.strictSame([target, patch], [{ a: { b: 1 } }, { a: { b: null, c: { d: null } } }])
})

t.test('nulls inside arrays are values', async (t) => {
  t.strictSame(mergePatch({}, { a: [null, { b: null }] }), { a: [null, { b: null }] })
})

t.test('names that every object inherits are names like others', async (t) => {
  const merged = mergePatch({}, { constructor: { a: 1 }, toString: { b: 2 } })
  t.equal(JSON.stringify(merged), '{"constructor":{"a":1},"toString":{"b":2}}')
})

t.test('__proto__ is a key like others and reaches no prototype (S-015)', async (t) => {
  const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}')) as Record<string, unknown>
  t.ok(Object.hasOwn(merged, '__proto__'))
  t.equal(merged['polluted'], undefined)
  t.notOk('polluted' in {})
})
