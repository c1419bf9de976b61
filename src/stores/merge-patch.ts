/**
 * `target` with a JSON Merge Patch applied (RFC 7396); neither is changed. Recursion is safe on documents
 * whose depth has been limited before.
 */
export function mergePatch (target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = isObject(target) ? new Map(Object.entries(target)) : new Map<string, unknown>()
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

function isObject (value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
