import { EngineError, notImplemented } from '../errors.js'
import type { Collection } from './catalog.js'
import { cannotCreate } from './index-errors.js'
import { indexFromSpec } from './index-spec.js'

/**
 * Refuses what the indexes of a collection of that kind cannot be.
 * @throws {EngineError} CannotCreateIndex, InvalidOptions, NotImplemented
 */
export function checkIndexOf ({ capped, timeseries }: Collection, spec: Buffer): void {
  const { isId, text, unique, sparse, expireAfterSeconds } = indexFromSpec(0, spec)
  if (capped !== undefined && expireAfterSeconds !== undefined) throw cannotCreate('Cannot create TTL index on a capped collection')
  if (timeseries === undefined) return
  if (isId) throw cannotCreate('A time-series collection has no index on _id, which need not be unique')
  if (text !== undefined) throw new EngineError('InvalidOptions', 'Text indexes are not supported on time-series collections')
  if (unique) throw new EngineError('InvalidOptions', 'Unique indexes are not supported on time-series collections')
  if (sparse) throw new EngineError('InvalidOptions', 'Sparse indexes are not supported on time-series collections')
  if (expireAfterSeconds !== undefined) throw notImplemented('indexes that expire documents of time series are')
}
