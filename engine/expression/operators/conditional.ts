import { arrayElements, BsonType, isArray, isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Expression } from '../evaluation.js'
import { optional, readMembers, required } from '../members.js'
import { isNullish, isTrue, typeName } from '../operand.js'
import { checkCount, lazy, parseOperands, type Operation, type Operators } from '../operator.js'

export const conditionalOperators: Operators = {
  $cond: parseCond,
  $ifNull: lazy(
    (operands, context) => {
      let value
      for (const operand of operands) {
        value = operand.evaluate(context)
        if (!isNullish(value)) break
      }
      return value
    },
    ({ length }) => {
      if (length < 2) throw new EngineError(1257300, `$ifNull needs at least two arguments, had: ${length}`)
    }
  ),
  $switch: parseSwitch
}

function parseCond (operation: Operation): Expression {
  const [condition, then, otherwise] = isDocument(operation.operand) ? condMembers(operation) : condOperands(operation)
  return {
    isConstant: [condition, then, otherwise].every(({ isConstant }) => isConstant),
    evaluate: (context) => (isTrue(condition.evaluate(context)) ? then : otherwise).evaluate(context)
  }
}

function condOperands (operation: Operation): Expression[] {
  const operands = parseOperands(operation)
  checkCount(operation.name, operands, 3)
  return operands
}

function condMembers ({ operand, parse }: Operation): Expression[] {
  const members = readMembers(operand, ['if', 'then', 'else'], (name) => new EngineError(17083, `Unrecognized parameter to $cond: ${name}`))
  return [
    parse(required(members, 'if', 17080, "Missing 'if' parameter to $cond")),
    parse(required(members, 'then', 17081, "Missing 'then' parameter to $cond")),
    parse(required(members, 'else', 17082, "Missing 'else' parameter to $cond"))
  ]
}

function parseSwitch ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(40060, `$switch requires an object as an argument, found: ${typeName(operand)}`)
  const members = readMembers(operand, ['branches', 'default'], (name) => new EngineError(40067, `$switch found an unknown argument: ${name}`))
  const branches = parseBranches(members.get('branches'), parse)
  const otherwise = optional(members, 'default', parse)
  if (branches.length === 0) throw new EngineError(40068, '$switch requires at least one branch.')
  return {
    isConstant: [...branches.flat(), ...(otherwise === undefined ? [] : [otherwise])].every(({ isConstant }) => isConstant),
    evaluate: (context) => {
      const chosen = branches.find(([condition]) => isTrue(condition.evaluate(context)))?.[1] ?? otherwise
      if (chosen === undefined) throw new EngineError(40066, '$switch could not find a matching branch for an input, and no default was specified.')
      return chosen.evaluate(context)
    }
  }
}

function parseBranches (branches: Value | undefined, parse: Operation['parse']): Array<[condition: Expression, then: Expression]> {
  if (branches === undefined) return []
  if (!isArray(branches)) throw new EngineError(40061, `$switch expected an array for 'branches', found: ${typeName(branches)}`)
  return arrayElements(branches).map((branch) => {
    if (branch.type !== BsonType.document) throw new EngineError(40062, `$switch expected each branch to be an object, found: ${typeName(branch)}`)
    const members = readMembers(branch, ['case', 'then'], (name) => new EngineError(40063, `$switch found an unknown argument to a branch: ${name}`))
    return [
      parse(required(members, 'case', 40064, "$switch requires each branch have a 'case' expression")),
      parse(required(members, 'then', 40065, "$switch requires each branch have a 'then' expression."))
    ]
  })
}
