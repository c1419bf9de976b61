import { encode, type Value } from '../bson/value.js'
import type { Catalog, Collection, Index, View } from './catalog.js'
import type { Changes } from './changes.js'
import type { ChangeSession } from './change-row.js'
import {
  addIndex, changeIndex, changeOptions, changeView, createCollection, createView, dropCollection, dropDatabase, dropIndex, dropView, finishIndex,
  recordModification, renameCollection, type Modification
} from './collection-changes.js'
import type { Count } from './count.js'
import { indexDocument, insertDocument, removeDocument, replaceDocument } from './document-changes.js'
import { removeGarbage } from './garbage.js'
import { trimHistory, type HistorySize, type Retention } from './history.js'
import type { Namespace } from './namespace.js'
import { Reader } from './reader.js'
import { removeStaleSessions, writeSession } from './sessions.js'

const NO_OPTIONS = encode({})

/**
 * What one work may do; it reads what it has written itself. Collections may be given as they were found outside: what
 * counts is their state now. Not to be used when the work has returned.
 */
export class Tx extends Reader {
  readonly #changes: Changes
  readonly #now: () => number

  constructor (changes: Changes, now: () => number) {
    super(changes.tables, () => undefined)
    this.#changes = changes
    this.#now = now
  }

  /** The collections as they are after what has been done so far. */
  get catalog (): Catalog {
    return this.#changes.catalog
  }

  override size ({ id }: Collection): Count {
    return this.#changes.count(id)
  }

  /**
   * The three checks come before the first change: a work may catch their errors and go on.
   * @throws {EngineError} DuplicateKey, CannotIndexParallelArrays; NamespaceNotFound when the collection was dropped
   */
  insert (collection: Collection, document: Buffer): void {
    insertDocument(this.#changes, collection, document)
  }

  /** @param description what the history tells of an update; without it this is a replacement (update/description.ts) */
  replace (collection: Collection, recordId: Buffer, before: Buffer, after: Buffer, description?: Buffer): void {
    replaceDocument(this.#changes, collection, recordId, before, after, description)
  }

  remove (collection: Collection, recordId: Buffer, document: Buffer): void {
    removeDocument(this.#changes, collection, recordId, document)
  }

  /** Puts a document that is stored already into an index that is being built. */
  index (collection: Collection, index: Index, recordId: Buffer, document: Buffer): void {
    indexDocument(this.#changes, collection, index, recordId, document)
  }

  /** The collection of that name, made if it is not there. */
  collection (namespace: Namespace): Collection {
    return this.catalog.find(namespace) ?? this.createCollection(namespace)
  }

  /** @param uuid that of no other collection; without it one is made */
  createCollection (namespace: Namespace, options = NO_OPTIONS, uuid?: Buffer): Collection {
    return createCollection(this.#changes, namespace, options, uuid)
  }

  dropCollection (collection: Collection): void {
    dropCollection(this.#changes, collection)
  }

  /** Returns how many collections it has had. */
  dropDatabase (database: string): number {
    return dropDatabase(this.#changes, database)
  }

  renameCollection (collection: Collection, namespace: Namespace, { dropTarget = false } = {}): void {
    renameCollection(this.#changes, collection, namespace, dropTarget)
  }

  /** Has the history tell of a collMod, whatever it has changed. */
  recordModification (collection: Collection, modification: Modification): void {
    recordModification(this.#changes, collection, modification)
  }

  changeOptions (collection: Collection, options: Buffer): void {
    changeOptions(this.#changes, collection, options)
  }

  createView (namespace: Namespace, viewOn: Namespace, pipeline: Value): void {
    createView(this.#changes, namespace, viewOn, pipeline)
  }

  /** The view of that id as it is to be from now on. */
  changeView (view: View): void {
    changeView(this.#changes, view)
  }

  dropView (view: View): void {
    dropView(this.#changes, view)
  }

  addIndex (collection: Collection, spec: Buffer, ready: boolean): Index {
    return addIndex(this.#changes, collection, spec, ready)
  }

  finishIndex (collection: Collection, index: Index): void {
    finishIndex(this.#changes, collection, index)
  }

  /** The new spec may only differ in what its entries do not depend on. */
  changeIndex (collection: Collection, index: Index, spec: Buffer): void {
    changeIndex(this.#changes, collection, index, spec)
  }

  dropIndex (collection: Collection, index: Index): void {
    dropIndex(this.#changes, collection, index)
  }

  /** Says that all that follows is a transaction, for the history. */
  beginTransaction (session: ChangeSession): void {
    this.#changes.history?.beginTransaction(session)
  }

  /** @param before the record that there has been (`session`) */
  putSession (lsid: Buffer, record: Buffer, before: Buffer | undefined): void {
    writeSession(this.#changes, lsid, record, before, this.#now())
  }

  /** Returns the last record it has looked at if there are more. */
  removeStaleSessions (after: Buffer | undefined): Buffer | undefined {
    return removeStaleSessions(this.#changes, this.#now(), after)
  }

  /** Removes changes that are not to be kept any longer; returns whether there may be more. */
  trimHistory (size: HistorySize, retention: Retention): boolean {
    return trimHistory(this.#changes, size, this.#now(), retention)
  }

  /** Returns whether there may be more. */
  removeGarbage (): boolean {
    return removeGarbage(this.#changes)
  }
}
