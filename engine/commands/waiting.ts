import type { EngineError } from '../errors.js'
import type { Patience } from './cursors.js'

/** As long as a timer can be. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

/** When the patience of somebody who has just asked ends. */
export function endOf ({ milliseconds }: Patience): number {
  return performance.now() + Math.min(milliseconds, LONGEST_WAIT_MS)
}

export interface Wait {
  /** When it ends at the latest, by `performance.now()`. */
  readonly until: number
  readonly patience: Patience
  /** Asks for a call of `wake` when there may be something new; returns what takes that back. */
  readonly subscribe: (wake: () => void) => () => void
  /** Called in the turn in which the time is up. */
  readonly onTime?: () => void
}

/** The wait of one cursor, of which there is never more than one. */
export class Waiting {
  #end: ((reason: EngineError) => void) | undefined

  /** Ends the wait by an error. */
  interrupt (reason: EngineError): void {
    this.#end?.(reason)
  }

  /** Resolves when somebody wakes it, when it is time, and when nobody waits any longer: whoever waits looks which it was. */
  wait ({ until, patience, subscribe, onTime = () => {} }: Wait): Promise<void> {
    patience.checkInterrupt()
    const signals = patience.interruptions()
    const endWait = patience.beginWait()
    return new Promise((resolve, reject) => {
      const end = (reason?: EngineError): void => {
        clearTimeout(timer)
        unsubscribe()
        for (const signal of signals) signal.removeEventListener('abort', wake)
        this.#end = undefined
        endWait()
        if (reason === undefined) resolve()
        else reject(reason)
      }
      const wake = (): void => end()
      const timer = setTimeout(() => {
        onTime()
        end()
      }, Math.max(until - performance.now(), 0))
      const unsubscribe = subscribe(wake)
      for (const signal of signals) signal.addEventListener('abort', wake)
      this.#end = end
    })
  }
}
