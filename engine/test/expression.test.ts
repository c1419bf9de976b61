import { Double, Long, MinKey, type Document } from 'bson'
import t from 'tap'
import { valueFrom } from '../bson/value.js'
import { parseExpression } from '../expression/expression.js'
import { MISSING, NOW, refusals, results } from './expression-cases.js'

const item: Document = { a: { b: 1 }, list: [{ b: 1 }, 5, [{ b: 9 }], { c: 0 }, { b: null }], n: null, s: 'x' }

results([
  ['$a.b', 1, item],
  ['$list.b', [1, null], item],
  ['$s.b', MISSING, item],
  ['$list.0', [], item],
  ['$$ROOT.a.b', 1, item],
  ['$$CURRENT.s', 'x', item],
  ['$$NOW', NOW],
  ['$$REMOVE', MISSING],
  ['$$user.name', 'Ann', {}, { user: { name: 'Ann' } }],
  ['plain', 'plain'],
  [[1, '$n', '$missing'], [1, null, null], item],
  [{ x: '$a.b', y: { z: '$missing' }, w: '$missing' }, { x: 1, y: {} }, item],
  [{}, {}],
  [{ $literal: '$a' }, '$a'],
  [{ $const: { $add: [1, 2] } }, { $add: [1, 2] }],
  [{ $let: { vars: { low: 1, high: '$$CURRENT.s' }, in: ['$$low', '$$high'] } }, [1, 'x'], item],
  [{ $let: { vars: { x: 1 }, in: { $let: { vars: { x: 2, y: '$$x' }, in: ['$$x', '$$y'] } } } }, [2, 1]],
  [{ $let: { vars: { CURRENT: '$a' }, in: ['$b', '$$ROOT.s'] } }, [1, 'x'], item]
])

results([
  [{ $eq: ['$missing', null] }, false],
  [{ $eq: [1, new Double(1)] }, true],
  [{ $ne: [1, '1'] }, true],
  [{ $gt: ['abc', 500] }, true],
  [{ $gte: [2, 2] }, true],
  [{ $lt: ['$missing', null] }, true],
  [{ $lte: [3, 2] }, false],
  [{ $cmp: ['$missing', new MinKey()] }, 1],
  [{ $cmp: [new MinKey(), '$missing'] }, -1],
  [{ $cmp: ['$missing', '$gone'] }, 0],
  [{ $cmp: [5, '$gone'] }, 1],
  [{ $cmp: ['a', 'b'] }, -1],
  [{ $and: [1, 'x', []] }, true],
  [{ $and: [] }, true],
  [{ $and: ['$missing', { $divide: [1, 0] }] }, false],
  [{ $or: [0, null, Long.ZERO] }, false],
  [{ $or: [true, { $divide: [1, 0] }] }, true],
  [{ $not: [0] }, true],
  [{ $not: '$s' }, false, item]
])

results([
  [{ $cond: [{ $gte: ['$qty', 250] }, 30, 20] }, 30, { qty: 300 }],
  [{ $cond: { if: '$missing', then: { $divide: [1, 0] }, else: 'no' } }, 'no'],
  [{ $ifNull: ['$missing', '$n', 'Unspecified'] }, 'Unspecified', item],
  [{ $ifNull: ['$missing', '$gone'] }, MISSING],
  [{ $switch: { branches: [{ case: { $eq: [0, 5] }, then: 'equals' }, { case: { $gt: [0, -5] }, then: 'greater' }] } }, 'greater'],
  [{ $switch: { branches: [{ case: false, then: 1 }], default: 'none' } }, 'none'],
  [{ $binarySize: 'añ' }, 3],
  [{ $binarySize: Buffer.from('abcd') }, 4],
  [{ $binarySize: '$n' }, null],
  [{ $bsonSize: { $literal: {} } }, 5],
  [{ $bsonSize: null }, null]
])

refusals([
  ['$', 16872],
  ['$a.', 40353],
  ['$a..b', 15998],
  ['$a.$b', 16410],
  ['$$', 9],
  ['$$a-b', 9],
  ['$$nobody', 17276],
  ['$$CLUSTER_TIME', 238],
  [{ $foo: 1 }, 168],
  [{ $function: {} }, 238],
  [{ $add: [1], b: 1 }, 15983],
  [{ a: 1, $b: 1 }, 16410],
  [{ 'a.b': 1 }, 16412],
  [{ $eq: [1] }, 16020],
  [{ $not: [1, 2] }, 16020],
  [{ $cond: [1, 2] }, 16020],
  [{ $cond: { if: 1, then: 2, other: 3 } }, 17083],
  [{ $cond: { then: 2, else: 3 } }, 17080],
  [{ $cond: { if: 1, else: 3 } }, 17081],
  [{ $cond: { if: 1, then: 3 } }, 17082],
  [{ $ifNull: [1] }, 1257300],
  [{ $switch: 1 }, 40060],
  [{ $switch: { branches: 1 } }, 40061],
  [{ $switch: { branches: [1] } }, 40062],
  [{ $switch: { branches: [{ if: 1 }] } }, 40063],
  [{ $switch: { branches: [{ then: 1 }] } }, 40064],
  [{ $switch: { branches: [{ case: 1 }] } }, 40065],
  [{ $switch: { branches: [{ case: false, then: 1 }] } }, 40066],
  [{ $switch: { cases: [] } }, 40067],
  [{ $switch: { default: 1 } }, 40068],
  [{ $let: 1 }, 16874],
  [{ $let: { vars: {}, of: 1 } }, 16875],
  [{ $let: { in: 1 } }, 16876],
  [{ $let: { vars: {} } }, 16877],
  [{ $let: { vars: 1, in: 1 } }, 14],
  [{ $let: { vars: { Upper: 1 }, in: 1 } }, 9],
  [{ $let: { vars: { '': 1 }, in: 1 } }, 9],
  [{ $let: { vars: { 'a-b': 1 }, in: 1 } }, 9],
  [{ $rand: 1 }, 3040501],
  [{ $binarySize: 1 }, 51276],
  [{ $bsonSize: 1 }, 31393]
])

t.test('the code of an unknown operator has its name', async (t) => {
  t.throws(() => parseExpression(valueFrom({ $foo: 1 })), { codeName: 'InvalidPipelineOperator', message: "Unrecognized expression '$foo'" })
})

t.test('a random number is at least 0 and less than 1, and no constant', async (t) => {
  const expression = parseExpression(valueFrom({ $let: { vars: { r: { $rand: {} } }, in: { $and: [{ $gte: ['$$r', 0] }, { $lt: ['$$r', 1] }] } } }))
  t.notOk(expression.isConstant)
  t.ok(parseExpression(valueFrom([{ $add: [1, { $literal: 2 }] }, { a: 'x' }, '$$NOW'])).isConstant)
  t.notOk(parseExpression(valueFrom({ $add: [1, '$a'] })).isConstant)
})

t.test('values cannot pile up without end', async (t) => {
  const many = { $range: [0, 1000] }
  refused({ $reduce: { input: many, initialValue: 'x', in: { $concat: ['$$value', '$$value'] } } }, 10334)
  refused({ $reduce: { input: many, initialValue: ['x'.repeat(100_000)], in: { $concatArrays: ['$$value', '$$value'] } } }, 10334)
  refused({ $reduce: { input: many, initialValue: [], in: ['$$value'] } }, 15)
  refused({ $range: [0, 2147483647] }, 10334)
  refused({ $replaceAll: { input: { $reduce: { input: { $range: [0, 16] }, initialValue: 'x', in: { $concat: ['$$value', '$$value'] } } }, find: 'x', replacement: 'y'.repeat(1000) } }, 10334)

  function refused (expression: Document, code: number): void {
    const { evaluate } = parseExpression(valueFrom(expression))
    const root = valueFrom({})
    t.throws(() => evaluate({ root, current: root, variables: new Map(), now: NOW }), { code })
  }
})
