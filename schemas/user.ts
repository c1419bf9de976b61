import Type, { type Static } from 'typebox'

/**
 * An address that everybody may own once, whatever its case. `format: email` admits ASCII only, so there is
 * nothing to normalise but the case, and nothing is trimmed or repaired (S-040).
 */
export const Email = Type.String({ format: 'email', maxLength: 254, description: 'An address in ASCII; its case is kept, and means nothing', examples: ['ann@example.com'] })

/** Who is signed in, as the account itself may see it. */
export const User = Type.Object({
  id: Type.String({ format: 'uuid' }),
  email: Email,
  name: Type.Optional(Type.String()),
  createdAt: Type.String({ format: 'date-time' })
}, { title: 'User' })

export type User = Static<typeof User>
