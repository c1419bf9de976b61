import { dateValue } from '../bson/scalar.js'
import { EngineError } from '../errors.js'
import type { Expression, VariableNames } from './evaluation.js'

/** The variables that every expression has. */
const systemVariables: ReadonlyMap<string, Expression> = new Map<string, Expression>([
  ['ROOT', { isConstant: false, evaluate: ({ root }) => root }],
  ['CURRENT', { isConstant: false, evaluate: ({ current }) => current }],
  ['NOW', { isConstant: true, evaluate: ({ now }) => dateValue(BigInt(now.getTime())) }],
  ['REMOVE', { isConstant: true, evaluate: () => undefined }]
])

const unsupported: ReadonlySet<string> = new Set(['CLUSTER_TIME', 'IS_MR', 'JS_SCOPE', 'SEARCH_META', 'USER_ROLES'])

/** @throws {EngineError} 17276 for a variable that nobody has set, NotImplemented for one of MongoDB's that is not here */
export function variableNamed (name: string, scope: VariableNames): Expression {
  if (name === '') throw new EngineError('FailedToParse', 'empty variable names are not allowed')
  if (scope.has(name)) return { isConstant: false, evaluate: ({ variables }) => variables.get(name) }
  const found = systemVariables.get(name)
  if (found !== undefined) return found
  checkCharacters(name)
  if (unsupported.has(name)) throw new EngineError('NotImplemented', `the variable $$${name} is not supported by this server`)
  throw new EngineError(17276, `Use of undefined variable: ${name}`)
}

/** The variables of an outer expression and more. */
export function withNames (scope: VariableNames, names: Iterable<string>): VariableNames {
  return new Set([...scope, ...names])
}

/**
 * Checks a name that a client gives to a variable; of the system's, only CURRENT can be given anew.
 * @throws {EngineError} FailedToParse
 */
export function checkVariableName (name: string): void {
  if (name === 'CURRENT') return
  if (name === '') throw new EngineError('FailedToParse', 'empty variable names are not allowed')
  if (!/^[a-z\u0080-\u{10ffff}]/u.test(name)) {
    throw new EngineError('FailedToParse', `'${name}' starts with an invalid character for a user variable name`)
  }
  checkCharacters(name)
}

function checkCharacters (name: string): void {
  const invalid = /[^\w\u0080-\u{10ffff}]/u.exec(name)
  if (invalid !== null) throw new EngineError('FailedToParse', `'${name}' contains an invalid character for a variable name: '${invalid[0]}'`)
}
