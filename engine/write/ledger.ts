import { EngineError } from '../errors.js'
import { int64Value } from '../bson/number.js'
import { buildDocument, documentValue, fields, findField, type Value } from '../bson/value.js'
import type { Tx } from '../storage/store.js'
import { decodeOutcome, encodeOutcome, type Outcome } from './outcome.js'

/** What tells a retryable write from every other: its session and its number in it. */
export interface Retry {
  readonly lsid: Buffer
  readonly txnNumber: bigint
}

/** How many statements share a record: a command of thousands must not write all outcomes anew with each of them. */
const STATEMENTS_PER_PAGE = 64

/** The outcomes of some neighbouring statements, by statement. */
interface Page {
  readonly outcomes: Map<string, Value>
  /** Whether the stored record is of this write: if not, there is none, or one of an older write. */
  readonly isOfThisWrite: boolean
  isChanged: boolean
}

/**
 * Does each statement of a retryable write once, however often it is sent: the outcomes are kept in the commit that
 * holds their effect, so that the two are there or missing together, also after a crash ("Retryable Writes" of the
 * manual). A session keeps the outcomes of its newest write alone, as MongoDB does. Lives as long as one `tx`.
 */
export class Ledger {
  readonly #tx: Tx
  readonly #retry: Retry | undefined
  readonly #pages = new Map<number, Page>()

  /** @throws {EngineError} TransactionTooOld for a write that is older than the session's newest */
  constructor (tx: Tx, retry: Retry | undefined) {
    this.#tx = tx
    this.#retry = retry
    // The first page is there for every write, and thus knows the newest.
    if (retry !== undefined) this.#page(0, retry)
  }

  once (statement: number, work: () => Outcome): Outcome {
    if (this.#retry === undefined) return work()
    const page = this.#page(Math.floor(statement / STATEMENTS_PER_PAGE), this.#retry)
    const known = page.outcomes.get(String(statement))
    if (known !== undefined) return decodeOutcome(known)
    const outcome = work()
    page.outcomes.set(String(statement), documentValue(encodeOutcome(outcome)))
    page.isChanged = true
    return outcome
  }

  save (): void {
    if (this.#retry === undefined || ![...this.#pages.values()].some(({ isChanged }) => isChanged)) return
    for (const [number, { outcomes, isChanged, isOfThisWrite }] of this.#pages) {
      if (isChanged || !isOfThisWrite) this.#tx.putSession(pageKey(this.#retry, number), encodePage(this.#retry, outcomes))
    }
  }

  #page (number: number, retry: Retry): Page {
    let page = this.#pages.get(number)
    if (page === undefined) this.#pages.set(number, page = readPage(this.#tx.session(pageKey(retry, number)), retry))
    return page
  }
}

/** The first page's record is that of the session; it may have been written by an older write of it, like any other. */
function pageKey ({ lsid }: Retry, number: number): Buffer {
  if (number === 0) return lsid
  const suffix = Buffer.allocUnsafe(4)
  suffix.writeUInt32BE(number)
  return Buffer.concat([lsid, suffix])
}

function readPage (record: Buffer | undefined, { txnNumber }: Retry): Page {
  const stored = record && documentValue(record)
  const newest = stored && txnNumberOf(stored)
  if (newest !== undefined && newest > txnNumber) {
    throw new EngineError('TransactionTooOld', `Retryable write with txnNumber ${txnNumber} is prohibited on session because a newer retryable write with txnNumber ${newest} has already started on this session.`)
  }
  const isOfThisWrite = newest === txnNumber
  return { outcomes: new Map(isOfThisWrite ? fields(findField(stored!, 'outcomes')!) : []), isOfThisWrite, isChanged: false }
}

function encodePage ({ txnNumber }: Retry, outcomes: ReadonlyMap<string, Value>): Buffer {
  return buildDocument([['txnNumber', int64Value(txnNumber)], ['outcomes', documentValue(buildDocument(outcomes))]])
}

function txnNumberOf (record: Value): bigint {
  const { bytes, start } = findField(record, 'txnNumber')!
  return bytes.readBigInt64LE(start)
}
