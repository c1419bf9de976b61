import { setImmediate } from 'node:timers/promises'
import { beginStretch, lastLookAt } from '../stretch.js'

/**
 * For how long one operation may keep the event loop, in milliseconds. A short read that meets a slice of a scan and a chunk of an
 * index build (3 ms) still waits for less than 10; taking up a scan again costs about 1 % of a slice.
 */
const SLICE_MS = 2
/** How much is done between two looks at the clock: documents, and as much more for each 16 KiB of one. */
const EFFORT_PER_LOOK = 16
const EFFORT_BITS = 14

/** Throws when the operation has been killed or has used up its time (`maxTimeMS`). */
export type CheckInterrupt = () => void

/** A stretch of work without a pause. */
export class Slice {
  readonly #until = performance.now() + SLICE_MS
  #effort = 0

  /** Counts what was done to a document; returns whether it is time to let others run. */
  spend (document: Buffer | undefined): boolean {
    this.#effort += 1 + ((document?.length ?? 0) >> EFFORT_BITS)
    if (lastLookAt() > this.#until) return true
    if (this.#effort < EFFORT_PER_LOOK) return false
    this.#effort = 0
    return performance.now() > this.#until
  }
}

/** Lets others run; afterwards a new slice begins. @throws whatever ends the operation */
export async function pause (checkInterrupt: CheckInterrupt): Promise<Slice> {
  checkInterrupt()
  await setImmediate()
  beginStretch(checkInterrupt)
  return new Slice()
}
