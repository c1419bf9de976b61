import { describe } from '../../bson/describe.js'
import { equalValues } from '../../bson/order.js'
import { stringValue } from '../../bson/scalar.js'
import { arrayElements, arrayValue, buildDocument, documentValue, fields, isArray, isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { documentContext, parseExpression, type EvaluationContext, type Expression, type Operand } from '../../expression/expression.js'
import { withNames } from '../../expression/variables.js'
import { spend, stepsFor } from '../../stretch.js'
import { flatMap } from '../batches.js'
import type { Stage, StageDefinition } from '../stage.js'

/** What the expression can give, as the values of its variables. */
const KEEP = stringValue('keep')
const PRUNE = stringValue('prune')
const DESCEND = stringValue('descend')
const decisions = new Map([['KEEP', KEEP], ['PRUNE', PRUNE], ['DESCEND', DESCEND]])

/** Keeps or leaves out documents and what is in them, as an expression says of each document at whatever level. */
export const redact: StageDefinition = {
  name: '$redact',
  notIn: ['update'],

  parse (specification, { scope }) {
    const expression = parseExpression(specification, withNames(scope, decisions.keys()))
    const select: Stage['select'] = (document, environment) => {
      const variables = new Map([...environment.variables, ...decisions])
      return redacted(document, expression, documentContext(document, { ...environment, variables }))
    }
    return {
      select,
      run: (input, operation) => flatMap(input, operation, (document) => {
        const result = select(document, operation)
        return result === undefined ? [] : [result]
      })
    }
  }
}

/** What is left of a document, `undefined` for nothing; in the expression `CURRENT` is the document, and `ROOT` the outermost. */
function redacted (document: Value, expression: Expression, context: EvaluationContext): Value | undefined {
  spend(stepsFor(document.end - document.start))
  const decision = expression.evaluate({ ...context, current: document })
  if (isDecision(decision, KEEP)) return document
  if (isDecision(decision, PRUNE)) return undefined
  if (!isDecision(decision, DESCEND)) throw noDecision(decision)
  const kept: Array<[string, Value]> = []
  for (const [name, value] of fields(document)) {
    const left = withinValue(value, expression, context)
    if (left !== undefined) kept.push([name, left])
  }
  return documentValue(buildDocument(kept))
}

/** Arrays are gone through, also those in arrays; what is no document stays. */
function withinValue (value: Value, expression: Expression, context: EvaluationContext): Value | undefined {
  if (isDocument(value)) return redacted(value, expression, context)
  return isArray(value) ? arrayValue(arrayElements(value).flatMap((element) => withinValue(element, expression, context) ?? [])) : value
}

function isDecision (result: Operand, decision: Value): boolean {
  return result !== undefined && equalValues(result, decision)
}

function noDecision (result: Operand): EngineError {
  return new EngineError(17053, "$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned " +
    (result === undefined ? 'MISSING' : describe(result)))
}
