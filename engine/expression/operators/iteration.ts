import { isNumber, wholeNumber } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { arrayElements, fields, isArray, isDocument, stringOf, type Value } from '../../bson/value.js'
import { describe } from '../../bson/describe.js'
import { EngineError } from '../../errors.js'
import { spend, stepsFor } from '../../stretch.js'
import { arrayOf } from '../construct.js'
import { innerContext, type Expression, type Operand } from '../evaluation.js'
import { checkNesting } from '../limits.js'
import { optional, readMembers, required } from '../members.js'
import { isNullish, isTrue, typeName } from '../operand.js'
import type { Operation, Operators } from '../operator.js'
import { checkVariableName, withNames } from '../variables.js'

/** What binds variables: for each element of an array, or once. */
export const iterationOperators: Operators = {
  $filter: parseFilter,
  $let: parseLet,
  $map: parseMap,
  $reduce: parseReduce
}

function parseFilter ({ operand, scope, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(28646, '$filter only supports an object as its argument')
  const members = readMembers(operand, ['input', 'as', 'cond', 'limit'], (name) => new EngineError(28647, `Unrecognized parameter to $filter: ${name}`))
  const input = parse(required(members, 'input', 28648, "Missing 'input' parameter to $filter"))
  const name = readVariable(members.get('as'))
  const condition = parse(required(members, 'cond', 28650, "Missing 'cond' parameter to $filter"), withNames(scope, [name]))
  const limit = optional(members, 'limit', parse)
  return {
    isConstant: input.isConstant && condition.isConstant && (limit?.isConstant ?? true),
    evaluate (context) {
      const array = input.evaluate(context)
      if (isNullish(array)) return NULL
      if (!isArray(array)) throw new EngineError(28651, `input to $filter must be an array not ${typeName(array)}`)
      const most = limit === undefined ? Infinity : readLimit(limit.evaluate(context))
      const inner = innerContext(context)
      const kept: Value[] = []
      for (const element of arrayElements(array)) {
        spend(1)
        inner.bind(name, element)
        if (isTrue(condition.evaluate(inner.context)) && kept.push(element) >= most) break
      }
      return arrayOf(kept)
    }
  }
}

function readLimit (limit: Operand): number {
  if (isNullish(limit)) return Infinity
  const number = isNumber(limit) ? wholeNumber(limit) : undefined
  if (number === undefined) {
    throw new EngineError(327391, `$filter: limit must be represented as a 32-bit integral value: ${describe(limit)}`)
  }
  if (number < 1n) throw new EngineError(327392, `$filter: limit must be greater than 0: ${number}`)
  return Number(number)
}

function parseMap ({ operand, scope, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(16878, '$map only supports an object as its argument')
  const members = readMembers(operand, ['input', 'as', 'in'], (name) => new EngineError(16879, `Unrecognized parameter to $map: ${name}`))
  const input = parse(required(members, 'input', 16880, "Missing 'input' parameter to $map"))
  const name = readVariable(members.get('as'))
  const each = parse(required(members, 'in', 16882, "Missing 'in' parameter to $map"), withNames(scope, [name]))
  return {
    isConstant: input.isConstant && each.isConstant,
    evaluate (context) {
      const array = input.evaluate(context)
      if (isNullish(array)) return NULL
      if (!isArray(array)) throw new EngineError(16883, `input to $map must be an array not ${typeName(array)}`)
      const inner = innerContext(context)
      return arrayOf(arrayElements(array).map((element) => {
        spend(1)
        inner.bind(name, element)
        return each.evaluate(inner.context)
      }))
    }
  }
}

/** `this` unless a name is given. */
function readVariable (as: Value | undefined): string {
  if (as === undefined) return 'this'
  const name = typeName(as) === 'string' ? stringOf(as) : ''
  checkVariableName(name)
  return name
}

function parseReduce ({ operand, scope, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(40075, `$reduce requires an object as an argument, found: ${typeName(operand)}`)
  const members = readMembers(operand, ['input', 'initialValue', 'in'], (name) => new EngineError(40076, `$reduce found an unknown argument: ${name}`))
  const input = parse(required(members, 'input', 40077, "$reduce requires 'input' to be specified"))
  const initial = parse(required(members, 'initialValue', 40078, "$reduce requires 'initialValue' to be specified"))
  const each = parse(required(members, 'in', 40079, "$reduce requires 'in' to be specified"), withNames(scope, ['this', 'value']))
  return {
    isConstant: input.isConstant && initial.isConstant && each.isConstant,
    evaluate (context) {
      const array = input.evaluate(context)
      if (isNullish(array)) return NULL
      if (!isArray(array)) throw new EngineError(40080, `$reduce requires that 'input' be an array, found: ${typeName(array)}`)
      const inner = innerContext(context)
      let value = initial.evaluate(context)
      for (const element of arrayElements(array)) {
        spend(value === undefined ? 1 : stepsFor(value.end - value.start))
        inner.bind('this', element)
        inner.bind('value', value)
        value = each.evaluate(inner.context)
        if (value !== undefined) checkNesting(value)
      }
      return value
    }
  }
}

/** The variables do not see each other, only those around. */
function parseLet ({ operand, scope, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(16874, '$let only supports an object as its argument')
  const members = readMembers(operand, ['vars', 'in'], (name) => new EngineError(16875, `Unrecognized parameter to $let: ${name}`))
  const vars = required(members, 'vars', 16876, "Missing 'vars' parameter to $let")
  const body = required(members, 'in', 16877, "Missing 'in' parameter to $let")
  if (!isDocument(vars)) throw new EngineError('TypeMismatch', 'invalid parameter: expected an object (vars)')
  const bound = [...fields(vars)].map(([name, value]): [string, Expression] => {
    checkVariableName(name)
    return [name, parse(value)]
  })
  const result = parse(body, withNames(scope, bound.map(([name]) => name).filter((name) => name !== 'CURRENT')))
  return {
    isConstant: result.isConstant && bound.every(([, { isConstant }]) => isConstant),
    evaluate (context) {
      const inner = innerContext(context)
      for (const [name, value] of bound) inner.bind(name, value.evaluate(context))
      return result.evaluate(inner.context)
    }
  }
}
