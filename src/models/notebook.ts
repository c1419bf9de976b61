import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const schema = new Schema({
  _id: { type: Schema.Types.UUID, required: true },
  owner: { type: Schema.Types.UUID, required: true },
  name: { type: String, required: true },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true }
}, { collection: 'notebooks', versionKey: false, id: false, minimize: false, strict: 'throw', strictQuery: 'throw' })

schema.index({ owner: 1 })

export type NotebookRow = InferSchemaType<typeof schema>

export function createNotebookModel (connection: Connection) {
  return connection.model('Notebook', schema)
}
