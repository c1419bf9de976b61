import { compareTicks, type Clock, type Tick } from '../update/clock.js'
import { changeKey, databaseOrigin, encodeChange, originOf, recordedBefore, timeOfKey, type Changed, type ChangeKind, type ChangeSession } from './change-row.js'
import type { Changes } from './changes.js'
import type { Namespace } from './namespace.js'
import type { Row, Table } from './table.js'

/** How much of the history is kept; what is over either limit goes, the oldest first. */
export interface Retention {
  readonly bytes: number
  readonly milliseconds: number
}

export const RETENTION: Retention = { bytes: 64 * 1024 * 1024, milliseconds: 24 * 3_600_000 }

/** How much one work removes. */
const CHUNK_ROWS = 1000
const CHUNK_BYTES = 8 * 1024 * 1024

/** Of the row in `meta` that has the key of the last change that was removed, or the time from which on changes are recorded. */
export const HISTORY_START_KEY = Buffer.from('historyStart')

/** How much has been recorded, ever since the oldest row that is kept. */
export class HistorySize {
  #recorded: number

  /** @param last the last row of the table */
  constructor (last: Row | undefined) {
    this.#recorded = last === undefined ? 0 : recordedBefore(last) + last.value.length
  }

  get recorded (): number {
    return this.#recorded
  }

  add (bytes: number): void {
    this.#recorded += bytes
  }
}

/** What the recorders of one commit share. */
export interface Recording {
  readonly clock: Clock
  readonly now: () => number
  readonly size: HistorySize
  /** Whose changes have been recorded. */
  readonly changed: Set<Namespace>
  /** Whether a whole database was dropped, also for those who watch a collection that it has not had. */
  hasDroppedDatabase: boolean
}

/**
 * Records the changes of one work in the history, in the commit that makes them. Each has a time of its own, but those of a
 * transaction, which happen at once.
 */
export class Recorder {
  readonly #changes: Changes
  readonly #recording: Recording
  #session: ChangeSession | undefined
  #time: Tick | undefined
  #place = 0

  constructor (changes: Changes, recording: Recording) {
    this.#changes = changes
    this.#recording = recording
  }

  /** From here on everything is part of that transaction. */
  beginTransaction (session: ChangeSession): void {
    this.#session = session
  }

  record (kind: ChangeKind, changed: Changed, ...documents: readonly Buffer[]): void {
    this.#append(kind, originOf(changed), documents)
    this.#recording.changed.add(changed.namespace)
  }

  recordDropDatabase (database: string): void {
    this.#append('dropDatabase', databaseOrigin(database), [])
    this.#recording.hasDroppedDatabase = true
  }

  /** @param collection under the name that it has had so far */
  recordRename (collection: Changed, to: Namespace, about: Buffer): void {
    this.record('rename', collection, about)
    this.#recording.changed.add(to)
  }

  #append (kind: ChangeKind, origin: Buffer, documents: readonly Buffer[]): void {
    const { clock, now, size } = this.#recording
    const key = this.#session === undefined ? changeKey(clock.tick(), 0) : changeKey(this.#time ??= clock.tick(), this.#place++)
    const row = encodeChange(size.recorded, now(), kind, origin, this.#session, documents)
    this.#changes.put(this.#changes.tables.history, key, row, undefined)
    size.add(row.length)
  }
}

/**
 * Removes some of the changes that are too old or too much; returns whether there may be more. Where the history begins
 * is stored in the same commit, so that nobody goes on behind a gap without being told.
 */
export function trimHistory (changes: Changes, size: HistorySize, now: number, { bytes, milliseconds }: Retention): boolean {
  const { history, meta } = changes.tables
  const oldest: Tick = { t: Math.max(Math.floor((now - milliseconds) / 1000), 0), i: 0 }
  const isWanted = (row: Row): boolean => size.recorded - recordedBefore(row) <= bytes && compareTicks(timeOfKey(row.key), oldest) >= 0
  const { keys, isMore } = unwanted(history, isWanted)
  for (const key of keys) changes.erase(history, key)
  const last = keys.at(-1)
  if (last !== undefined) changes.put(meta, HISTORY_START_KEY, last, meta.get(HISTORY_START_KEY))
  return isMore
}

/** The keys of the first rows that are not wanted. All behind a wanted row are, so that few have to be read to find the first one. */
function unwanted (history: Table, isWanted: (row: Row) => boolean): { keys: Buffer[], isMore: boolean } {
  const keys = [...history.getKeys({ limit: CHUNK_ROWS })]
  const [first] = history.getRange({ limit: 1 })
  const isInChunk = (row: Row): boolean => recordedBefore(row) - recordedBefore(first) < CHUNK_BYTES
  let [low, high] = [0, keys.length]
  let end: Row | undefined
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = { key: keys[middle], value: history.get(keys[middle])! }
    if (!isWanted(row) && isInChunk(row)) low = middle + 1
    else {
      high = middle
      end = row
    }
  }
  return { keys: keys.slice(0, low), isMore: end === undefined ? low === CHUNK_ROWS : !isWanted(end) }
}
