import Type, { type Static } from 'typebox'
import { Transport } from './session.js'
import { Email, User } from './user.js'

/** No NUL and no lone surrogate (S-029): neither survives every step from a keyboard to a hash. */
const wellFormed = '^[^\\u0000\\p{Surrogate}]*$'

const text = { pattern: wellFormed, maxLength: 1024 }

export const Signup = Type.Object({
  email: Email,
  password: Type.String({ ...text, minLength: 8, description: 'Any characters; every one of them counts' }),
  name: Type.Optional(Type.String({ pattern: '^\\P{Cc}+$', maxLength: 200 })),
  transport: Type.Optional(Transport)
}, { title: 'Signup', additionalProperties: false })

/** Without a least length: what signup demands today says nothing about the passwords of yesterday. */
export const Login = Type.Object({
  email: Email,
  password: Type.String(text),
  transport: Type.Optional(Transport)
}, { title: 'Login', additionalProperties: false })

/** The token is in the body for `bearer`, and in the cookie, out of reach of scripts, for `cookie`. */
export const SignedIn = Type.Object({
  user: User,
  accessToken: Type.Optional(Type.String({ description: 'Only for `bearer`' })),
  expiresIn: Type.Optional(Type.Integer({ description: 'Life of the access token in seconds; only for `bearer`' }))
}, { title: 'SignedIn' })

export type Login = Static<typeof Login>
