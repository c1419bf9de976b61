import type { Expression, Operand } from './evaluation.js'

/** An expression that is a value. */
export function constant (value: Operand): Expression {
  return { isConstant: true, evaluate: () => value }
}
