import { ObjectId } from 'bson'
import { valueFrom, type Value } from '../bson/value.js'
import type { CheckInterrupt } from '../plan/scan.js'
import type { Filter } from '../query/filter.js'
import { RowClaimed } from '../storage/claims.js'
import type { Data, Tx } from '../storage/store.js'
import type { UpdateContext } from '../update/update.js'
import type { Numbered } from './ledger.js'
import type { OnInvalid } from './validation.js'

/** How often a write that waits for others looks whether it may go on waiting, in milliseconds. */
const LOOK_MS = 20

/** For how long one work changes documents, in milliseconds: nothing else can run until it ends. */
const WORK_MS = 5

/** What a write may use. */
export interface WriteContext {
  readonly data: Data
  readonly checkInterrupt: CheckInterrupt
  readonly now: Date
  /** Given when the command may be sent again and must then be done once. */
  readonly retry: Numbered | undefined
  /** Not given where documents are not to be validated. */
  readonly onInvalid: OnInvalid | undefined
  /** Whether `Timestamp(0, 0)` is stored as it is; otherwise the server fills it. */
  readonly keepsEmptyTimestamps?: boolean
}

/**
 * Calls `step` for one number after the other, from `start`, until it returns `false`, one work has taken long enough, or
 * a transaction is in the way of another step than the first.
 * @returns the number to go on with
 */
export function stepsOfOneWork (start: number, end: number, step: (at: number) => boolean): number {
  const until = performance.now() + WORK_MS
  let at = start
  try {
    while (step(at++) && at < end && performance.now() < until);
  } catch (error) {
    // What has been done before the row that a transaction has claimed is not done again.
    if (!(error instanceof RowClaimed) || --at === start) throw error
  }
  return at
}

/** Has a work done, as soon as nobody else has claimed the rows that it changes; until then nothing of it is. */
export async function perform<T> ({ data, checkInterrupt }: WriteContext, work: (tx: Tx) => T): Promise<T> {
  for (;;) {
    try {
      return await data.write(work)
    } catch (error) {
      if (!(error instanceof RowClaimed)) throw error
      do {
        checkInterrupt()
      } while (!await error.release.within(LOOK_MS))
    }
  }
}

export function updateContext ({ now, data, keepsEmptyTimestamps }: WriteContext, filter: Filter): UpdateContext {
  return { filter, now, timestamp: data.timestamps.next, keepsEmptyTimestamps, newObjectId }
}

export function newObjectId (): Value {
  return valueFrom(new ObjectId())
}
