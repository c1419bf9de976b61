import Type, { type Static } from 'typebox'
import { Uuid } from './uuid.js'

const sortField = '-?(updatedAt|createdAt|title)'

export const noteListDefaults = { deleted: 'exclude', sort: '-updatedAt', limit: 50 } as const

/** What is in the trash is left out unless it is asked for. */
export const NoteListQuery = Type.Object({
  notebook: Type.Optional(Uuid),
  deleted: Type.Optional(Type.Enum(['exclude', 'include', 'only'], { default: noteListDefaults.deleted, description: 'Notes in the trash' })),
  sort: Type.Optional(Type.String({
    default: noteListDefaults.sort,
    // The look-ahead refuses a field that is named twice.
    pattern: `^(?!.*(updatedAt|createdAt|title).*\\1)${sortField}(,${sortField}){0,2}$`,
    description: 'Up to three of updatedAt, createdAt and title, a minus before those that descend; equal notes are ordered by id',
    examples: ['-updatedAt', 'title,-createdAt']
  })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: noteListDefaults.limit })),
  cursor: Type.Optional(Type.String({ pattern: '^[\\w-]+$', description: 'The `next` of the page before, with the same other parameters' }))
}, { additionalProperties: false })

export type NoteListQuery = Static<typeof NoteListQuery>

export const NoteReadQuery = Type.Object({
  deleted: Type.Optional(Type.Enum(['exclude', 'include'], { default: 'exclude', description: 'Notes in the trash' }))
}, { additionalProperties: false })

export const NoteDeleteQuery = Type.Object({
  purge: Type.Optional(Type.Boolean({ default: false, description: 'For good, instead of into the trash' }))
}, { additionalProperties: false })
