import { EngineError } from './errors.js'
import { processorTime } from './process-usage.js'

/**
 * A limit for what is done without a pause. Work that a request does without a pause keeps everybody else waiting: one event loop has one stretch at a time, and so this is
 * the state of the process. Whoever may do much for one document counts it here, so that no document, expression or
 * pattern, however it was made, keeps the event loop for longer than this: milliseconds of processor time, because a busy machine
 * is nobody's fault.
 */
const MOST_MS = 500
/** Between two looks at the clock; a step is 0.1 to 1 µs of work, such as an operator or 256 bytes that are read. */
const STEPS_PER_LOOK = 4096

let stepsLeft = STEPS_PER_LOOK
let begin: number | undefined
let lastLook = 0
let checkInterrupt: (() => void) | undefined

/** Begins a new stretch, for an operation that may be interrupted in it. */
export function beginStretch (check: () => void): void {
  begin = undefined
  checkInterrupt = check
}

/** Counts work. @throws {EngineError} when there was too much of it without a pause, or the operation is to end */
export function spend (steps: number): void {
  stepsLeft -= steps
  if (stepsLeft < 0) look()
}

/** The steps for reading a value, or others of so many bytes. */
export function stepsFor (bytes: number): number {
  return 1 + (bytes >> 8)
}

/** When a look at the clock was last needed. */
export function lastLookAt (): number {
  return lastLook
}

function look (): void {
  stepsLeft = STEPS_PER_LOOK
  lastLook = performance.now()
  checkInterrupt?.()
  const now = processorTime()
  if (begin === undefined) {
    begin = now
    setImmediate(end)
  } else if (now - begin > MOST_MS) {
    throw new EngineError('OperationFailed', `one step of the operation takes more than the ${MOST_MS} ms for which this server lets others wait`)
  }
}

/** The event loop goes on: whatever it was, it has paused. */
function end (): void {
  begin = undefined
  checkInterrupt = undefined
}
