import { documentValue, findField, stringOf } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Change } from '../storage/change-row.js'
import type { Namespace } from '../storage/namespace.js'
import { EVERYTHING, type Scope } from '../storage/watchers.js'

/** Databases of the server itself, in which nothing happens that clients should see. */
const INTERNAL = new Set(['admin', 'config', 'local'])

/** What a stream is about. */
export interface StreamScope {
  /** What to wait for. */
  readonly watched: Scope
  /** Whether a change is among those that it tells. */
  concerns (change: Change): boolean
  /** Whether a change ends the stream. */
  isEndedBy (change: Change): boolean
}

/** @throws {EngineError} InvalidNamespace */
export function collectionScope (namespace: Namespace): StreamScope {
  const { database, collection } = namespace
  checkDatabase(database)
  if (collection.startsWith('system.')) throw new EngineError('InvalidNamespace', `$changeStream may not be opened on the internal ${namespace} collection`)
  const isSame = (name: CollectionName): boolean => name.database === database && name.collection === collection
  return {
    watched: String(namespace),
    concerns: (change) => namesOf(change).some(isSame) || isDropOf(database, change),
    isEndedBy: ({ kind }) => kind === 'drop' || kind === 'rename' || kind === 'dropDatabase'
  }
}

/** @throws {EngineError} InvalidNamespace */
export function databaseScope (database: string): StreamScope {
  checkDatabase(database)
  return {
    watched: database,
    concerns: (change) => namesOf(change).some((name) => name.database === database && isVisible(name)),
    isEndedBy: ({ kind }) => kind === 'dropDatabase'
  }
}

export const clusterScope: StreamScope = {
  watched: EVERYTHING,
  concerns: (change) => namesOf(change).some((name) => !INTERNAL.has(name.database) && isVisible(name)),
  isEndedBy: () => false
}

interface CollectionName { readonly database: string, readonly collection: string }

/** A rename is about the name that a collection has had and about the one that it gets. */
function namesOf ({ kind, database, collection, documents }: Change): CollectionName[] {
  const name = { database, collection }
  if (kind !== 'rename') return [name]
  const to = findField(documentValue(documents[0]), 'to')!
  const part = (part: string): string => stringOf(findField(to, part)!)
  return [name, { database: part('db'), collection: part('coll') }]
}

function isDropOf (database: string, change: Change): boolean {
  return change.kind === 'dropDatabase' && change.database === database
}

function isVisible ({ collection }: CollectionName): boolean {
  return !collection.startsWith('system.')
}

function checkDatabase (database: string): void {
  if (INTERNAL.has(database)) throw new EngineError('InvalidNamespace', `$changeStream may not be opened on the internal ${database} database`)
}
