import { EngineError } from '../errors.js'

/** MongoDB's limits ("Naming Restrictions"), in bytes. */
const MAX_DATABASE_BYTES = 63
const MAX_NAMESPACE_BYTES = 255
const NOT_IN_DATABASE = /[/\\. "$\0]/

/** A collection of a database. */
export class Namespace {
  readonly database: string
  readonly collection: string

  /** @throws {EngineError} InvalidNamespace */
  constructor (database: string, collection: string) {
    const isValid = collection !== '' && !collection.startsWith('.') && !collection.endsWith('.') && !/[$\0]/.test(collection) &&
      Buffer.byteLength(database) + 1 + Buffer.byteLength(collection) <= MAX_NAMESPACE_BYTES
    if (!isValid) throw new EngineError('InvalidNamespace', `Invalid namespace specified '${database}.${collection}'`)
    this.database = database
    this.collection = collection
  }

  toString (): string {
    return `${this.database}.${this.collection}`
  }
}

/** @throws {EngineError} InvalidNamespace */
export function checkDatabaseName (name: string): string {
  if (name === '' || NOT_IN_DATABASE.test(name) || Buffer.byteLength(name) > MAX_DATABASE_BYTES) {
    throw new EngineError('InvalidNamespace', `Invalid database name: '${name}'`)
  }
  return name
}
