import Type from 'typebox'

const pattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

/** One spelling for one id: nothing is folded to lower case, so the id that is read is the id that was sent. */
export const Uuid = Type.String({
  format: 'uuid',
  pattern,
  description: 'A UUID of any version, in lower case',
  examples: ['019ab3c8-6f6e-7c41-9d0a-5b8f0c1d2e3f']
})

export function isUuid (value: unknown): value is string {
  return typeof value === 'string' && new RegExp(pattern).test(value)
}
