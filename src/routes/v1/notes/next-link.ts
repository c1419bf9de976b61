/** The Link header (RFC 8288) of the page after this one: the same query at another cursor. */
export function nextLink (path: string, query: Record<string, string | number>, cursor: string): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...query, cursor })) parameters.set(name, String(value))
  return `<${path}?${parameters}>; rel="next"`
}
