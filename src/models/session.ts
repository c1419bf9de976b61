import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const schema = new Schema({
  _id: { type: Schema.Types.UUID, required: true },
  /** SHA-256 of the secret in the token: who reads the database cannot sign in with what is found there (S-048). */
  secretHash: { type: Buffer, required: true },
  user: { type: Schema.Types.UUID, required: true },
  createdAt: { type: Date, required: true },
  /** Moves on while the session is used, as far as `endsAt`. */
  expiresAt: { type: Date, required: true },
  endsAt: { type: Date, required: true }
}, { collection: 'sessions', versionKey: false, id: false, strict: 'throw', strictQuery: 'throw' })

schema.index({ secretHash: 1 }, { unique: true })
schema.index({ user: 1 })
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export type SessionRow = InferSchemaType<typeof schema>

export function createSessionModel (connection: Connection) {
  return connection.model('Session', schema)
}
