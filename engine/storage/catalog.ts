import type { Filter } from '../query/filter.js'
import type { Path } from '../query/path.js'
import type { Validator } from '../query/validator.js'
import { Namespace } from './namespace.js'

export interface KeyPart { readonly path: string, readonly direction: 1 | -1 }

export interface Index {
  /** The first four bytes of its rows. */
  readonly id: number
  readonly name: string
  /** What listIndexes answers: `{ v: 2, key, name, … }`. */
  readonly spec: Buffer
  readonly key: readonly KeyPart[]
  readonly paths: readonly Path[]
  readonly unique: boolean
  readonly sparse: boolean
  /** Maintained as ever, but not used by any query. */
  readonly hidden: boolean
  readonly partialFilter?: Filter
  readonly expireAfterSeconds?: number
  /** The paths that lead to or through an array in some document, now or in the past. */
  readonly multikeyPaths: ReadonlySet<string>
  /** Whether a key was too long, now or in the past: such keys are stored cut, and the index gives no order. */
  readonly hasCutKeys: boolean
  /** Whether it holds all documents; writes maintain it even before. */
  readonly ready: boolean
}

export interface Collection {
  /** The first four bytes of its documents' keys. */
  readonly id: number
  readonly namespace: Namespace
  readonly uuid: Buffer
  readonly options: Buffer
  readonly validator?: Validator
  /** `_id_` comes first; it has no rows, because documents are stored by their `_id`. */
  readonly indexes: readonly Index[]
}

/** All collections at one moment; a change makes a new catalog, so that it can be given up without a trace. */
export class Catalog {
  readonly #byId: ReadonlyMap<number, Collection>
  readonly #byName: ReadonlyMap<string, Collection>

  constructor (collections: Iterable<Collection> = []) {
    const all = [...collections]
    this.#byId = new Map(all.map((collection) => [collection.id, collection]))
    this.#byName = new Map(all.map((collection) => [String(collection.namespace), collection]))
  }

  find (namespace: Namespace): Collection | undefined {
    return this.#byName.get(String(namespace))
  }

  byId (id: number): Collection | undefined {
    return this.#byId.get(id)
  }

  /** Sorted by name. */
  collections (database?: string): Collection[] {
    const all = [...this.#byId.values()].filter(({ namespace }) => database === undefined || namespace.database === database)
    return all.sort((a, b) => compareText(a.namespace.collection, b.namespace.collection))
  }

  /** Sorted by name. */
  databases (): string[] {
    return [...new Set([...this.#byId.values()].map(({ namespace }) => namespace.database))].sort(compareText)
  }

  /** With a collection that is new or takes the place of the one with its id. */
  with (collection: Collection): Catalog {
    return new Catalog(new Map(this.#byId).set(collection.id, collection).values())
  }

  without ({ id }: Collection): Catalog {
    return new Catalog([...this.#byId.values()].filter((collection) => collection.id !== id))
  }
}

function compareText (a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
