import { openMatches, type Query } from '../plan/matches.js'
import type { Match } from '../plan/scan.js'
import type { Collection } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { matchNow } from './single-write.js'
import { perform, stepsOfOneWork, type WriteContext } from './write-context.js'

/** How much is found before it is changed. */
const DOCUMENTS_PER_BATCH = 200
const BYTES_PER_BATCH = 1024 * 1024

/** What is done to a document inside a work. */
export type Change = (tx: Tx, collection: Collection, match: Match) => void

/** Changes every match, once each even if the change moves it on in the index that is being read. */
export async function changeAll (write: WriteContext, namespace: Namespace, query: Query, change: Change): Promise<void> {
  const { data, checkInterrupt } = write
  const collection = data.catalog.find(namespace)
  if (collection === undefined) return
  const matches = openMatches(data, collection, query, { once: true })
  for (let state = 'stopped'; state === 'stopped';) {
    checkInterrupt()
    const batch: Buffer[] = []
    let bytes = 0
    state = await matches.read(({ recordId, document }) => {
      bytes += document.length
      return batch.push(recordId) < DOCUMENTS_PER_BATCH && bytes < BYTES_PER_BATCH
    }, checkInterrupt)
    for (let at = 0; at < batch.length;) {
      at = await perform(write, (tx) => stepsOfOneWork(at, batch.length, (index) => {
        const match = matchNow(tx, collection, query, batch[index])
        if (match !== undefined) change(tx, collection, match)
        return true
      }))
    }
  }
}
