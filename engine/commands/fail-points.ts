import type { Value } from '../bson/value.js'
import type { ErrorRole } from './error-reply.js'

/** A command that is about to be run, as far as it matters to fail points. */
export interface Occasion {
  readonly command: string
  /** What the client calls itself. */
  readonly appName: string | undefined
  readonly role: ErrorRole | undefined
  /** Of a retryable write its session and number, by which it is known again when it is sent again. */
  readonly retryableWrite: string | undefined
  readonly hasTimeLimit: boolean
  /** Whether it is a getMore that has found its cursor. */
  readonly isCheckout: boolean
}

/** When a fail point fires: of the commands that it is for, `skip` go by, then `times` fail. */
export interface FailMode { skip: number, times: number, readonly probability: number }

/** What happens to a command that meets a fail point. */
export interface Failure {
  concerns (occasion: Occasion): boolean
  /** Milliseconds to wait first. */
  readonly delay: number
  /** Whether the connection is closed in place of the work, or of its reply. */
  readonly closesConnection: 'before' | 'after' | undefined
  readonly errorCode: number | undefined
  /** In place of the labels that the error would have. */
  readonly errorLabels: readonly string[] | undefined
  /** Reported beside the result of a command that has been run. */
  readonly writeConcernError: { readonly code: number, readonly document: Value } | undefined
}

/** Failures on demand, by which the tests of a driver find out how it copes with them: mongod's `failCommand` and its kin. */
export class FailPoints {
  readonly #points = new Map<string, { readonly mode: FailMode, readonly failure: Failure }>()

  set (name: string, mode: FailMode, failure: Failure): void {
    this.#points.set(name, { mode, failure })
  }

  remove (name: string): void {
    this.#points.delete(name)
  }

  /** The failure that a command meets, if it meets one: that counts as one of its times. */
  take (occasion: Occasion): Failure | undefined {
    return [...this.#points.values()].find(({ failure, mode }) => failure.concerns(occasion) && fires(mode))?.failure
  }
}

function fires (mode: FailMode): boolean {
  if (mode.skip > 0) {
    mode.skip--
    return false
  }
  if (mode.times === 0 || Math.random() >= mode.probability) return false
  mode.times--
  return true
}
