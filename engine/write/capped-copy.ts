import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { EngineError } from '../errors.js'
import { openMatches } from '../plan/matches.js'
import type { CheckInterrupt } from '../plan/slice.js'
import { parseFilter } from '../query/filter.js'
import type { Collection } from '../storage/catalog.js'
import type { KeyRange, StoredDocument } from '../storage/reader.js'
import type { Store } from '../storage/store.js'
import { stepsOfOneWork } from './write-context.js'

/** How much is read before it is copied. */
const DOCUMENTS_PER_BATCH = 200
const BYTES_PER_BATCH = 1024 * 1024

/**
 * Copies the newest documents of a collection that nobody changes meanwhile to an empty capped one, in their natural order.
 * @throws {EngineError} BadValue for a document that is too large to be the only one
 */
export async function copyNewest (store: Store, source: Collection, target: Collection, checkInterrupt: CheckInterrupt): Promise<void> {
  let range: Partial<KeyRange> = { start: await oldestToCopy(store, source, target.capped!, checkInterrupt) }
  for (;;) {
    checkInterrupt()
    const batch = readBatch(store, source, range)
    if (batch.length === 0) return
    for (let at = 0; at < batch.length;) {
      at = await store.write((tx) => stepsOfOneWork(at, batch.length, (index) => {
        tx.insert(target, batch[index].document)
        return true
      }))
    }
    range = { after: batch.at(-1)!.recordId }
  }
}

/** The id of the oldest document that fits together with all that are newer; `undefined` if all of them do. */
async function oldestToCopy (store: Store, source: Collection, { size, max }: NonNullable<Collection['capped']>, checkInterrupt: CheckInterrupt): Promise<Buffer | undefined> {
  const all = store.read.size(source)
  if (all.bytes <= size && all.documents <= max) return undefined
  let oldest: Buffer | undefined
  let [bytes, documents] = [0, 0]
  await openMatches(store, source, { filter: parseFilter(EMPTY_DOCUMENT), hint: { natural: -1 } }).read(({ recordId, document }) => {
    if (document.length > size) throw new EngineError('BadValue', 'object to insert exceeds cappedMaxSize')
    bytes += document.length
    if (bytes > size || ++documents > max) return false
    oldest = recordId
    return true
  }, checkInterrupt)
  return oldest
}

function readBatch ({ read }: Store, source: Collection, range: Partial<KeyRange>): StoredDocument[] {
  const batch: StoredDocument[] = []
  let bytes = 0
  for (const found of read.documents(source, range)) {
    bytes += found.document.length
    if (batch.push(found) === DOCUMENTS_PER_BATCH || bytes >= BYTES_PER_BATCH) break
  }
  return batch
}
