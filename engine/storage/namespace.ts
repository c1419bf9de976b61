import { EngineError } from '../errors.js'

/** In front of the name of a time series, that of the collection in which MongoDB keeps its documents. */
export const BUCKETS = 'system.buckets.'

/** MongoDB's limits ("Naming Restrictions" of the manual), in bytes. */
const MAX_DATABASE_BYTES = 63
const MAX_NAMESPACE_BYTES = 255
const NOT_IN_DATABASE = /[/\\. "$\0]/
const NOT_IN_COLLECTION = /[$\0]/

/** A collection of a database. */
export class Namespace {
  readonly database: string
  readonly collection: string
  readonly #text: string

  /** @throws {EngineError} InvalidNamespace */
  constructor (database: string, collection: string) {
    const isValid = collection !== '' && !collection.startsWith('.') && !collection.endsWith('.') && !NOT_IN_COLLECTION.test(collection)
    if (!isValid) throw new EngineError('InvalidNamespace', `Invalid namespace specified '${database}.${collection}'`)
    this.database = checkDatabaseName(database)
    this.collection = collection
    this.#text = `${database}.${collection}`
    if (isLonger(this.#text, MAX_NAMESPACE_BYTES)) {
      throw new EngineError('InvalidNamespace', `Fully qualified namespace is too long. Namespace: ${this} Max: ${MAX_NAMESPACE_BYTES}`)
    }
  }

  toString (): string {
    return this.#text
  }
}

/** @throws {EngineError} InvalidNamespace */
export function checkDatabaseName (name: string): string {
  if (name === '' || NOT_IN_DATABASE.test(name) || isLonger(name, MAX_DATABASE_BYTES)) {
    throw new EngineError('InvalidNamespace', `Invalid database name: '${name}'`)
  }
  return name
}

/** Whether a text takes more bytes; a character has three at most, so that short ones need not be counted. */
function isLonger (text: string, bytes: number): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes
}

/**
 * The server's own collections (`system.views`, `system.profile` …) stand for features that this engine does not have.
 * @throws {EngineError} InvalidNamespace
 */
export function checkCreatable (namespace: Namespace): void {
  if (namespace.collection.startsWith('system.')) {
    throw new EngineError('InvalidNamespace', `Invalid system namespace: ${namespace}`)
  }
}
