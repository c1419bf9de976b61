import type { Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'

/** What an expression has or gives: a value, or `undefined` for a missing one, which is not the same as null. */
export type Operand = Value | undefined

/** The names of the variables that an expression may use beside those of the system. */
export type VariableNames = ReadonlySet<string>

/** A parsed expression. */
export interface Expression {
  evaluate (context: EvaluationContext): Operand
  /** Whether it gives the same for every document. */
  readonly isConstant: boolean
}

/** What an expression is evaluated upon. */
export interface EvaluationContext {
  /** `$$ROOT`: the whole document. */
  readonly root: Value
  /** `$$CURRENT`: what a path such as `$a.b` starts from; the root unless `$let` says otherwise. */
  readonly current: Operand
  /** The variables of the operation and of the expressions around, by their names without dollar signs. */
  readonly variables: ReadonlyMap<string, Operand>
  /** `$$NOW`: the same for all documents of an operation. */
  readonly now: Date
  /** By which strings are compared. */
  readonly collation?: Collation
}

/** What an operation gives to all of its expressions. */
export type Environment = Pick<EvaluationContext, 'now' | 'variables' | 'collation'>

/** The context of a whole document. */
export function documentContext (document: Value, { now, variables, collation }: Environment): EvaluationContext {
  return { root: document, current: document, variables, now, collation }
}

/** The context of an expression inside another one, which may bind variables one after the other. */
export function innerContext (context: EvaluationContext): { context: EvaluationContext, bind: (name: string, value: Operand) => void } {
  const variables = new Map(context.variables)
  const inner = { ...context, variables }
  return {
    context: inner,
    bind: (name, value) => {
      if (name === 'CURRENT') inner.current = value
      else variables.set(name, value)
    }
  }
}
