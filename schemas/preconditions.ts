import Type, { type Static } from 'typebox'

const entityTag = '(W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"'

/** `*` or a list of entity tags (RFC 9110, 8.8.3 and 13.1). */
const EntityTags = Type.String({
  pattern: `^(\\*|${entityTag}([ \\t]*,[ \\t]*${entityTag})*)$`,
  examples: ['"3-9f2c61d04b7e"', '*']
})

export const Preconditions = Type.Object({
  'if-match': Type.Optional(EntityTags),
  'if-none-match': Type.Optional(EntityTags)
})

export type Preconditions = Static<typeof Preconditions>
