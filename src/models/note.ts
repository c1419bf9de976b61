import { type Connection, type mongo, Schema } from 'mongoose'

/** A note as the database keeps it. */
export interface NoteRow {
  _id: mongo.UUID
  owner: mongo.UUID
  notebook: mongo.UUID
  rev: string
  createdAt: Date
  updatedAt: Date
  deletedAt: Date | null
  /** Whether there is a `deletedAt`: equal for all notes of a list, so that indexes can lead with it. */
  trashed: boolean
  /** The title as lists are ordered by it; empty for a note without one. */
  sortTitle: string
  /** The order of all writes, given by the database itself: Timestamp(0, 0) in a new row asks for it. */
  stamp: mongo.Timestamp
  /** All that is the user's, apart, so that no key of a user can meet one of the server. */
  fields: Record<string, unknown>
}

const uuid = { type: Schema.Types.UUID, required: true }

const schema = new Schema<NoteRow>({
  _id: uuid,
  owner: uuid,
  notebook: uuid,
  rev: { type: String, required: true },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
  deletedAt: { type: Date, default: null },
  trashed: { type: Boolean, required: true },
  sortTitle: { type: String, default: '' },
  stamp: { type: Schema.Types.Mixed, required: true },
  fields: { type: Schema.Types.Mixed, required: true }
}, { collection: 'notes', versionKey: false, id: false, minimize: false, strict: 'throw', strictQuery: 'throw' })

// A list is one range of one of these: equal fields first, then its order with ties broken by id.
for (const sorted of ['updatedAt', 'createdAt', 'sortTitle']) {
  schema.index({ owner: 1, trashed: 1, [sorted]: 1, _id: 1 })
  schema.index({ owner: 1, notebook: 1, trashed: 1, [sorted]: 1, _id: 1 })
}

/**
 * The collection of notes, its rows exactly as they are. Mongoose's own reads and writes are not for
 * documents of users: it clones what it writes by `constructor`, and a key of that name (or `toObject`) is
 * lost or throws.
 */
export function createNoteModel (connection: Connection) {
  return connection.model('Note', schema)
}
