import { describe } from '../../bson/describe.js'
import { isDocument, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseExpression, type Expression } from '../../expression/expression.js'
import { typeName } from '../../expression/operand.js'
import { map } from '../batches.js'
import { evaluate } from '../operation.js'
import { readOptions } from '../options.js'
import type { Stage, StageDefinition } from '../stage.js'

export const replaceRoot: StageDefinition = {
  name: '$replaceRoot',

  parse (specification, { scope }) {
    if (!isDocument(specification)) {
      throw new EngineError(40229, `expected an object as specification for $replaceRoot stage, got ${typeNames[specification.type]}`)
    }
    const { newRoot } = readOptions(specification, ['newRoot'], (name) => new EngineError(40230, `unrecognized option to $replaceRoot stage: ${name}`))
    if (newRoot === undefined) throw new EngineError(40231, 'no newRoot specified for the $replaceRoot stage')
    return replacing(parseExpression(newRoot, scope), "'newRoot' expression ")
  }
}

export const replaceWith: StageDefinition = {
  name: '$replaceWith',
  parse: (specification, { scope }) => replacing(parseExpression(specification, scope), "'replacement document' ")
}

function replacing (expression: Expression, subject: string): Stage {
  const change: Stage['change'] = (document, environment) => {
    const root = evaluate(expression, document, environment)
    if (isDocument(root)) return root
    throw notDocument(subject, root, document)
  }
  return { change, run: (input, operation) => map(input, operation, (document) => change(document, operation)) }
}

function notDocument (subject: string, root: Value | undefined, document: Value): EngineError {
  const result = root === undefined ? 'MISSING' : describe(root)
  return new EngineError(40228, `${subject}must evaluate to an object, but resulting value was: ${result}. ` +
    `Type of resulting value: '${typeName(root)}'. Input document: ${describe(document)}`)
}
