import type { Value } from '../bson/value.js'
import { documentContext, type Environment, type Expression, type Operand } from '../expression/expression.js'
import type { Namespace } from '../storage/namespace.js'
import type { Data } from '../storage/store.js'
import type { OnInvalid } from '../write/validation.js'
import type { Pace } from './pace.js'
import type { Step } from './stage.js'

/** What a server knows of itself, for the stages that list it. */
export interface ServerView {
  readonly currentOperations: { describe (listing: { idleConnections: boolean, idleSessions: boolean, truncateOps: boolean }): Value[] }
  readonly sessions: { describe (): Value[] }
}

/** What a name stands for: a collection, and the stages upon it if it is that of a view. */
export interface Origin {
  readonly namespace: Namespace
  readonly steps: readonly Step[]
}

/** What the stages of a running pipeline may use; the variables are those of the command's `let`, or of a `$lookup`'s. */
export interface Operation extends Environment {
  readonly data: Data
  readonly server: ServerView
  readonly originOf: (namespace: Namespace) => Origin
  readonly pace: Pace
  /** Not given where documents that are written are not to be validated. */
  readonly onInvalid: OnInvalid | undefined
}

export function evaluate (expression: Expression, document: Value, environment: Environment): Operand {
  return expression.evaluate(documentContext(document, environment))
}
