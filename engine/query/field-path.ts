import { EngineError } from '../errors.js'
import { parsePath, type Path } from './path.js'

/**
 * Parses a path where MongoDB takes no other than a proper field path: in sorts and projections, not in filters.
 * @throws {EngineError} with MongoDB's code for an empty part or a part that begins with a dollar sign
 */
export function parseFieldPath (text: string): Path {
  if (text === '') throw new EngineError(40352, 'FieldPath cannot be constructed with empty string')
  if (text.endsWith('.')) throw new EngineError(40353, "FieldPath must not end with a '.'.")
  const path = parsePath(text)
  if (path.parts.includes('')) throw new EngineError(15998, 'FieldPath field names may not be empty strings.')
  if (path.parts.some((part) => part.startsWith('$'))) {
    throw new EngineError(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.")
  }
  return path
}
