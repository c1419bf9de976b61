import { Binary, Decimal128, Long, ObjectId, type Document } from 'bson'
import fc from './random.js'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { parseSort } from '../query/sort.js'
import { TopK } from '../query/top-k.js'

const id = (n: number): ObjectId => new ObjectId(String(n).padStart(24, '0'))

function sorted (documents: Document[], sort: Document, limit?: number): number[] {
  const sorter = new TopK<number>(parseSort(documentValue(encode(sort))), limit)
  for (const document of documents) sorter.add(documentValue(encode(document)), document._id)
  return sorter.result()
}

function sortBy (sort: Document): () => unknown {
  return () => parseSort(documentValue(encode(sort)))
}

/** Documented behaviours of MongoDB's sort: title, documents, sort, their ids in order. */
const documented: Array<[title: string, documents: Document[], sort: Document, ids: number[]]> = [
  ['mixed type order', [{ _id: 1, a: 's' }, { _id: 2, a: 5 }, { _id: 3, a: null }, { _id: 4, a: { x: 1 } }, { _id: 5, a: id(1) }, { _id: 6, a: true }, { _id: 7, a: new Date(0) }, { _id: 8, a: new Binary(Buffer.from('a')) }], { a: 1 }, [3, 2, 1, 4, 8, 5, 6, 7]],
  ['missing and null tie', [{ _id: 1, a: null }, { _id: 2 }, { _id: 3, a: null }], { a: 1, _id: 1 }, [1, 2, 3]],
  ['array asc by min', [{ _id: 1, a: [5, 9] }, { _id: 2, a: [1, 20] }, { _id: 3, a: 4 }], { a: 1 }, [2, 3, 1]],
  ['array desc by max', [{ _id: 1, a: [5, 9] }, { _id: 2, a: [1, 20] }, { _id: 3, a: 4 }], { a: -1 }, [2, 1, 3]],
  ['array of subdocs path', [{ _id: 1, a: [{ b: 5 }, { b: 9 }] }, { _id: 2, a: [{ b: 1 }, { b: 20 }] }], { 'a.b': 1 }, [2, 1]],
  ['decimal128', [{ _id: 1, a: Decimal128.fromString('10') }, { _id: 2, a: Decimal128.fromString('9') }, { _id: 3, a: 9.5 }], { a: 1 }, [2, 3, 1]],
  ['Long beyond 2^53', [{ _id: 1, a: Long.fromString('9007199254740995') }, { _id: 2, a: Long.fromString('9007199254740993') }, { _id: 3, a: 1 }], { a: 1 }, [3, 2, 1]],
  ['binary length first then bytes', [{ _id: 1, a: new Binary(Buffer.from('aa')) }, { _id: 2, a: new Binary(Buffer.from('b')) }], { a: 1 }, [2, 1]],
  ['string binary order upper before lower', [{ _id: 1, a: 'b' }, { _id: 2, a: 'B' }, { _id: 3, a: 'a' }], { a: 1 }, [2, 3, 1]],
  ['empty array sorts before null', [{ _id: 1, a: null }, { _id: 2, a: [] }, { _id: 3, a: 1 }], { a: 1 }, [2, 1, 3]],
  ['objects compare in field order', [{ _id: 1, a: { x: 1, y: 2 } }, { _id: 2, a: { a: 9 } }, { _id: 3, a: { x: 1 } }], { a: 1 }, [2, 3, 1]]
]

for (const [title, documents, sort, ids] of documented) {
  t.test(`documents are sorted as documented: ${title}`, async (t) => {
    t.same(sorted(documents, sort), ids)
  })
}

t.test('keys through one array take their values from the same element', async (t) => {
  const documents = [{ _id: 1, a: [{ b: 1, c: 9 }, { b: 5, c: 0 }] }, { _id: 2, a: [{ b: 1, c: 5 }] }]
  t.same(sorted(documents, { 'a.b': 1, 'a.c': 1 }), [2, 1])
})

t.test('equal documents stay in the order of their arrival', async (t) => {
  t.same(sorted([{ _id: 3, a: 1 }, { _id: 1, a: 1 }, { _id: 2, a: 1 }], { a: 1 }), [3, 1, 2])
  t.same(sorted([{ _id: 3, a: 1 }, { _id: 1, a: 1 }, { _id: 2, a: 1 }], { a: 1 }, 2), [3, 1])
})

t.test('with a limit the result is the beginning of the whole', async () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 })
  fc.assert(fc.property(numbers, fc.integer({ min: 0, max: 10 }), fc.constantFrom(1, -1), (values, limit, direction) => {
    const documents = values.map((a, at) => ({ _id: at, a }))
    const expected = [...documents].sort((x, y) => (x.a - y.a) * direction || x._id - y._id).map(({ _id }) => _id)
    const [all, some] = [sorted(documents, { a: direction }), sorted(documents, { a: direction }, limit)]
    return all.join() === expected.join() && some.join() === expected.slice(0, limit).join()
  }))
})

t.test('the bytes of an added document may be reused', async (t) => {
  const sorter = new TopK<string>(parseSort(documentValue(encode({ a: 1 }))))
  const bytes = encode({ a: 1 })
  for (const a of [3, 1, 2]) {
    bytes.writeInt32LE(a, 7)
    sorter.add(documentValue(bytes), `item ${a}`)
  }
  t.same(sorter.result(), ['item 1', 'item 2', 'item 3'])
})

t.test('a sort in memory holds no more than 100 MB', async (t) => {
  const document = documentValue(encode({ a: 1, text: Buffer.alloc(15 * 1024 * 1024) }))
  const fill = (sorter: TopK<number>): void => {
    for (let i = 0; i < 8; i++) sorter.add(document, i)
  }
  const sort = parseSort(documentValue(encode({ a: 1 })))
  t.throws(() => fill(new TopK(sort)), { code: 292, message: 'Sort exceeded memory limit of 104857600 bytes, but did not opt in to external sorting.' })
  t.doesNotThrow(() => fill(new TopK(sort, 6)))
})

t.test('two documents can be compared', async (t) => {
  const { compare, keys } = parseSort(documentValue(encode({ a: -1 })))
  t.ok(compare(documentValue(encode({ a: 2 })), documentValue(encode({ a: 1 }))) < 0)
  t.same(keys, [{ path: 'a', direction: -1, isTextScore: false }])
})

t.test('what is no sort is refused with the code of MongoDB', async (t) => {
  t.throws(sortBy({ a: 'x' }), { code: 15974, message: 'Illegal key in $sort specification: a: "x"' })
  t.throws(sortBy({ a: 2 }), { code: 15975 })
  t.throws(sortBy({ a: { b: 1 } }), { code: 17312 })
  t.throws(sortBy({ a: { $meta: 'textScore' } }), { code: 40218 })
  t.throws(sortBy({ a: { $meta: 'indexKey' } }), { code: 238 })
  t.throws(sortBy({ '': 1 }), { code: 40352 })
  t.throws(sortBy({ 'a.': 1 }), { code: 40353 })
  t.throws(sortBy({ 'a..b': 1 }), { code: 15998 })
  t.throws(sortBy({ 'a.$b': 1 }), { code: 16410 })
  t.throws(sortBy(Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`a${n}`, 1]))), { code: 13103 })
})

t.test('a key may be given only once', async (t) => {
  const twice = Buffer.concat([Buffer.from([19, 0, 0, 0]), ...Array.from({ length: 2 }, () => Buffer.from([16, 97, 0, 1, 0, 0, 0])), Buffer.alloc(1)])
  t.throws(() => parseSort(documentValue(twice)), { code: 7472500 })
})

t.test('keys in parallel arrays are refused', async (t) => {
  t.throws(() => sorted([{ _id: 1, a: [1], b: [1] }], { a: 1, b: 1 }), { code: 2, message: 'cannot sort with keys that are parallel arrays' })
  t.throws(() => sorted([{ _id: 1, a: [{ 0: 1 }] }], { 'a.0': 1 }), { code: 16746 })
})
