import { ObjectId } from 'bson'
import { valueFrom, type Value } from '../bson/value.js'
import type { CheckInterrupt } from '../plan/scan.js'
import type { Filter } from '../query/filter.js'
import type { Store } from '../storage/store.js'
import type { UpdateContext } from '../update/update.js'
import type { Retry } from './ledger.js'

/** For how long one work changes documents, in milliseconds: nothing else can run until it ends. */
const WORK_MS = 5

/** What a write may use. */
export interface WriteContext {
  readonly store: Store
  readonly checkInterrupt: CheckInterrupt
  readonly now: Date
  /** Given when the command may be sent again and must then be done once. */
  readonly retry: Retry | undefined
}

/**
 * Calls `step` for one number after the other, from `start`, until it returns `false` or one work has taken long enough.
 * @returns the number to go on with
 */
export function stepsOfOneWork (start: number, end: number, step: (at: number) => boolean): number {
  const until = performance.now() + WORK_MS
  let at = start
  while (step(at++) && at < end && performance.now() < until);
  return at
}

export function updateContext ({ now, store }: WriteContext, filter: Filter): UpdateContext {
  return { filter, now, timestamp: store.timestamps.next, newObjectId }
}

export function newObjectId (): Value {
  return valueFrom(new ObjectId())
}
