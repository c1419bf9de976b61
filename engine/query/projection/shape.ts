import { payload, type Value } from '../../bson/value.js'
import type { EvaluationContext } from '../../expression/expression.js'
import { checkNesting } from '../../expression/limits.js'
import { computedPart, computeFields } from './compute.js'
import type { ParsedProjection } from './parse.js'
import { exclude, include } from './select.js'

/** Makes a document from another one, which is the context's root: whatever is not computed is copied byte for byte. */
export type Shape = (document: Value, context: EvaluationContext) => Buffer

/** The function that a parsed projection says. */
export function shapeOf ({ mode, fields, steps }: ParsedProjection): Shape {
  const select = mode === 'inclusion' ? include : exclude
  const computed = computedPart(fields)
  return (document, context) => {
    const selected = select(document, fields)
    const whole = computed.size === 0 ? selected : checkNesting(computeFields(selected, computed, context))
    const projected = steps.reduce((value, step) => step(value, document), whole)
    return ownBytes(projected, document)
  }
}

/** The bytes of a result, copied if it is the document itself, which may lie in a buffer that is used again. */
export function ownBytes (result: Value, document: Value): Buffer {
  return result.bytes === document.bytes ? Buffer.from(payload(result)) : payload(result)
}
