import { EngineError } from '../errors.js'
import type { Arguments } from './arguments.js'

/** By how many bytes the sizes in a reply are to be divided: `scale` of collStats and dbStats. */
export function readScale (args: Arguments): number {
  const scale = args.integer('scale') ?? 1
  if (scale < 1) throw new EngineError(51024, `BSON field 'scale' value must be >= 1, actual value '${scale}'`)
  return scale
}
