import fc from './random.js'
import type { Document, IndexDescription } from 'mongodb'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { collationOf, type Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import { parseFilter } from '../query/filter.js'
import { createIndexes } from '../storage/create-indexes.js'
import { Namespace } from '../storage/namespace.js'
import { openStore } from '../storage/store.js'
import { temporaryDirectory } from './helper.js'
import { collections, filters } from './query-arbitraries.js'
import { compareWays, fill } from './ways-of-finding.js'

/** The simple collation, and three more. */
const collations = fc.constantFrom(undefined, ...([1, 2, 3] as const).flatMap((strength) => [collationOf('en', strength), collationOf('en', strength, true)]))

/** Puts what a function makes of them in place of the strings of a document, at any depth. */
function mapStrings (value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((element) => mapStrings(element, change))
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, name === '$type' ? member : mapStrings(member, change)]))
}

/** Some of the strings in capitals, and some with an accent. */
function varied (documents: readonly Document[]): Document[] {
  let count = 0
  const vary = (text: string): string => [text, text.toUpperCase(), text.replace('a', 'á'), text][count++ % 4]
  return documents.map((document) => mapStrings(document, vary) as Document)
}

function withCollation (specification: IndexDescription, collation: Collation | undefined): IndexDescription {
  return collation === undefined ? specification : { ...specification, collation: collation.specification }
}

/** Few values, nearly all of them strings, which are in another order by each collation. */
const words = fc.constantFrom<unknown>('a', 'A', 'á', 'ab', 'AB', 'b', 'B', 'Z', 'ß', 'ss', '', 1, null)
const values = fc.oneof({ weight: 8, arbitrary: words }, fc.array(words, { maxLength: 2 }), words.map((c) => ({ c })))
const wordDocuments = fc.uniqueArray(
  fc.record({ _id: fc.oneof(words.filter((word) => word !== null), fc.nat(9)), a: values, b: words }, { requiredKeys: ['_id'], noNullPrototype: true }),
  { selector: ({ _id }) => _id, minLength: 8, maxLength: 20 })
const paths = fc.constantFrom('a', 'b', 'a.c', '_id')
const wordClauses = fc.tuple(paths, fc.oneof(
  words,
  values,
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$ne'), values).map(([operator, value]) => ({ [operator]: value })),
  fc.array(words, { maxLength: 3 }).map((list) => ({ $in: list })),
  fc.constantFrom({ $regex: '^a' }, { $type: 'string' }, { $gte: 'a', $lt: 'z' })
)).map(([path, condition]) => ({ [path]: condition }))
const wordFilters = fc.array(wordClauses, { maxLength: 2 }).map((clauses): Document => clauses.length === 0 ? {} : { $and: clauses })
const wordKeys = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'a.c'), fc.constantFrom<1 | -1>(1, -1)), { minLength: 1, maxLength: 2, selector: ([path]) => path }).map(Object.fromEntries)
const wordSorts = fc.option(fc.oneof(wordKeys, fc.constant({ _id: 1 })), { nil: undefined })
const wordIndexes = fc.array(fc.tuple(wordKeys, fc.constantFrom({}, {}, { sparse: true }, { partialFilterExpression: { a: { $gte: 'B' } } }, { partialFilterExpression: { b: 'A' } })), { minLength: 1, maxLength: 3 })
  .map((list) => list.map(([key, options], at): IndexDescription => ({ key, name: `index${at}`, ...options })))

t.test('whatever collations collection, indexes and queries have, a query finds what a scan finds, in its order', async (t) => {
  const store = await openStore(await temporaryDirectory(t))
  t.teardown(() => store.close())
  let number = 0
  const queries = fc.array(fc.tuple(wordFilters, wordSorts, collations), { minLength: 10, maxLength: 10 })
  const own = fc.array(collations, { minLength: 4, maxLength: 4 })
  await fc.assert(fc.asyncProperty(wordDocuments, wordIndexes, own, queries, async (documents, specifications, [ofCollection, ...ofIndexes], asked) => {
    const name = `c${number++}`
    const options = ofCollection === undefined ? {} : { collation: ofCollection.specification }
    await store.write((tx) => tx.createCollection(new Namespace('test', name), encode(options)))
    const distinct = specifications.map((specification, at) => ({ ...withCollation(specification, ofIndexes[at]) }))
    const collection = await fill(store, name, documents, uniqueBy(distinct, ({ name: _name, ...rest }) => JSON.stringify(rest)))
    for (const [filter, sort, collation] of asked) await compareWays(store, collection, filter, sort, collation)
  }), { numRuns: 150 })
  t.strictSame(store.check(), [])
})

/** No two indexes may be the same but for their names. */
function uniqueBy<Item> (items: readonly Item[], key: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [key(item), item])).values()]
}

t.test('a filter that knows no case finds what it finds in small letters by the order of bytes', async () => {
  const lower = (text: string): string => text.toLowerCase().replaceAll('é', 'e')
  const compared = filters.filter((filter) => !/\$regex|"pattern"/.test(JSON.stringify(filter)))
  fc.assert(fc.property(collections, compared, (documents, filter) => {
    const simple = parseFilter(documentValue(encode(mapStrings(filter, lower) as Document)))
    const collated = parseFilter(documentValue(encode(filter)), undefined, collationOf('en', 1))
    return varied(documents).every((document) => {
      const small = mapStrings(document, (text) => lower(text).replaceAll('á', 'a')) as Document
      return collated.matches(documentValue(encode(document))) === simple.matches(documentValue(encode(small)))
    })
  }))
})

t.test('a unique index takes a string exactly when it has none that is equal', async (t) => {
  const store = await openStore(await temporaryDirectory(t))
  t.teardown(() => store.close())
  let number = 0
  const strings = fc.array(fc.constantFrom('a', 'A', 'á', 'Á', 'a\u0301', 'ab', 'aB', 'ß', 'ss', 'SS', 'ﬁ', 'fi', 'ı', 'i', 'İ', '', '\0', '\u00ad', '한', '\u1112\u1161\u11ab'), { maxLength: 12 })
  await fc.assert(fc.asyncProperty(strings, collations, async (texts, collation) => {
    const namespace = new Namespace('test', `u${number++}`)
    const key = withCollation({ key: { s: 1 }, name: 's', unique: true }, collation)
    await createIndexes(store, namespace, [documentValue(encode(key))])
    const collection = store.catalog.find(namespace)!
    const kept: string[] = []
    for (const [at, text] of texts.entries()) {
      const isTaken = await store.write((tx) => tx.insert(collection, encode({ _id: at, s: text }))).then(() => true, (error: unknown) => {
        if (error instanceof EngineError && error.code === 11000) return false
        throw error
      })
      const isEqual = (other: string): boolean => collation === undefined ? other === text : collation.compare(other, text) === 0
      if (isTaken === kept.some(isEqual)) throw new Error(`${JSON.stringify(text)} beside ${JSON.stringify(kept)}`)
      if (isTaken) kept.push(text)
    }
  }), { numRuns: 60 })
})
