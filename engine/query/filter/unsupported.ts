import { EngineError } from '../../errors.js'
import type { ParseClause, ParseOperator } from './operator.js'

/**
 * What MongoDB has and this engine has not: refused by name, so that a client learns it is not its own mistake.
 */
export const unsupportedClauses = refuseEach<ParseClause>(['$sampleRate', '$where'], refuse)

export const unsupportedOperators = refuseEach<ParseOperator>(
  ['$geoIntersects', '$geoNear', '$geoWithin', '$near', '$nearSphere', '$within'], ({ name }) => refuse(name)
)

function refuseEach<Parse> (names: readonly string[], parse: Parse): Readonly<Record<string, Parse>> {
  return Object.fromEntries(names.map((name) => [name, parse]))
}

function refuse (name: string): never {
  throw new EngineError('NotImplemented', `${name} is not supported by this server`)
}
