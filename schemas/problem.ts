import Type, { type Static } from 'typebox'

const ProblemItem = Type.Object({
  pointer: Type.String({ description: 'JSON pointer (RFC 6901) to what is wrong' }),
  detail: Type.String(),
  code: Type.String()
}, { title: 'ProblemItem' })

/** Every error, of every origin (RFC 9457). */
export const ProblemDetails = Type.Object({
  type: Type.String({ format: 'uri-reference', description: 'Where the code is explained' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String({ description: 'Stable: switch on this' }),
  requestId: Type.String({ description: 'Finds the request in the log of the server' }),
  message: Type.String({ description: 'The same as `detail`' }),
  errors: Type.Array(ProblemItem)
}, { title: 'Problem', additionalProperties: true })

export type ProblemDetails = Static<typeof ProblemDetails>
