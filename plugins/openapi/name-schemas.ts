/**
 * Moves every schema with a title to the components, where it is listed once, and leaves a reference: client
 * generators make one type for each, with that name.
 */
export function nameSchemas (source: { openapiObject: object } | { swaggerObject: object }): object {
  const document = 'openapiObject' in source ? source.openapiObject : source.swaggerObject
  const { paths, components } = document as { paths: unknown, components: object }
  const schemas: Record<string, unknown> = {}
  return { ...document, paths: hoist(paths, schemas), components: { ...components, schemas } }
}

function hoist (value: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => hoist(item, schemas))
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hoist(item, schemas)]))
  if (typeof copy['title'] !== 'string' || !('type' in copy || 'anyOf' in copy)) return copy
  const { title, ...schema } = copy
  schemas[title as string] ??= schema
  return { $ref: `#/components/schemas/${title as string}` }
}
