import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { timeOfKey, type Change } from '../storage/change-row.js'
import type { Store } from '../storage/store.js'
import { compareTicks } from '../update/clock.js'
import { changeEvent, invalidateEvent, isShown, type EventOptions } from './event.js'
import { after, resumeToken, type Position } from './resume-token.js'
import type { StreamScope } from './scope.js'
import { fragmentsOf, isLarge } from './split.js'
import type { EventStages } from './stages.js'

/** For how long a stream may keep the event loop, in milliseconds. */
const SLICE_MS = 4

export interface ChangeStreamOptions extends EventOptions {
  readonly scope: StreamScope
  readonly start: Position
  readonly stages: EventStages
}

/** Where events go. */
export interface EventSink {
  readonly isFull: boolean
  /** Takes an event, or refuses it for now. */
  take (event: Value): boolean
}

/** Why a stream has stopped: nothing is left for now, it has taken long enough, the sink is full, or there will be no more. */
export type StreamState = 'end' | 'due' | 'full' | 'over'

/** How far a stream has come when it has told something, or passed over what is not to be told. */
interface Telling {
  readonly position: Position
  readonly event?: Value
}

/** Reads the history from a position on and tells what concerns its scope. */
export class ChangeStream {
  readonly #store: Store
  readonly #options: ChangeStreamOptions
  #position: Position
  /** What the change that was read last has still to tell: between reads nothing, or what the sink has refused. */
  #tellings: Telling[] = []
  /** Whether that is the last of the stream. */
  #isEnding = false

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
    if (!this.#tell(sink)) return 'full'
    if (this.#isEnding) return 'over'
    this.#checkHistory()
    const until = performance.now() + SLICE_MS
    for (const change of this.#store.read.changes(this.#position.key)) {
      if (sink.isFull) return 'full'
      this.#take(this.#tellingsOf(change), change)
      if (!this.#tell(sink)) return 'full'
      if (this.#isEnding) return 'over'
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

  /** Returns whether the sink has taken all that is to be told for now. */
  #tell (sink: EventSink): boolean {
    for (let next = this.#tellings[0]; next !== undefined; next = this.#tellings[0]) {
      const { event, position } = next
      if (event !== undefined && (sink.isFull || !sink.take(event))) return false
      this.#position = position
      this.#tellings.shift()
    }
    return true
  }

  #take (tellings: Telling[], change: Change): void {
    this.#tellings = tellings
    this.#isEnding = tellings.length > 0 && this.#isEndedBy(change)
  }

  #isEndedBy (change: Change): boolean {
    const { scope } = this.#options
    return scope.concerns(change) && scope.isEndedBy(change)
  }

  #tellingsOf (change: Change): Telling[] {
    const { key } = change
    const event = this.#eventOf(change)
    const isEnd = this.#isEndedBy(change)
    if (event === undefined && !isEnd) return [{ position: { key, kind: 'moment' } }]
    return [...this.#inPieces({ position: { key, kind: 'change' }, event }), ...isEnd ? this.#lastTellings(change) : []]
  }

  #eventOf (change: Change): Value | undefined {
    const { scope, stages } = this.#options
    return scope.concerns(change) && isShown(change, this.#options) ? stages.change(changeEvent(change, this.#store, this.#options)) : undefined
  }

  #lastTellings (change: Change): Telling[] {
    return this.#inPieces({ position: { key: change.key, kind: 'invalidation' }, event: this.#options.stages.change(invalidateEvent(change)) })
  }

  #inPieces (telling: Telling): Telling[] {
    const { event, position } = telling
    if (event === undefined || !this.#options.stages.isSplitting || !isLarge(event)) return [telling]
    const pieceOf = (fragment: number): Position => ({ ...position, fragment })
    return fragmentsOf(event, (index) => resumeToken(pieceOf(index))).map((event, index) => ({ event, position: pieceOf(index) }))
  }

  /** Behind a change that has been told, there may still be to tell other fragments of it, and that it was the last one. */
  #startBehind (start: Position): void {
    const change = this.#store.read.change(start.key)
    if (change === undefined && this.#store.read.historyStart()?.equals(start.key)) throw historyLost()
    if (change === undefined || !this.#options.scope.concerns(change)) {
      throw new EngineError('ChangeStreamFatalError', 'cannot resume stream; the resume token was not found.')
    }
    if (start.fragment !== undefined) this.#take(this.#tellingsBehind(start, start.fragment, change), change)
    else if (start.kind === 'change' && this.#isEndedBy(change)) this.#take(this.#lastTellings(change), change)
  }

  #tellingsBehind ({ kind }: Position, fragment: number, change: Change): Telling[] {
    if (!this.#options.stages.isSplitting) {
      throw new EngineError('ChangeStreamFatalError', 'To resume from a split event, the $changeStream pipeline must include a $changeStreamSplitLargeEvent stage')
    }
    const tellings = this.#tellingsOf(change)
    const at = tellings.findIndex(({ position }) => position.kind === kind && position.fragment === fragment)
    if (at < 0) {
      throw new EngineError('ChangeStreamFatalError', 'Attempted to resume from a split event, but the resumed stream produced a different split. ' +
        'Ensure that the pipeline used to resume is the same as the original')
    }
    return tellings.slice(at + 1)
  }

  #checkHistory (): void {
    const start = this.#store.read.historyStart()
    if (start !== undefined && Buffer.compare(this.#position.key, start) < 0) throw historyLost()
  }
}

function historyLost (): EngineError {
  return new EngineError('ChangeStreamHistoryLost', 'Resume of change stream was not possible, as the resume point may no longer be in the history')
}
