import { BSONRegExp, Timestamp, type Document } from 'bson'
import t from 'tap'
import { encode } from '../bson/value.js'
import { inWords, NEW_ID, NOW, upsert } from './update-cases.js'

type Upsert = [title: string, filter: Document, update: Document, inserted: Document]

const upserts: Upsert[] = [
  ['an equality gives a field', { a: 1 }, { $set: { b: 2 } }, { _id: NEW_ID, a: 1, b: 2 }],
  ['$eq, a single $in and a single $all are equalities', { a: { $eq: 1 }, b: { $in: [2] }, c: { $all: [3] } }, { $set: { d: 4 } }, { _id: NEW_ID, a: 1, b: 2, c: 3, d: 4 }],
  ['$and is gone through, $or only if it has one arm', { $and: [{ a: 1 }, { $or: [{ b: 2 }] }], $or: [{ c: 1 }, { d: 1 }] }, { $set: { e: 1 } }, { _id: NEW_ID, a: 1, b: 2, e: 1 }],
  ['other conditions give nothing', { a: { $gt: 1 }, b: { $in: [1, 2] }, c: { $ne: 1 }, d: new BSONRegExp('x'), e: { $exists: true } }, { $set: { f: 1 } }, { _id: NEW_ID, f: 1 }],
  ['a dotted equality gives nested documents', { 'a.b': 1, 'a.c': 2, 'd.0': 3 }, { $set: { x: 1 } }, { _id: NEW_ID, a: { b: 1, c: 2 }, d: { 0: 3 }, x: 1 }],
  ['an equality to null gives null', { a: null }, { $set: { b: 1 } }, { _id: NEW_ID, a: null, b: 1 }],
  ['the filter says the _id', { _id: 7 }, { $set: { a: 1 } }, { _id: 7, a: 1 }],
  ['the update says the _id, which comes first', { b: 1 }, { $set: { a: 1, _id: 7 } }, { _id: 7, b: 1, a: 1 }],
  ['$setOnInsert sets', { _id: 7 }, { $set: { a: 1 }, $setOnInsert: { b: 2, 'c.d': 3 } }, { _id: 7, a: 1, b: 2, c: { d: 3 } }],
  ['operators go on from the equalities', { a: 5, list: ['x'] }, { $inc: { a: 1 }, $push: { list: 'y' }, $unset: { c: 1 } }, { _id: NEW_ID, a: 6, list: ['x', 'y'] }],
  ['array filters apply to an array of the filter', { list: [0, 1] }, { $set: { 'list.$[]': 2 } }, { _id: NEW_ID, list: [2, 2] }],
  ['an update without effect inserts the equalities', { a: 1 }, { $set: {} }, { _id: NEW_ID, a: 1 }],
  ['a name at the top may have a dollar sign', { a: 1 }, { $set: { $b: 2 } }, { _id: NEW_ID, a: 1, $b: 2 }],
  ['a replacement takes only the _id of the filter', { _id: 7, a: 1 }, { b: 2 }, { _id: 7, b: 2 }],
  ['a replacement may say the _id', { a: 1 }, { b: 2, _id: 7 }, { _id: 7, b: 2 }],
  ['a replacement gets an _id', { a: 1 }, { b: 2 }, { _id: NEW_ID, b: 2 }],
  ['a replacement gets its timestamps', { _id: 7 }, { b: new Timestamp(0n) }, { _id: 7, b: new Timestamp({ t: Math.floor(NOW.getTime() / 1000), i: 1 }) }],
  ['an empty replacement', { _id: 7 }, {}, { _id: 7 }]
]

for (const [title, filter, update, inserted] of upserts) {
  t.test(title, async (t) => {
    const document = upsert(update, { filter })
    t.equal(inWords(document), inWords(inserted))
    t.ok(document.equals(encode(inserted)))
  })
}

const failures: Array<[title: string, filter: Document, update: Document, code: number]> = [
  ['two equalities for one field', { $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, 54],
  ['$all of several values', { a: { $all: [1, 2] } }, { $set: { b: 1 } }, 54],
  ['an equality for a document and one inside it', { a: { b: 1 }, 'a.b': 1 }, { $set: { c: 1 } }, 54],
  ['an equality inside a document and one for it', { 'a.b': 1, a: { b: 1 } }, { $set: { c: 1 } }, 54],
  ['two equalities for the _id of a replacement', { $and: [{ _id: 1 }, { _id: 1 }] }, { c: 1 }, 54],
  ['an equality inside the _id of a replacement', { '_id.a': 1 }, { c: 1 }, 111],
  ['an _id other than the filter\'s', { _id: 1 }, { $set: { _id: 2 } }, 66],
  ['a replacement with an _id other than the filter\'s', { _id: 1 }, { _id: 2 }, 66],
  ['removing the _id', { _id: 1 }, { $unset: { _id: 1 } }, 66],
  ['an array as _id', { a: 1 }, { $set: { _id: [1] } }, 53],
  ['an _id with a dollar sign inside', { a: 1 }, { $set: { _id: { b: { $c: 1 } } } }, 52],
  ['the matched element, for nothing was matched', { list: 1 }, { $set: { 'list.$': 1 } }, 2],
  ['array filters without an array', {}, { $set: { 'list.$[]': 1 } }, 2],
  ['a path through a value of the filter', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
  ['a filter\'s path of more than 100 names', { [Array(101).fill('a').join('.')]: 1 }, { $set: { b: 1 } }, 15]
]

for (const [title, filter, update, code] of failures) {
  t.test(`an upsert is refused: ${title}`, async (t) => {
    t.throws(() => upsert(update, { filter }), { code })
  })
}

t.test('an upsert is refused that would insert more than 16 MiB', async (t) => {
  const half = 'x'.repeat(8 * 1024 * 1024)
  t.throws(() => upsert({ $set: { a: half } }, { filter: { b: half } }), { code: 10334 })
})
