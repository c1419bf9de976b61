import { payload, type Value } from '../bson/value.js'
import { EngineError, type ErrorCode } from '../errors.js'

/** How many bytes a stage may hold, as on MongoDB; there, `allowDiskUse` lets it go on in files. */
const MAX_BYTES = 100 * 1024 * 1024

/** What a value that is kept costs beside its bytes, roughly. */
const OVERHEAD = 100

/** Counts the bytes that one stage keeps. */
export class MemoryLimit {
  readonly #stage: string
  readonly #code: ErrorCode | number
  #bytes = 0

  constructor (stage: string, code: ErrorCode | number = 'QueryExceededMemoryLimitNoDiskUseAllowed') {
    this.#stage = stage
    this.#code = code
  }

  /** @throws {EngineError} with the stage's code */
  charge (bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > MAX_BYTES) {
      throw new EngineError(this.#code,
        `Exceeded memory limit of ${MAX_BYTES} bytes for ${this.#stage}; this engine does not go on in files`)
    }
  }

  /** A copy of a value, so that a small one does not hold the large document that it was found in. */
  keep (value: Value): Value {
    this.charge(costOf(value))
    const bytes = Buffer.from(payload(value))
    return { type: value.type, bytes, start: 0, end: bytes.length }
  }

  /** Takes account of a value that is kept no longer. */
  release (value: Value): void {
    this.#bytes -= costOf(value)
  }
}

function costOf ({ start, end }: Value): number {
  return end - start + OVERHEAD
}
