import Type, { type Static } from 'typebox'
import { Uuid } from './uuid.js'

const Timestamp = Type.String({ format: 'date-time', examples: ['2026-11-22T10:05:00.000Z'] })
const Title = Type.String({ maxLength: 1000 })
/** That no tag is there twice is checked where notes are written: `uniqueItems` takes the validator a second for a large body. */
const Tags = Type.Array(Type.String(), { description: 'No tag twice' })

/** Apart from these two, a user's fields have any name and any type, and pass as they are. */
const typedFields = { title: Type.Optional(Title), tags: Type.Optional(Tags) }

/** The top-level names that are the server's, like all that begin with an underscore. */
export const noteServerNames = ['id', 'notebook', 'owner', 'rev', 'createdAt', 'updatedAt', 'deletedAt'] as const

export const Note = Type.Object({
  id: Uuid,
  notebook: Uuid,
  owner: Uuid,
  rev: Type.String({ description: 'Changes with every write; in quotes it is the ETag', examples: ['3-9f2c61d04b7e'] }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  deletedAt: Type.Optional(Timestamp),
  ...typedFields
}, { title: 'Note', additionalProperties: true })

export type Note = Static<typeof Note>

export const NoteCreate = Type.Object({
  id: Type.Optional(Uuid),
  notebook: Type.Optional(Uuid),
  ...typedFields
}, { title: 'NoteCreate', additionalProperties: true })

export type NoteCreate = Static<typeof NoteCreate>

/** What belongs to the server is compared with the note as it is, when that is known. */
export const NoteReplace = Type.Object(typedFields, { title: 'NoteReplace', additionalProperties: true })

export type NoteReplace = Static<typeof NoteReplace>

/** A JSON Merge Patch (RFC 7396): `null` removes a field. */
export const NotePatch = Type.Object({
  title: Type.Optional(Type.Union([Title, Type.Null()])),
  tags: Type.Optional(Type.Union([Tags, Type.Null()]))
}, { title: 'NotePatch', additionalProperties: true })

export type NotePatch = Static<typeof NotePatch>

export const NotePage = Type.Object({
  items: Type.Array(Note),
  next: Type.Optional(Type.String({ description: 'The cursor of the next page; absent on the last one' }))
}, { title: 'NotePage' })

export const NoteParams = Type.Object({ id: Uuid }, { additionalProperties: false })
