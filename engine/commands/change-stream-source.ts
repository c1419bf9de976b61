import type { Value } from '../bson/value.js'
import { ChangeStream, type EventSink, type StreamState } from '../change-streams/change-stream.js'
import { EngineError } from '../errors.js'
import { pause } from '../plan/slice.js'
import type { Store } from '../storage/store.js'
import type { Batch, BatchLimits, CursorSource, Patience } from './cursors.js'
import { labelForResuming } from './error-reply.js'
import { BYTES_BESIDE, sendable } from './pipeline-source.js'

/** As long as a timer can be. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

/**
 * Hands out the events of a change stream. Where there is none yet it waits for a commit that may bring one: nothing is asked
 * for again and again, and between batches it does not even wait.
 */
export class ChangeStreamSource implements CursorSource {
  readonly #store: Store
  readonly #stream: ChangeStream
  #interrupt: ((reason: EngineError) => void) | undefined

  constructor (store: Store, stream: ChangeStream) {
    this.#store = store
    this.#stream = stream
  }

  async next (limits: BatchLimits, _checkInterrupt: () => void, patience: Patience): Promise<Batch> {
    const until = performance.now() + Math.min(patience.milliseconds, LONGEST_WAIT_MS)
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
    this.#interrupt?.(reason)
  }

  label (error: unknown): void {
    if (error instanceof EngineError) labelForResuming(error)
  }

  /**
   * Waits for a commit that concerns the stream, or until it is time. It is called in the turn in which the stream was read
   * to its end, and when the time is up notes in that very turn how far it has come: between reading and waiting nothing
   * can be committed that is neither read nor waited for.
   */
  #wait (until: number, { interruptions, checkInterrupt }: Patience): Promise<void> {
    checkInterrupt()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#stream.advance()
        end()
      }, Math.max(until - performance.now(), 0))
      const stopWatching = this.#store.watchers.wait(this.#stream.watched, () => end())
      const onInterruption = (): void => end()
      for (const signal of interruptions) signal.addEventListener('abort', onInterruption)
      const end = (reason?: EngineError): void => {
        clearTimeout(timer)
        stopWatching()
        for (const signal of interruptions) signal.removeEventListener('abort', onInterruption)
        this.#interrupt = undefined
        if (reason === undefined) resolve()
        else reject(reason)
      }
      this.#interrupt = end
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
