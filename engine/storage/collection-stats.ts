import type { Collection } from './catalog.js'
import type { Data } from './data.js'
import type { Namespace } from './namespace.js'

/** What `collStats` and the stage `$collStats` tell of a collection; one that is not there is empty. Sizes are divided by `scaleFactor`. */
export function collectionStats (data: Pick<Data, 'catalog' | 'read'>, namespace: Namespace, scaleFactor: number): Readonly<Record<string, unknown>> {
  const collection = data.catalog.find(namespace)
  const { documents, bytes } = collection === undefined ? { documents: 0, bytes: 0 } : data.read.size(collection)
  const capped = collection?.capped
  const size = Math.floor(bytes / scaleFactor)
  return {
    size,
    count: documents,
    avgObjSize: documents === 0 ? undefined : Math.floor(bytes / documents),
    numOrphanDocs: 0,
    storageSize: size,
    capped: capped !== undefined,
    ...(capped && { max: capped.max === Infinity ? 0 : capped.max, maxSize: BigInt(Math.floor(capped.size / scaleFactor)) }),
    nindexes: indexes(collection, true).length,
    indexBuilds: indexes(collection, false),
    scaleFactor
  }
}

function indexes (collection: Collection | undefined, ready: boolean): string[] {
  return collection?.indexes.filter((index) => index.ready === ready).map(({ name }) => name) ?? []
}
