import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { timeOfKey, type Change } from '../storage/change-row.js'
import type { Store } from '../storage/store.js'
import { compareTicks } from '../update/clock.js'
import { changeEvent, invalidateEvent, isShown, type EventOptions } from './event.js'
import { after, resumeToken, type Position } from './resume-token.js'
import type { StreamScope } from './scope.js'
import type { EventChange } from './stages.js'

/** For how long a stream may keep the event loop, in milliseconds. */
const SLICE_MS = 4

export interface ChangeStreamOptions extends EventOptions {
  readonly scope: StreamScope
  readonly start: Position
  /** What the stages behind it make of its events. */
  readonly change: EventChange
}

/** Where events go. */
export interface EventSink {
  readonly isFull: boolean
  /** Takes an event, or refuses it for now. */
  take (event: Value): boolean
}

/** Why a stream has stopped: nothing is left for now, it has taken long enough, the sink is full, or there will be no more. */
export type StreamState = 'end' | 'due' | 'full' | 'over'

/** Reads the history from a position on and tells what concerns its scope. Between reads it keeps nothing but the position. */
export class ChangeStream {
  readonly #store: Store
  readonly #options: ChangeStreamOptions
  #position: Position
  /** The change that has been told and after which there is only the last event to tell. */
  #last: Change | undefined

  /**
   * @throws {EngineError} ChangeStreamHistoryLost when the history does not reach back to the start, ChangeStreamFatalError when
   *   the start is a change that is not one of this stream
   */
  constructor (store: Store, options: ChangeStreamOptions) {
    this.#store = store
    this.#options = options
    this.#position = options.start
    this.#checkHistory()
    if (options.start.kind !== 'moment') this.#startBehind(options.start)
  }

  /** With this a client goes on behind what it has been told. */
  get token (): Value {
    return resumeToken(this.#position)
  }

  /** What to wait for when there is nothing left to read. */
  get watched (): string {
    return this.#options.scope.watched
  }

  /**
   * Gives out what has happened since, for a few milliseconds at most.
   * @throws {EngineError} ChangeStreamHistoryLost when it has come too late, ChangeStreamFatalError, NoMatchingDocument
   */
  read (sink: EventSink): StreamState {
    if (this.#last !== undefined) return this.#tellLast(this.#last, sink)
    this.#checkHistory()
    const until = performance.now() + SLICE_MS
    for (const change of this.#store.read.changes(this.#position.key)) {
      if (sink.isFull || !this.#tell(change, sink)) return 'full'
      if (this.#last !== undefined) return this.#tellLast(this.#last, sink)
      // Not before: a change that takes long to read would never be told.
      if (performance.now() > until) return 'due'
    }
    this.advance()
    return 'end'
  }

  /** To be called, beside `read`, when nothing that concerns the scope has been committed since everything was read. */
  advance (): void {
    const { operationTime } = this.#store
    if (compareTicks(operationTime, timeOfKey(this.#position.key)) > 0) this.#position = after(operationTime)
  }

  /** Returns whether the event was taken, or there is none. */
  #tell (change: Change, sink: EventSink): boolean {
    const { scope } = this.#options
    const isOurs = scope.concerns(change)
    const event = isOurs && isShown(change, this.#options) ? this.#options.change(changeEvent(change, this.#store, this.#options)) : undefined
    if (event !== undefined && !sink.take(event)) return false
    this.#position = { key: change.key, kind: event === undefined ? 'moment' : 'change' }
    if (isOurs && scope.isEndedBy(change)) this.#last = change
    return true
  }

  #tellLast (change: Change, sink: EventSink): StreamState {
    const event = this.#options.change(invalidateEvent(change))
    if (event !== undefined && (sink.isFull || !sink.take(event))) return 'full'
    this.#position = { key: change.key, kind: 'invalidation' }
    return 'over'
  }

  /** Behind a change that has been told, there may still be to tell that it was the last one. */
  #startBehind ({ key, kind }: Position): void {
    const { scope } = this.#options
    const change = this.#store.read.change(key)
    if (change === undefined && this.#store.read.historyStart()?.equals(key)) throw historyLost()
    if (change === undefined || !scope.concerns(change)) {
      throw new EngineError('ChangeStreamFatalError', 'cannot resume stream; the resume token was not found.')
    }
    if (kind === 'change' && scope.isEndedBy(change)) this.#last = change
  }

  #checkHistory (): void {
    const start = this.#store.read.historyStart()
    if (start !== undefined && Buffer.compare(this.#position.key, start) < 0) throw historyLost()
  }
}

function historyLost (): EngineError {
  return new EngineError('ChangeStreamHistoryLost', 'Resume of change stream was not possible, as the resume point may no longer be in the history')
}
