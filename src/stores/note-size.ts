import { problem } from '../errors.js'

export interface SizeLimits { bodyBytes: number, jsonDepthLevels: number, jsonKeys: number }

/** What patches make of a note has to be as small as what a body may bring (S-018). */
export function checkSize (fields: Record<string, unknown>, { bodyBytes, jsonDepthLevels, jsonKeys }: SizeLimits): void {
  if (Buffer.byteLength(JSON.stringify(fields)) > bodyBytes) throw problem('NOTE_TOO_LARGE')
  const { depth, keys } = measure(fields)
  if (depth > jsonDepthLevels) throw problem('JSON_TOO_DEEP')
  if (keys > jsonKeys) throw problem('JSON_TOO_WIDE')
}

function measure (value: unknown): { depth: number, keys: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0 }
  const children = Object.values(value).map(measure)
  return {
    depth: 1 + children.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
    keys: children.reduce((sum, { keys }) => sum + keys, Array.isArray(value) ? 0 : children.length)
  }
}
