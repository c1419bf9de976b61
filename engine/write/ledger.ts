import { Long } from 'bson'
import { EngineError } from '../errors.js'
import { buildDocument, documentValue, fields, findField, valueFrom, type Value } from '../bson/value.js'
import type { Tx } from '../storage/store.js'
import { decodeOutcome, encodeOutcome, type Outcome } from './outcome.js'

/** What tells a retryable write from every other: its session and its number in it. */
export interface Retry {
  readonly lsid: Buffer
  readonly txnNumber: bigint
}

/**
 * Does each statement of a retryable write once, however often it is sent: the outcomes are kept in the commit that
 * holds their effect, so that the two are there or missing together, also after a crash ("Retryable Writes" of the
 * manual). A session keeps the outcomes of its newest write alone, as MongoDB does. Lives as long as one `tx`.
 */
export class Ledger {
  readonly #tx: Tx
  readonly #retry: Retry | undefined
  readonly #outcomes: Map<string, Value>
  #changed = false

  /** @throws {EngineError} TransactionTooOld for a write that is older than the session's newest */
  constructor (tx: Tx, retry: Retry | undefined) {
    this.#tx = tx
    this.#retry = retry
    this.#outcomes = retry === undefined ? new Map() : outcomesOf(tx, retry)
  }

  once (statement: number, work: () => Outcome): Outcome {
    const known = this.#outcomes.get(String(statement))
    if (known !== undefined) return decodeOutcome(known)
    const outcome = work()
    if (this.#retry !== undefined) this.#outcomes.set(String(statement), documentValue(encodeOutcome(outcome)))
    this.#changed = true
    return outcome
  }

  save (): void {
    if (this.#retry === undefined || !this.#changed) return
    this.#tx.putSession(this.#retry.lsid, buildDocument([
      ['txnNumber', valueFrom(Long.fromBigInt(this.#retry.txnNumber))],
      ['outcomes', documentValue(buildDocument(this.#outcomes))]
    ]))
  }
}

/** The outcomes so far, by statement. */
function outcomesOf (tx: Tx, { lsid, txnNumber }: Retry): Map<string, Value> {
  const record = tx.session(lsid)
  if (record === undefined) return new Map()
  const newest = txnNumberOf(record)
  if (newest > txnNumber) {
    throw new EngineError('TransactionTooOld', `Retryable write with txnNumber ${txnNumber} is prohibited on session because a newer retryable write with txnNumber ${newest} has already started on this session.`)
  }
  return new Map(newest === txnNumber ? fields(findField(documentValue(record), 'outcomes')!) : [])
}

function txnNumberOf (record: Buffer): bigint {
  const { bytes, start } = findField(documentValue(record), 'txnNumber')!
  return bytes.readBigInt64LE(start)
}
