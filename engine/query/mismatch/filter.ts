import { isTruthy } from '../../bson/number.js'
import { arrayElements, BsonType, buildDocument, documentValue, fields, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { documentContext, parseExpression, type Environment } from '../../expression/expression.js'
import { parseFilter } from '../filter.js'
import { isOperatorDocument } from '../filter/expression-document.js'
import { parseSchema } from '../schema/parse.js'
import type { Explanation } from '../schema/rule.js'
import { allOf, listClause, notClause, plainClause, type Clause } from './clause.js'
import { existsClause, operatorClause } from './operator.js'

/**
 * Makes a function that says why a document does not match a filter, as MongoDB does in the `errInfo` of a failed
 * validation.
 */
export function mismatchExplainer (filter: Value, environment: Environment): (document: Value) => Explanation {
  const clause = filterClause(filter, environment)
  return (document) => clause.explain(document, false)
}

function filterClause (filter: Value, environment: Environment): Clause {
  return allOf([...fields(filter)].flatMap(([name, operand]): Clause[] => {
    if (name === '$comment') return []
    return name.startsWith('$') ? [topLevelClause(name, operand, environment)] : fieldClauses(name, operand, environment.collation)
  }))
}

function topLevelClause (name: string, operand: Value, environment: Environment): Clause {
  if (name === '$jsonSchema') return schemaClause(operand)
  const specifiedAs = wrapped(name, operand)
  const { matches } = parseFilter(specifiedAs, environment)
  const filters = (): Clause[] => arrayElements(operand).map((filter) => filterClause(filter, environment))
  switch (name) {
    case '$and':
    case '$or': return listClause(name, filters(), matches)
    case '$nor': return listClause(name, filters(), matches, true)
    case '$expr': return expressionClause(operand, specifiedAs, environment)
    default: return plainClause({ operatorName: name, specifiedAs }, matches, 'expression always evaluates to false', 'expression always evaluates to true')
  }
}

function expressionClause (operand: Value, specifiedAs: Value, environment: Environment): Clause {
  const { evaluate } = parseExpression(operand)
  const members = { operatorName: '$expr', specifiedAs }
  return {
    matches (document) {
      const value = evaluate(documentContext(document, environment))
      return value !== undefined && isTruthy(value)
    },
    explain (document, isInverted) {
      try {
        const expressionResult = evaluate(documentContext(document, environment))
        return { ...members, reason: isInverted ? 'expression did match' : 'expression did not match', expressionResult }
      } catch (error) {
        if (!(error instanceof EngineError)) throw error
        const { code, codeName, message } = error
        return { ...members, reason: 'failed to evaluate aggregation expression', details: { code, codeName, errmsg: message } }
      }
    }
  }
}

function schemaClause (operand: Value): Clause {
  const schema = parseSchema(operand)
  const operatorName = '$jsonSchema'
  return {
    matches: schema.accepts,
    explain: (document, isInverted) => isInverted
      ? { operatorName, reason: 'schema matched' }
      : { operatorName, ...schema.annotations, schemaRulesNotSatisfied: schema.explain(document) }
  }
}

/** The clauses of what stands behind a field's name: its operators, or one for a plain value. */
function fieldClauses (path: string, operand: Value, collation: Collation | undefined): Clause[] {
  if (!isOperatorDocument(operand)) return [plainValueClause(path, operand, collation)]
  return [...fields(operand)].flatMap(([name, argument]): Clause[] => name === '$options' ? [] : [fieldClause(path, name, argument, operand, collation)])
}

function plainValueClause (path: string, operand: Value, collation: Collation | undefined): Clause {
  const specifiedAs = wrapped(path, operand)
  return operatorClause(operand.type === BsonType.regex ? '$regex' : '$eq', path, specifiedAs, parseFilter(specifiedAs, undefined, collation).matches)
}

function fieldClause (path: string, name: string, argument: Value, siblings: Value, collation: Collation | undefined): Clause {
  if (name === '$not') return notClause(argument.type === BsonType.regex ? plainValueClause(path, argument, collation) : allOf(fieldClauses(path, argument, collation)))
  if (name === '$regex') return operatorClause(name, path, wrapped(path, siblings), parseFilter(wrapped(path, withOptions(siblings))).matches)
  const specifiedAs = wrapped(path, wrapped(name, argument))
  const { matches } = parseFilter(specifiedAs, undefined, collation)
  return name === '$exists' ? existsClause(argument, specifiedAs, matches) : operatorClause(name, path, specifiedAs, matches)
}

/** A `$regex` can only be understood with its `$options`. */
function withOptions (siblings: Value): Value {
  return documentValue(buildDocument([...fields(siblings)].filter(([name]) => name === '$regex' || name === '$options')))
}

function wrapped (name: string, value: Value): Value {
  return documentValue(buildDocument([[name, value]]))
}
