import { Double, EJSON, Long, type Document } from 'bson'
import t from 'tap'
import { documentValue, encode, toJs } from '../bson/value.js'
import { documentContext } from '../expression/expression.js'
import { parseAddFields, parseProject } from '../expression/object-projection.js'
import { environment } from './expression-cases.js'

type Case = [title: string, specification: Document, before: Document, after: Document]

function apply (parse: typeof parseProject, specification: Document, before: Document): string {
  const document = documentValue(encode(before))
  const given = environment({ v: 7 })
  const shape = parse(documentValue(encode(specification)), new Set(given.variables.keys()))
  return inWords(toJs(documentValue(shape(document, documentContext(document, given)))))
}

function inWords (js: unknown): string {
  return EJSON.stringify(js, { relaxed: false })
}

function cases (name: string, parse: typeof parseProject, rows: readonly Case[]): void {
  for (const [title, specification, before, after] of rows) {
    t.test(`${name}: ${title}`, async (t) => {
      t.equal(apply(parse, specification, before), inWords(toJs(documentValue(encode(after)))))
    })
  }
}

const mixed = [1, { b: 1 }, { b: 1, c: 2 }, [], [1, { c: 1 }]]

cases('$addFields', parseAddFields, [
  ['new fields come behind, present ones keep their place', { z: '$v', a: '$b', v: '$$v' }, { v: 1, a: 2, b: 3 }, { v: 7, a: 3, b: 3, z: 1 }],
  ['what is not touched keeps its type', { n: 1 }, { l: Long.ONE, d: new Double(1) }, { l: Long.ONE, d: new Double(1), n: 1 }],
  ['a missing value takes a field away', { a: '$$REMOVE', b: '$gone' }, { a: 1, b: 2, c: 3 }, { c: 3 }],
  ['a dotted path goes into every document of an array', { 'a.b': 'x' }, { a: mixed }, { a: [{ b: 'x' }, { b: 'x' }, { b: 'x', c: 2 }, [], [{ b: 'x' }, { c: 1, b: 'x' }]] }],
  ['documents are merged', { a: { b: { $add: ['$x', 1] } } }, { a: { c: 1 }, x: 1 }, { a: { c: 1, b: 2 }, x: 1 }],
  ['a document of an expression replaces', { a: { $literal: { b: 1 } } }, { a: { c: 1 } }, { a: { b: 1 } }],
  ['a value in the way is replaced by a document', { 'a.b.c': 1 }, { a: 5 }, { a: { b: { c: 1 } } }]
])

cases('$project', parseProject, [
  ['fields are included in the document\'s order', { b: 1, a: true }, { _id: 0, a: 1, b: 2, c: 3 }, { _id: 0, a: 1, b: 2 }],
  ['computed fields come behind', { x: '$c', a: 1 }, { _id: 0, a: 1, c: 3 }, { _id: 0, a: 1, x: 3 }],
  ['an array of expressions is one', { x: ['$a', '$gone'] }, { a: 1 }, { x: [1, null] }],
  ['computed inside of an array', { 'a.b': 'x' }, { a: mixed }, { a: [{ b: 'x' }, { b: 'x' }, { b: 'x' }, [], [{ b: 'x' }, { b: 'x' }]] }],
  ['computed beside included fields', { a: { b: 1, x: '$c' } }, { a: { b: 1, d: 2 }, c: 3 }, { a: { b: 1, x: 3 } }],
  ['an _id can be computed', { _id: '$a' }, { _id: 1, a: 2, b: 3 }, { _id: 2 }],
  ['without _id', { _id: 0, x: '$a' }, { _id: 1, a: 2 }, { x: 2 }],
  ['exclusion', { 'a.b': 0 }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
  ['$slice is the expression', { x: { $slice: ['$a', 1] } }, { a: [1, 2] }, { x: [1] }]
])

const refused: Array<[parse: typeof parseProject, specification: Document, code: number]> = [
  [parseAddFields, {}, 40177],
  [parseAddFields, { a: {} }, 40180],
  [parseAddFields, { a: { 'b.c': 1 } }, 40183],
  [parseAddFields, { a: { $add: [], b: 1 } }, 40182],
  [parseAddFields, { a: 1, 'a.b': 1 }, 40176],
  [parseAddFields, { 'a.b.c': 1, a: 1 }, 40176],
  [parseAddFields, { 'a.b': 1, a: { b: 1 } }, 40176],
  [parseAddFields, { $a: 1 }, 16410],
  [parseAddFields, { a: '$$nobody' }, 17276],
  [parseProject, {}, 51272],
  [parseProject, { 'a.$': 1 }, 31324],
  [parseProject, { a: { $elemMatch: { b: 1 } } }, 168],
  [parseProject, { a: { $slice: 1 } }, 28667],
  [parseProject, { a: 0, b: '$c' }, 31310],
  [parseProject, { a: 0, b: { $add: [1] } }, 31252],
  [parseProject, { b: '$c', a: 0 }, 31254]
]

for (const [parse, specification, code] of refused) {
  t.test(`${parse === parseProject ? '$project' : '$addFields'} of ${JSON.stringify(specification)} is refused with code ${code}`, async (t) => {
    t.throws(() => parse(documentValue(encode(specification))), { code })
  })
}

t.test('the message of two paths in conflict names both', async (t) => {
  t.throws(() => parseAddFields(documentValue(encode({ 'a.b.c': 1, a: 1 }))), { message: "specification contains two conflicting paths. Cannot specify both 'a' and 'a.b.c': { a.b.c: 1, a: 1 }" })
})

t.test('a document that is not changed is copied all the same', async (t) => {
  const bytes = encode({ a: 1 })
  const document = documentValue(bytes)
  const shape = parseAddFields(documentValue(encode({ b: '$$REMOVE' })))
  shape(document, documentContext(document, environment())).fill(0)
  t.same(bytes, encode({ a: 1 }))
})
