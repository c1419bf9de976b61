import { isArray } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseExpression, type Operand } from '../../expression/expression.js'
import type { GroupContext, ParseAccumulator } from '../accumulator.js'
import { evaluate } from '../operation.js'

/** Gathers values instead of documents. */
export interface Gatherer {
  add (value: Operand): void
  result (): Operand
}

/** An accumulator of one expression, which is evaluated upon each document. */
export function unary (gather: (context: GroupContext) => Gatherer): ParseAccumulator {
  return (argument, scope, name) => {
    if (isArray(argument)) throw new EngineError(40237, `The ${name} accumulator is a unary operator`)
    const expression = parseExpression(argument, scope)
    return {
      create (context) {
        const gatherer = gather(context)
        return {
          add: (document) => gatherer.add(evaluate(expression, document, context.operation)),
          result: () => gatherer.result()
        }
      }
    }
  }
}
