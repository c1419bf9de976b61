import type { Batches } from '../aggregate/batches.js'
import type { Pace } from '../aggregate/pace.js'
import { payload, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { CheckInterrupt } from '../plan/slice.js'
import { MAX_COMMAND_BYTES } from '../wire/limits.js'
import type { Batch, BatchLimits, CursorSource } from './cursors.js'

/** At most so many bytes does an element of the reply's array take besides its document: a type and an index. */
export const BYTES_BESIDE = 10

/** Hands out the output of a pipeline, which runs only as far as it is asked for. */
export class PipelineSource implements CursorSource {
  readonly #output: AsyncIterator<readonly Value[]>
  readonly #pace: Pace
  /** What the pipeline has put out last, and how much of it has been handed out. */
  #ready: readonly Value[] = []
  #at = 0

  constructor (output: Batches, pace: Pace) {
    this.#output = output[Symbol.asyncIterator]()
    this.#pace = pace
  }

  async next (limits: BatchLimits, checkInterrupt: CheckInterrupt): Promise<Batch> {
    this.#pace.resume(checkInterrupt)
    const documents: Buffer[] = []
    let bytes = 0
    while (documents.length < limits.documents) {
      if (this.#at === this.#ready.length && !await this.#readOn()) return { documents, isLast: true }
      const document = sendable(this.#ready[this.#at])
      bytes += document.length + BYTES_BESIDE
      if (documents.length > 0 && bytes > limits.bytes) break
      documents.push(document)
      this.#at++
    }
    return { documents, isLast: false }
  }

  /** Returns `false` at the end. */
  async #readOn (): Promise<boolean> {
    do {
      const { value, done } = await this.#output.next()
      if (done === true) return false
      this.#ready = value
      this.#at = 0
    } while (this.#ready.length === 0)
    return true
  }
}

/** Stages may make documents larger than what a reply can hold; their bytes are the client's from here. */
export function sendable (document: Value): Buffer {
  const bytes = payload(document)
  if (bytes.length > MAX_COMMAND_BYTES) {
    throw new EngineError('BSONObjectTooLarge', `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_COMMAND_BYTES}`)
  }
  return bytes
}
