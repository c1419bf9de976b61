/** The Link header (RFC 8288) of the page after this one: the same query at another cursor. */
export function nextLink (path: string, query: Record<string, string | number>, cursor: string): string {
  const entries = Object.entries({ ...query, cursor }).map(([name, value]) => [name, String(value)])
  return `<${path}?${new URLSearchParams(entries)}>; rel="next"`
}
