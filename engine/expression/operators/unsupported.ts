import { EngineError } from '../../errors.js'
import type { Operation, Operators } from '../operator.js'

/** What MongoDB 7.0 has and this engine has not: refused by name, so that a client learns it is not its own mistake. */
export const unsupportedOperators: Operators = Object.fromEntries([
  '$accumulator', '$function', '$median', '$percentile', '$toHashedIndexKey', '$tsIncrement', '$tsSecond'
].map((name) => [name, refuse]))

function refuse ({ name }: Operation): never {
  throw new EngineError('NotImplemented', `the expression ${name} is not supported by this server`)
}
