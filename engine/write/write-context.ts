import { ObjectId } from 'bson'
import { valueFrom, type Value } from '../bson/value.js'
import type { CheckInterrupt } from '../plan/scan.js'
import type { Filter } from '../query/filter.js'
import type { Store, Tx } from '../storage/store.js'
import type { UpdateContext } from '../update/update.js'
import { Ledger, type Retry } from './ledger.js'
import type { Outcome } from './outcome.js'

/** What a statement of a write may use. */
export interface WriteContext {
  readonly store: Store
  readonly checkInterrupt: CheckInterrupt
  readonly now: Date
  /** Given when the statement may be sent again and must then be done once. */
  readonly retry: Retry | undefined
  /** The statement's place in its command. */
  readonly statement: number
}

/** Does a statement's work, unless an earlier sending of it has. */
export function once (tx: Tx, { retry, statement }: WriteContext, work: () => Outcome): Outcome {
  const ledger = new Ledger(tx, retry)
  const outcome = ledger.once(statement, work)
  ledger.save()
  return outcome
}

export function updateContext ({ now, store }: WriteContext, filter: Filter): UpdateContext {
  return { filter, now, timestamp: store.timestamps.next, newObjectId }
}

export function newObjectId (): Value {
  return valueFrom(new ObjectId())
}
