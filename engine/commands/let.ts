import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { fields, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import { dependsOnDocument } from '../expression/dependence.js'
import { parseExpression, type Environment, type Operand } from '../expression/expression.js'
import { checkVariableName } from '../expression/variables.js'
import type { Arguments } from './arguments.js'

const NO_VARIABLES: ReadonlyMap<string, Operand> = new Map()

/** What a command gives to its expressions. */
export function readEnvironment (args: Arguments, now: Date, collation?: Collation): Environment {
  return { now, collation, variables: readLet(args.document('let'), now, collation) }
}

/** The variables that a command's `let` gives to all of its expressions. They cannot depend on documents. */
export function readLet (given: Value | undefined, now: Date, collation?: Collation): ReadonlyMap<string, Operand> {
  if (given === undefined) return NO_VARIABLES
  const variables = new Map<string, Operand>()
  for (const [name, value] of fields(given)) {
    checkVariableName(name)
    const expression = parseExpression(value)
    if (dependsOnDocument(value)) {
      throw new EngineError(4890500, 'Command let Expression tried to access a field, but this is not allowed because Command let Expressions run before the query examines any documents.')
    }
    variables.set(name, expression.evaluate({ root: EMPTY_DOCUMENT, current: EMPTY_DOCUMENT, variables, now, collation }))
  }
  return variables
}

/** The variables of one statement, whose values are given as they are. */
export function readConstants (given: Value | undefined): ReadonlyMap<string, Value> {
  const constants = new Map(given === undefined ? [] : fields(given))
  for (const name of constants.keys()) checkVariableName(name)
  return constants
}
