import { payload, type Value } from '../bson/value.js'
import type { Filter } from './filter.js'
import { ProjectionParser } from './projection/parse.js'
import { exclusion, inclusion } from './projection/select.js'

/** Makes the answer from a document: a document of its own, whose values are copied byte for byte. */
export type Projection = (document: Value) => Buffer

/**
 * Parses the projection of a find: inclusion or exclusion, `$slice`, `$elemMatch` and the positional operator.
 * @param filter the query's, which a positional operator needs
 * @throws {EngineError} as MongoDB does; NotImplemented for expressions and literals
 */
export function parseProjection (specification: Value, filter?: Filter): Projection {
  const { mode, fields, steps } = new ProjectionParser(filter).parse(specification)
  const select = mode === 'inclusion' ? inclusion(fields) : exclusion(fields)
  return (document) => {
    const projected = steps.reduce((value, step) => step(value, document), select(document))
    return projected.bytes === document.bytes ? Buffer.from(payload(projected)) : payload(projected)
  }
}
