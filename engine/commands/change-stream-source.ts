import type { Value } from '../bson/value.js'
import { ChangeStream, type EventSink, type StreamState } from '../change-streams/change-stream.js'
import { EngineError } from '../errors.js'
import { pause } from '../plan/slice.js'
import type { Store } from '../storage/store.js'
import type { Batch, BatchLimits, CursorSource, Patience } from './cursors.js'
import { labelForResuming } from './error-reply.js'
import { BYTES_BESIDE, sendable } from './pipeline-source.js'
import { endOf, Waiting } from './waiting.js'

/**
 * Hands out the events of a change stream. Where there is none yet it waits for a commit that may bring one: nothing is asked
 * for again and again, and between batches it does not even wait.
 */
export class ChangeStreamSource implements CursorSource {
  readonly awaitsData = true
  readonly #store: Store
  readonly #stream: ChangeStream
  readonly #waiting = new Waiting()

  constructor (store: Store, stream: ChangeStream) {
    this.#store = store
    this.#stream = stream
  }

  async next (limits: BatchLimits, _checkInterrupt: () => void, patience: Patience): Promise<Batch> {
    const until = endOf(patience)
    const events = new EventBatch(limits)
    let state: StreamState
    while (!isReady(state = this.#stream.read(events), events)) {
      if (performance.now() >= until) break
      if (state === 'end') await this.#wait(until, patience)
      else await pause(patience.checkInterrupt)
    }
    return { documents: events.documents, isLast: state === 'over', resumeToken: this.#stream.token }
  }

  interrupt (reason: EngineError): void {
    this.#waiting.interrupt(reason)
  }

  label (error: unknown): void {
    if (error instanceof EngineError) labelForResuming(error)
  }

  /**
   * Waits for a commit that concerns the stream, or until it is time. It is called in the turn in which the stream was read
   * to its end, and when the time is up notes in that very turn how far it has come: between reading and waiting nothing
   * can be committed that is neither read nor waited for.
   */
  #wait (until: number, patience: Patience): Promise<void> {
    return this.#waiting.wait({
      until,
      patience,
      subscribe: (wake) => this.#store.watchers.wait(this.#stream.watched, wake),
      onTime: () => this.#stream.advance()
    })
  }
}

/** Whether there is something to be sent. */
function isReady (state: StreamState, { documents }: EventBatch): boolean {
  return state === 'full' || state === 'over' || (state === 'end' && documents.length > 0)
}

/** The events of one batch; it ends before a limit is exceeded, though never without an event. */
class EventBatch implements EventSink {
  readonly documents: Buffer[] = []
  readonly #limits: BatchLimits
  #bytes = 0

  constructor (limits: BatchLimits) {
    this.#limits = limits
  }

  get isFull (): boolean {
    return this.documents.length >= this.#limits.documents
  }

  take (event: Value): boolean {
    const document = sendable(event)
    this.#bytes += document.length + BYTES_BESIDE
    if (this.documents.length > 0 && this.#bytes > this.#limits.bytes) return false
    this.documents.push(document)
    return true
  }
}
