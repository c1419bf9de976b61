import { deserialize, type Document } from 'bson'
import t from 'tap'
import { encode } from '../bson/value.js'
import { describeDifference } from '../update/description.js'
import { contextOf, parse, type Statement } from './update-cases.js'

/** What is told of an update; `undefined` for a replacement, or when nothing has changed. */
function describe (before: Document, update: Document, statement: Statement = {}): Document | undefined {
  const { difference } = parse(update, statement).apply(encode(before), contextOf(statement))
  return difference && deserialize(describeDifference(difference))
}

interface Case {
  readonly title: string
  readonly before: Document
  readonly update: Document
  readonly statement?: Statement
  readonly updated?: Document
  readonly removed?: string[]
  readonly truncated?: Document[]
  readonly paths?: Document
}

/** Long enough for a difference to be shorter. */
const TEXT = 'a text that makes the document long'

const cases: readonly Case[] = [
  { title: '$set of a new field and of an old one', before: { a: 1, z: 1 }, update: { $set: { z: 2, b: 3 } }, updated: { z: 2, b: 3 } },
  { title: 'what stays as it was is not told', before: { a: 1, b: 1 }, update: { $set: { a: 1, b: 2 } }, updated: { b: 2 } },
  { title: '$inc inside', before: { a: { b: 1, c: 1 } }, update: { $inc: { 'a.b': 1 } }, updated: { 'a.b': 2 } },
  { title: 'a document that is set is told whole', before: { a: { b: 1, c: 1 } }, update: { $set: { a: { b: 2, c: 1 } } }, updated: { a: { b: 2, c: 1 } } },
  { title: 'a path that is made is told from where it begins', before: { _id: 1 }, update: { $set: { 'a.b.c': 1 } }, updated: { a: { b: { c: 1 } } } },
  { title: 'at each level what was set comes before what is deeper', before: { a: { b: 1 }, z: 1 }, update: { $set: { 'a.b': 2, z: 2 } }, updated: { z: 2, 'a.b': 2 } },
  { title: '$unset', before: { a: 1, b: { c: 1, d: 1 } }, update: { $unset: { a: '', 'b.c': '' } }, removed: ['a', 'b.c'] },
  { title: '$unset of an element makes it null', before: { a: [1, 2] }, update: { $unset: { 'a.0': '' } }, updated: { 'a.0': null } },
  { title: '$rename', before: { a: 1 }, update: { $rename: { a: 'b' } }, updated: { b: 1 }, removed: ['a'] },
  { title: '$push at the end', before: { a: [1] }, update: { $push: { a: { $each: [2, 3] } } }, updated: { 'a.1': 2, 'a.2': 3 } },
  { title: '$push into an empty array', before: { a: [] }, update: { $push: { a: 1 } }, updated: { a: [1] } },
  { title: '$push that makes the array', before: {}, update: { $push: { a: 1 } }, updated: { a: [1] } },
  { title: '$push at a position', before: { a: [1] }, update: { $push: { a: { $each: [0], $position: 0 } } }, updated: { a: [0, 1] } },
  { title: '$pull', before: { a: [1, 2, 3] }, update: { $pull: { a: 2 } }, updated: { a: [1, 3] } },
  { title: '$addToSet', before: { a: [1] }, update: { $addToSet: { a: 2 } }, updated: { a: [1, 2] } },
  { title: 'an index beyond the end', before: { a: [1] }, update: { $set: { 'a.3': 4 } }, updated: { 'a.3': 4 } },
  { title: 'the matched element', before: { a: [1, 2] }, update: { $set: { 'a.$': 5 } }, statement: { filter: { a: 2 } }, updated: { 'a.1': 5 } },
  { title: 'filtered elements', before: { a: [{ b: 1 }, { b: 2 }] }, update: { $inc: { 'a.$[e].b': 10 } }, statement: { arrayFilters: [{ 'e.b': 2 }] }, updated: { 'a.1.b': 12 } },
  { title: 'all elements', before: { a: [1, 2] }, update: { $inc: { 'a.$[]': 1 } }, updated: { 'a.0': 2, 'a.1': 3 } },
  { title: 'a name that could be an index', before: { a: { 1: 1 } }, update: { $set: { 'a.1': 2 } }, updated: { 'a.1': 2 }, paths: { 'a.1': ['a', '1'] } },
  { title: 'such a name inside an array', before: { a: [{ 1: 1 }] }, update: { $set: { 'a.0.1': 2 } }, updated: { 'a.0.1': 2 }, paths: { 'a.0.1': ['a', 0, '1'] } },
  { title: 'a number at the beginning is a name', before: { 1: 1 }, update: { $set: { 1: 2 } }, updated: { 1: 2 } },
  { title: 'a pipeline: only what has changed deep inside', before: { a: { b: 1, c: TEXT } }, update: [{ $set: { a: { b: 2, c: TEXT } } }], updated: { 'a.b': 2 } },
  { title: 'a pipeline: fields that are new or gone', before: { a: 1, b: 1, c: TEXT }, update: [{ $unset: ['a'] }, { $set: { d: 1 } }], updated: { d: 1 }, removed: ['a'] },
  { title: 'a pipeline: an array that is cut', before: { text: TEXT, a: [TEXT, 2, 3] }, update: [{ $set: { a: [TEXT, 2] } }], truncated: [{ field: 'a', newSize: 2 }] },
  { title: 'a pipeline: an array that is longer', before: { text: TEXT, a: [TEXT, { b: 1 }] }, update: [{ $set: { a: [TEXT, { b: 1 }, 3] } }], updated: { 'a.2': 3 } },
  { title: 'a pipeline: a field with a dot', before: { text: TEXT, 'a.b': 1 }, update: [{ $replaceWith: { $setField: { field: 'a.b', input: '$$ROOT', value: 2 } } }], updated: { 'a.b': 2 }, paths: { 'a.b': ['a.b'] } },
  { title: 'a pipeline: a difference that is longer than a part is told as that part', before: { text: TEXT + TEXT, a: { b: 1 } }, update: [{ $set: { 'a.b': 2 } }], updated: { a: { b: 2 } } }
]

for (const { title, before, update, statement, updated = {}, removed = [], truncated = [], paths } of cases) {
  t.test(title, async (t) => {
    const description = describe({ _id: 1, ...before }, update, statement)
    t.strictSame(description, { updatedFields: updated, removedFields: removed, truncatedArrays: truncated, ...(paths && { disambiguatedPaths: paths }) })
    t.strictSame(Object.keys(description?.updatedFields), Object.keys(updated), 'in that order')
  })
}

t.test('a replacement has no difference, and neither has a pipeline that changes most of a document', async (t) => {
  t.equal(describe({ _id: 1, a: 1 }, { a: 2 }), undefined)
  t.equal(describe({ _id: 1, a: 1 }, [{ $set: { a: 2 } }]), undefined)
})

t.test('a pipeline that moves a field removes it and inserts it', async (t) => {
  const description = describe({ _id: 1, a: 1, b: 2, text: TEXT + TEXT }, [{ $replaceWith: { _id: 1, b: 2, text: TEXT + TEXT, a: 1 } }])
  t.strictSame(description, { updatedFields: { a: 1 }, removedFields: [], truncatedArrays: [] })
})
