import { EngineError } from '../errors.js'
import { int64Value } from '../bson/number.js'
import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { buildDocument, documentValue, fields, findField, valueFrom, type Value } from '../bson/value.js'
import type { Reader, Tx } from '../storage/store.js'
import { decodeOutcome, encodeOutcome, type Outcome } from './outcome.js'

/** What tells a retryable write or a transaction from every other: its session and its number in it. */
export interface Numbered {
  readonly lsid: Buffer
  readonly txnNumber: bigint
}

/** How many statements share a record: a command of thousands must not write all outcomes anew with each of them. */
const STATEMENTS_PER_PAGE = 64

/** The outcomes of some neighbouring statements, by statement. */
interface Page {
  readonly outcomes: Map<string, Value>
  /** As it is stored. */
  readonly record: Buffer | undefined
  /** Whether the stored record is of this write: if not, there is none, or one of an older write. */
  readonly isOfThisWrite: boolean
  isChanged: boolean
}

/**
 * Knows what the statements of a retryable write have done, so that each is done once, however often it is sent. The
 * outcomes are kept in the commit that holds their effect: the two are there or missing together, also after a crash
 * ("Retryable Writes" of the manual). A session keeps the outcomes of its newest write alone, as MongoDB does. A ledger
 * lives as long as one work, and is empty for a write that is not retryable.
 */
export class Ledger {
  readonly #tx: Tx
  readonly #retry: Numbered | undefined
  readonly #pages = new Map<number, Page>()

  /** @throws {EngineError} TransactionTooOld for a write that is older than the session's newest */
  constructor (tx: Tx, retry: Numbered | undefined) {
    this.#tx = tx
    this.#retry = retry
    // The first page is there for every write, and thus knows the newest.
    if (retry !== undefined) this.#page(0, retry)
  }

  /** What a statement has done when it was sent before. */
  outcomeOf (statement: number): Outcome | undefined {
    const known = this.#pageOf(statement)?.outcomes.get(String(statement))
    return known && decodeOutcome(known)
  }

  /** Keeps, and returns, what a statement has done. */
  note (statement: number, outcome: Outcome): Outcome {
    const page = this.#pageOf(statement)
    page?.outcomes.set(String(statement), documentValue(encodeOutcome(outcome)))
    if (page !== undefined) page.isChanged = true
    return outcome
  }

  /** Stores what was noted; to be called at the end of the work. */
  save (): void {
    if (this.#retry === undefined || ![...this.#pages.values()].some(({ isChanged }) => isChanged)) return
    for (const [number, { record, outcomes, isChanged, isOfThisWrite }] of this.#pages) {
      if (isChanged || !isOfThisWrite) this.#tx.putSession(pageKey(this.#retry, number), encodePage(this.#retry, outcomes), record)
    }
  }

  #pageOf (statement: number): Page | undefined {
    return this.#retry && this.#page(Math.floor(statement / STATEMENTS_PER_PAGE), this.#retry)
  }

  #page (number: number, retry: Numbered): Page {
    let page = this.#pages.get(number)
    if (page === undefined) this.#pages.set(number, page = readPage(this.#tx.session(pageKey(retry, number)), retry))
    return page
  }
}

/** The first page's record is that of the session; it may have been written by an older write of it, like any other. */
function pageKey ({ lsid }: Numbered, number: number): Buffer {
  if (number === 0) return lsid
  const suffix = Buffer.allocUnsafe(4)
  suffix.writeUInt32BE(number)
  return Buffer.concat([lsid, suffix])
}

function readPage (record: Buffer | undefined, { txnNumber }: Numbered): Page {
  const stored = record && documentValue(record)
  const newest = stored && txnNumberOf(stored)
  if (newest !== undefined && newest > txnNumber) {
    throw new EngineError('TransactionTooOld', `Retryable write with txnNumber ${txnNumber} is prohibited on session because a newer retryable write with txnNumber ${newest} has already started on this session.`)
  }
  const isOfThisWrite = newest === txnNumber
  return { record, outcomes: new Map(isOfThisWrite ? fields(findField(stored!, 'outcomes')!) : []), isOfThisWrite, isChanged: false }
}

/** Keeps in the commit of a transaction that it has been committed, in place of what was kept of the session's last write. */
export function recordCommit (tx: Tx, { lsid, txnNumber }: Numbered): void {
  const record = buildDocument([['txnNumber', int64Value(txnNumber)], ['isTransaction', valueFrom(true)], ['outcomes', EMPTY_DOCUMENT]])
  tx.putSession(lsid, record, tx.session(lsid))
}

/** The newest retryable write or committed transaction of a session. */
export function readNewest (reader: Reader, lsid: Buffer): { txnNumber: bigint, isTransaction: boolean } | undefined {
  const record = reader.session(lsid)
  if (record === undefined) return undefined
  const stored = documentValue(record)
  return { txnNumber: txnNumberOf(stored), isTransaction: findField(stored, 'isTransaction') !== undefined }
}

function encodePage ({ txnNumber }: Numbered, outcomes: ReadonlyMap<string, Value>): Buffer {
  return buildDocument([['txnNumber', int64Value(txnNumber)], ['outcomes', documentValue(buildDocument(outcomes))]])
}

function txnNumberOf (record: Value): bigint {
  const { bytes, start } = findField(record, 'txnNumber')!
  return bytes.readBigInt64LE(start)
}
