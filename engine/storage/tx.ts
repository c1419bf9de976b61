import { encode, type Value } from '../bson/value.js'
import type { Catalog, Collection, Index, View } from './catalog.js'
import type { Changes } from './changes.js'
import { addIndex, changeIndex, changeOptions, changeView, createCollection, createView, dropCollection, dropIndex, dropView, finishIndex, renameCollection } from './collection-changes.js'
import type { Count } from './count.js'
import { indexDocument, insertDocument, removeDocument, replaceDocument } from './document-changes.js'
import { removeGarbage } from './garbage.js'
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

  replace (collection: Collection, recordId: Buffer, before: Buffer, after: Buffer): void {
    replaceDocument(this.#changes, collection, recordId, before, after)
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

  createCollection (namespace: Namespace, options = NO_OPTIONS): Collection {
    return createCollection(this.#changes, namespace, options)
  }

  dropCollection (collection: Collection): void {
    dropCollection(this.#changes, collection)
  }

  renameCollection (collection: Collection, namespace: Namespace): void {
    renameCollection(this.#changes, collection, namespace)
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

  putSession (lsid: Buffer, record: Buffer): void {
    writeSession(this.#changes, lsid, record, this.#now())
  }

  /** Returns the last record it has looked at if there are more. */
  removeStaleSessions (after: Buffer | undefined): Buffer | undefined {
    return removeStaleSessions(this.#changes, this.#now(), after)
  }

  /** Returns whether there may be more. */
  removeGarbage (): boolean {
    return removeGarbage(this.#changes)
  }
}
