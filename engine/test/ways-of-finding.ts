import type { Document, IndexDescription } from 'mongodb'
import { documentValue, encode, findField, payload, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { FindSource } from '../commands/find-source.js'
import { codes, EngineError } from '../errors.js'
import { openMatches, type Query } from '../plan/matches.js'
import type { Hint } from '../plan/planner.js'
import { parseFilter } from '../query/filter.js'
import { parseSort, type Sort } from '../query/sort.js'
import type { Collection } from '../storage/catalog.js'
import { createIndexes } from '../storage/create-indexes.js'
import { Namespace } from '../storage/namespace.js'
import type { Store } from '../storage/store.js'

/** Compares the ways in which documents can be found with a scan of their collection. */

const SCAN: Hint = { natural: 1 }
const ALL = { documents: Infinity, bytes: Infinity }

interface Found { readonly ids: readonly string[], readonly documents: readonly Value[] }

/** Reads as the commands do, in batches; `undefined` when it is refused, as is a sort through parallel arrays. */
async function find (store: Store, collection: Collection, query: Query, { skip = 0, limit = Infinity, batch = ALL } = {}): Promise<Found | undefined> {
  const documents: Value[] = []
  try {
    const source = new FindSource(openMatches(store, collection, query, { needed: skip + limit }), { skip, limit })
    for (let isLast = false; !isLast;) {
      const next = await source.next(batch, () => {})
      documents.push(...next.documents.map(documentValue))
      isLast = next.isLast
    }
  } catch (error) {
    if (error instanceof EngineError && error.code === codes.BadValue) return undefined
    throw error
  }
  return { documents, ids: documents.map((document) => payload(findField(document, '_id')!).toString('hex')) }
}

/** Where the documents stand in the order of the sort: equal ones may change places. */
function isSameOrder (left: readonly Value[], right: readonly Value[], sort: Sort | undefined): boolean {
  return left.length === right.length && (sort === undefined || left.every((document, at) => sort.compare(document, right[at]) === 0))
}

function isSameSet (left: Found, right: Found): boolean {
  return left.ids.toSorted().join() === right.ids.toSorted().join()
}

/** What is only counted may be counted without the documents. */
async function checkCount (store: Store, collection: Collection, query: Query, found: Found | undefined): Promise<void> {
  if (found === undefined) return
  let count = 0
  await openMatches(store, collection, query, { isCount: true }).read(() => ++count > 0, () => {})
  if (count !== found.ids.length) throw new Error(`${count} documents are counted instead of ${found.ids.length}`)
}

/** Throws for the first difference between a scan of the collection and any other way. */
export async function compareWays (store: Store, collection: Collection, filter: Document, keys: Document | undefined, collation?: Collation): Promise<void> {
  const sort = keys && parseSort(documentValue(encode(keys)), false, collation)
  const query = { filter: parseFilter(documentValue(encode(filter)), undefined, collation), sort }
  const scanned = await find(store, collection, { ...query, hint: SCAN })
  const chosen = await find(store, collection, query)
  const paged = await find(store, collection, query, { batch: { ...ALL, documents: 2 } })
  if (paged?.ids.join() !== chosen?.ids.join()) throw new Error('in batches something else is found')
  if (scanned === undefined) return
  const check = (found: Found | undefined, how: string): void => {
    if (found === undefined) return
    if (!isSameSet(found, scanned)) throw new Error(`${how} finds ${found.ids.length} documents instead of ${scanned.ids.length}`)
    if (!isSameOrder(found.documents, scanned.documents, sort)) throw new Error(`${how} finds them in another order`)
  }
  check(chosen, 'the chosen plan')
  await checkCount(store, collection, { ...query, sort: undefined }, chosen)
  const page = await find(store, collection, query, { skip: 1, limit: 3 })
  if (page !== undefined && !isSameOrder(page.documents, scanned.documents.slice(1, 4), sort)) throw new Error('a page is another part')
  for (const { name, sparse, partialFilter } of collection.indexes) {
    const hinted = await find(store, collection, { ...query, hint: { name } })
    await checkCount(store, collection, { ...query, sort: undefined, hint: { name } }, hinted)
    if (!sparse && partialFilter === undefined) check(hinted, `the index ${name}`)
    else if (hinted?.ids.some((id) => !scanned.ids.includes(id))) throw new Error(`the index ${name} finds too much`)
  }
}

/** A collection with as many of the documents as its indexes can take. */
export async function fill (store: Store, name: string, documents: readonly Document[], specifications: readonly IndexDescription[]): Promise<Collection> {
  const namespace = new Namespace('test', name)
  await createIndexes(store, namespace, specifications.map((specification) => documentValue(encode(specification))))
  const collection = store.catalog.find(namespace)!
  await store.write((tx) => {
    for (const document of documents) insertIfAllowed(() => tx.insert(collection, encode(document)))
  })
  return store.catalog.find(namespace)!
}

/** Documents that an index cannot take, such as those with parallel arrays, stay out. */
function insertIfAllowed (insert: () => void): void {
  try {
    insert()
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
  }
}
