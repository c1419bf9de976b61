import { buildDocument, BsonType, documentValue, fields, isArray, isDocument, stringOf, typeNames, type Value } from '../bson/value.js'
import { describe } from '../bson/describe.js'
import { EngineError } from '../errors.js'
import { parseExpression, type Environment, type Operand } from '../expression/expression.js'
import { checkVariableName } from '../expression/variables.js'
import { evaluate } from './operation.js'
import type { Parsing } from './stage.js'

/** What becomes of a document in the target of `$merge` when there is a new one for it. */
export type WhenMatched = 'fail' | Merging
export type Merging = (existing: Value, given: Value, environment: Environment) => Value

const notMatchedModes = ['insert', 'discard', 'fail'] as const
export type WhenNotMatched = typeof notMatchedModes[number]

export interface MergeModes { readonly whenMatched: WhenMatched, readonly whenNotMatched: WhenNotMatched }

const matchedModes: ReadonlyMap<string, WhenMatched> = new Map<string, WhenMatched>([
  ['replace', (_existing, given) => given],
  ['keepExisting', (existing) => existing],
  ['merge', (existing, given) => documentValue(buildDocument(new Map([...fields(existing), ...fields(given)])))],
  ['fail', 'fail']
])

/** @throws {EngineError} for a mode or a combination of modes that there is not */
export function readModes (options: Partial<Record<'whenMatched' | 'whenNotMatched' | 'let', Value>>, parsing: Parsing): MergeModes {
  const { whenMatched: matched, let: variables } = options
  const whenNotMatched = options.whenNotMatched === undefined ? 'insert' : readMode('whenNotMatched', options.whenNotMatched, notMatchedModes)
  if (isArray(matched)) return { whenMatched: parseMerging(matched, variables, parsing), whenNotMatched }
  if (variables !== undefined) throw new EngineError(51199, "Cannot use 'let' variables with 'whenMatched' mode other than a pipeline")
  const name = matched === undefined ? 'merge' : readMode('whenMatched', matched, [...matchedModes.keys()])
  if ((name === 'keepExisting' || name === 'fail') && whenNotMatched !== 'insert') {
    throw new EngineError(51181, `Combination of $merge modes 'whenMatched: ${name}' and 'whenNotMatched: ${whenNotMatched}' is not supported`)
  }
  return { whenMatched: matchedModes.get(name)!, whenNotMatched }
}

function readMode<Mode extends string> (option: string, value: Value, modes: readonly Mode[]): Mode {
  if (value.type !== BsonType.string) {
    throw new EngineError('TypeMismatch', `BSON field '$merge.${option}' is the wrong type '${typeNames[value.type]}', expected type 'string'`)
  }
  const given = stringOf(value)
  const mode = modes.find((mode) => mode === given)
  if (mode === undefined) throw new EngineError('BadValue', `Enumeration value '${given}' for field '$merge.${option}' is not a valid value.`)
  return mode
}

/** A pipeline upon the existing document, in which `$$new` is the given one. */
function parseMerging (pipeline: Value, given: Value | undefined, { scope, parsePipeline }: Parsing): Merging {
  const variables = given === undefined ? [] : readVariables(given)
  const expressions = variables.map(([name, value]) => ({ name, expression: parseExpression(value, scope) }))
  const steps = parsePipeline(pipeline, 'update', new Set([...scope, 'new', ...variables.map(([name]) => name)]))
  return (existing, document, environment) => {
    const values = expressions.map(({ name, expression }): [string, Operand] => [name, evaluate(expression, document, environment)])
    const inner = { ...environment, variables: new Map<string, Operand>([...environment.variables, ...values, ['new', document]]) }
    return steps.reduce((result, step) => step.change!(result, inner), existing)
  }
}

function readVariables (given: Value): Array<[string, Value]> {
  if (!isDocument(given)) {
    throw new EngineError('TypeMismatch', `BSON field '$merge.let' is the wrong type '${typeNames[given.type]}', expected type 'object'`)
  }
  const variables = [...fields(given)]
  for (const [name, value] of variables) {
    checkVariableName(name)
    if (name === 'new' && describe(value) !== '"$$ROOT"') {
      throw new EngineError(51273, "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'")
    }
  }
  return variables
}
