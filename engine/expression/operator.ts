import { arrayElements, isArray, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import { spend, stepsFor } from '../stretch.js'
import type { EvaluationContext, Expression, Operand, VariableNames } from './evaluation.js'

/** What an operator is parsed from: for `{ $abs: '$a' }` the name `$abs` and the operand `'$a'`. */
export interface Operation {
  readonly name: string
  readonly operand: Value
  /** The variables that may be used. */
  readonly scope: VariableNames
  /** Parses an expression inside this one, with the same variables unless others are given. */
  parse (expression: Value, scope?: VariableNames): Expression
}

/** Parses one operator, or throws as MongoDB does. */
export type ParseOperator = (operation: Operation) => Expression

/** One family of operators by their names. */
export type Operators = Readonly<Record<string, ParseOperator>>

/** What an operator makes of its operands; the name is for its error messages, the collation for its comparisons. */
export type Evaluate = (operands: readonly Operand[], name: string, collation: Collation | undefined) => Operand

/** An operator of as many operands as are given. */
export function variadic (evaluate: Evaluate): ParseOperator {
  return (operation) => applied(operation.name, parseOperands(operation), evaluate)
}

export function unary (evaluate: (operand: Operand, name: string) => Operand): ParseOperator {
  return exactly(1, ([operand], name) => evaluate(operand, name))
}

export function binary (evaluate: (left: Operand, right: Operand, name: string, collation: Collation | undefined) => Operand): ParseOperator {
  return exactly(2, ([left, right], name, collation) => evaluate(left, right, name, collation))
}

/** @throws {EngineError} 16020 when parsed with another number of operands */
export function exactly (count: number, evaluate: Evaluate): ParseOperator {
  return (operation) => {
    const operands = parseOperands(operation)
    checkCount(operation.name, operands, count)
    return applied(operation.name, operands, evaluate)
  }
}

/** @throws {EngineError} 28667 when parsed with fewer or more operands */
export function between (least: number, most: number, evaluate: Evaluate): ParseOperator {
  return (operation) => {
    const operands = parseOperands(operation)
    if (operands.length < least || operands.length > most) {
      throw new EngineError(28667, `Expression ${operation.name} takes at least ${least} arguments, and at most ${most}, but ${operands.length} were passed in.`)
    }
    return applied(operation.name, operands, evaluate)
  }
}

/** An operator that decides itself which of its operands are evaluated. */
export function lazy (evaluate: (operands: readonly Expression[], context: EvaluationContext) => Operand, check?: (operands: readonly Expression[], name: string) => void): ParseOperator {
  return (operation) => {
    const operands = parseOperands(operation)
    check?.(operands, operation.name)
    return { isConstant: operands.every(({ isConstant }) => isConstant), evaluate: (context) => evaluate(operands, context) }
  }
}

/** @throws {EngineError} 16020 */
export function checkCount (name: string, operands: readonly Expression[], count: number): void {
  if (operands.length === count) return
  throw new EngineError(16020, `Expression ${name} takes exactly ${count} arguments. ${operands.length} were passed in.`)
}

/** The operands of an array, or the one that stands for itself. */
export function parseOperands ({ operand, parse }: Operation): Expression[] {
  return isArray(operand) ? arrayElements(operand).map((element) => parse(element)) : [parse(operand)]
}

function applied (name: string, operands: readonly Expression[], evaluate: Evaluate): Expression {
  return {
    isConstant: operands.every(({ isConstant }) => isConstant),
    evaluate: (context) => evaluate(operands.map((operand) => counted(operand.evaluate(context))), name, context.collation)
  }
}

/** Operators read what they are given: that is what many of them, one in the other, can take long for. */
function counted (operand: Operand): Operand {
  spend(operand === undefined ? 1 : stepsFor(operand.end - operand.start))
  return operand
}
