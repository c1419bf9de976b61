import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const schema = new Schema({
  _id: { type: Schema.Types.UUID, required: true },
  email: { type: String, required: true },
  /** What makes an address the same as another; `email` stays as it was typed. */
  emailKey: { type: String, required: true },
  name: String,
  passwordHash: { type: String, required: true },
  disabled: { type: Boolean, required: true, default: false },
  createdAt: { type: Date, required: true }
}, { collection: 'users', versionKey: false, id: false, strict: 'throw', strictQuery: 'throw' })

schema.index({ emailKey: 1 }, { unique: true })

export type UserRow = InferSchemaType<typeof schema>

export function createUserModel (connection: Connection) {
  return connection.model('User', schema)
}
