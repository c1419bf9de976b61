import { pause, type CheckInterrupt } from '../plan/slice.js'

/** For how long the stages of a pipeline may keep the event loop, in milliseconds: as a scan (plan/slice.ts). */
const SLICE_MS = 2

/** Divides the work of one pipeline into slices: whoever works in a loop asks after every document, and rests when it is time. */
export class Pace {
  #checkInterrupt: CheckInterrupt
  #until = performance.now() + SLICE_MS

  constructor (checkInterrupt: CheckInterrupt) {
    this.#checkInterrupt = checkInterrupt
  }

  get isDue (): boolean {
    return performance.now() > this.#until
  }

  /** Lets others run. @throws {EngineError} when the operation is to end */
  async rest (): Promise<void> {
    await pause(this.#checkInterrupt)
    this.#until = performance.now() + SLICE_MS
  }

  checkInterrupt (): void {
    this.#checkInterrupt()
  }

  /** Goes on in another command: that of the next batch. */
  resume (checkInterrupt: CheckInterrupt): void {
    this.#checkInterrupt = checkInterrupt
    this.#until = performance.now() + SLICE_MS
  }
}
