import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Update } from './update.js'

/** Updates given as an aggregation pipeline, which the engine does not have yet: refused, not ignored. */
export function parsePipeline (_stages: Value): Update {
  throw new EngineError('NotImplemented', 'Updates with an aggregation pipeline are not implemented')
}
