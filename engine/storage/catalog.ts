import type { Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError, notImplemented } from '../errors.js'
import type { Filter } from '../query/filter.js'
import type { Path } from '../query/path.js'
import type { Validator } from '../query/validator.js'
import type { TextFields } from '../text/text-fields.js'
import type { CollectionKind } from './collection-kind.js'
import type { CollectionUsage } from './collection-usage.js'
import type { IndexUsage } from './index-usage.js'
import { BUCKETS, type Namespace } from './namespace.js'

/** Where MongoDB keeps the history of a replica set. */
const OPLOG = 'local.oplog.rs'

export interface KeyPart {
  readonly path: string
  readonly direction: 1 | -1
  /** Whether hashes stand for the values (hashed-value.ts): they have no order, and no arrays. */
  readonly isHashed: boolean
}

/** What an index of texts has in place of a key: the other fields of its key stand before and behind the terms. */
export interface TextIndex extends TextFields {
  readonly prefix: readonly Path[]
  readonly suffix: readonly Path[]
}

export interface Index {
  /** The first four bytes of its rows. */
  readonly id: number
  readonly name: string
  /** What listIndexes answers: `{ v: 2, key, name, … }`. */
  readonly spec: Buffer
  readonly key: readonly KeyPart[]
  readonly paths: readonly Path[]
  /** Whether it is the one on `_id` that comes with the collection. */
  readonly isId: boolean
  readonly unique: boolean
  readonly sparse: boolean
  /** Maintained as ever, but not used by any query. */
  readonly hidden: boolean
  readonly partialFilter?: Filter
  /** By which its strings are equal; their keys have no order then. */
  readonly collation?: Collation
  readonly expireAfterSeconds?: number
  /** Given for an index of texts, whose `key` is empty: it serves `$text` and nothing else. */
  readonly text?: TextIndex
  /** The paths that lead to or through an array in some document, now or in the past. */
  readonly multikeyPaths: ReadonlySet<string>
  /** Whether a key was too long, now or in the past: such keys are stored cut, and the index gives no order. */
  readonly hasCutKeys: boolean
  /** Whether it holds all documents; writes maintain it even before. */
  readonly ready: boolean
  readonly usage: IndexUsage
}

export interface Collection extends CollectionKind {
  /** The first four bytes of its documents' keys. */
  readonly id: number
  readonly namespace: Namespace
  readonly uuid: Buffer
  readonly options: Buffer
  readonly validator?: Validator
  /** That of its `_id` index, and of operations and indexes that name none. */
  readonly collation?: Collation
  /** The one on `_id` comes first, if there is one. */
  readonly indexes: readonly Index[]
  readonly usage: CollectionUsage
}

/** All but that on `_id` where documents are stored by their `_id`, and thus are its rows. */
export function indexesWithRows ({ recordIds, indexes }: Collection): readonly Index[] {
  return recordIds === 'id' ? indexes.filter(({ isId }) => !isId) : indexes
}

/** A pipeline upon a collection, or another view, of the same database, under a name of its own. */
export interface View {
  readonly id: number
  readonly namespace: Namespace
  readonly viewOn: Namespace
  readonly pipeline: Value
}

/** What a name stands for. */
export type Entry = Collection | View

export function isView (entry: Entry | undefined): entry is View {
  return entry !== undefined && 'viewOn' in entry
}

/** All collections and views at one moment; a change makes a new catalog, so that it can be given up without a trace. */
export class Catalog {
  readonly #byId: ReadonlyMap<number, Entry>
  readonly #byName: ReadonlyMap<string, Entry>

  constructor (entries: Iterable<Entry> = []) {
    const all = [...entries]
    this.#byId = new Map(all.map((entry) => [entry.id, entry]))
    this.#byName = new Map(all.map((entry) => [String(entry.namespace), entry]))
  }

  /**
   * Whoever can do something with a view asks for it first.
   * @throws {EngineError} CommandNotSupportedOnView, NotImplemented for what stands for something else in MongoDB
   */
  find (namespace: Namespace): Collection | undefined {
    const entry = this.entry(namespace)
    if (!isView(entry)) return entry
    throw new EngineError('CommandNotSupportedOnView', `Namespace ${namespace} is a view, not a collection`)
  }

  view (namespace: Namespace): View | undefined {
    const entry = this.entry(namespace)
    return isView(entry) ? entry : undefined
  }

  /** @throws {EngineError} NotImplemented for the buckets of time series and the oplog */
  entry (namespace: Namespace): Entry | undefined {
    const entry = this.#byName.get(String(namespace))
    if (entry === undefined) refuseSubstitute(namespace)
    return entry
  }

  /** That of the collection with the full name, if there is one. */
  usage (name: string): CollectionUsage | undefined {
    const entry = this.#byName.get(name)
    return isView(entry) ? undefined : entry?.usage
  }

  byId (id: number): Collection | undefined {
    const entry = this.#byId.get(id)
    return isView(entry) ? undefined : entry
  }

  /** Looks at one after the other: only `applyOps` asks for it, and every change would have to keep another map. */
  byUuid (uuid: Buffer): Collection | undefined {
    for (const entry of this.#byId.values()) {
      if (!isView(entry) && entry.uuid.equals(uuid)) return entry
    }
    return undefined
  }

  /** Sorted by name. */
  entries (database?: string): Entry[] {
    const all = [...this.#byId.values()].filter(({ namespace }) => database === undefined || namespace.database === database)
    return all.sort((a, b) => compareText(a.namespace.collection, b.namespace.collection))
  }

  /** Sorted by name. */
  collections (database?: string): Collection[] {
    return this.entries(database).filter((entry): entry is Collection => !isView(entry))
  }

  /** Sorted by name. */
  databases (): string[] {
    return [...new Set([...this.#byId.values()].map(({ namespace }) => namespace.database))].sort(compareText)
  }

  /** With an entry that is new or takes the place of the one with its id. */
  with (entry: Entry): Catalog {
    return new Catalog(new Map(this.#byId).set(entry.id, entry).values())
  }

  without ({ id }: Entry): Catalog {
    return new Catalog([...this.#byId.values()].filter((entry) => entry.id !== id))
  }
}

/** MongoDB's tools dump these in place of the time series, and beside other collections: without an error they would take them for empty. */
function refuseSubstitute (namespace: Namespace): void {
  if (namespace.collection.startsWith(BUCKETS)) throw notImplemented(`'${namespace}': buckets of time series are`)
  if (String(namespace) === OPLOG) throw notImplemented(`'${namespace}': an oplog is`)
}

function compareText (a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
