import { randomBytes } from 'node:crypto'
import { type Note, noteServerNames } from '../../schemas/note.js'
import { pointerTo } from '../document-rules.js'
import { problem, type ProblemItem } from '../errors.js'
import type { NoteRow } from '../models/note.js'

type Fields = Record<string, unknown>

export type ServerFields = Partial<Pick<Note, typeof noteServerNames[number]>>

/** A note as its users see it. */
export function toNote (row: NoteRow): Note {
  return { ...serverFields(row), ...row.fields }
}

export function serverFields ({ _id, notebook, owner, rev, createdAt, updatedAt, deletedAt }: NoteRow) {
  return {
    id: _id.toString(),
    notebook: notebook.toString(),
    owner: owner.toString(),
    rev,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...deletedAt && { deletedAt: deletedAt.toISOString() }
  }
}

/**
 * The user's part of a body. What belongs to the server may only repeat the value it has: then what was
 * read can be edited and written back (S-024).
 */
export function userFields (body: Fields, present: ServerFields): Fields {
  const entries = Object.entries(body)
  const foreign = entries.filter(([name, value]) => isReserved(name) && !repeats(present, name, value))
  if (foreign.length > 0) throw problem('RESERVED_FIELD', { errors: foreign.map(([name]) => reserved(name)) })
  if (Array.isArray(body['tags'])) checkTags(body['tags'])
  return Object.fromEntries(entries.filter(([name]) => !isReserved(name)))
}

function isReserved (name: string): boolean {
  return name.startsWith('_') || noteServerNames.some((serverName) => serverName === name)
}

function repeats (present: Fields, name: string, value: unknown): boolean {
  return Object.hasOwn(present, name) && present[name] === value
}

function reserved (name: string): ProblemItem {
  return { pointer: pointerTo([name]), detail: `${JSON.stringify(name)} belongs to the server.`, code: 'RESERVED_FIELD' }
}

function checkTags (tags: unknown[]): void {
  if (new Set(tags).size === tags.length) return
  const detail = 'A note has each of its tags once.'
  throw problem('VALIDATION_FAILED', { detail, errors: [{ pointer: '/tags', detail, code: 'NOT_UNIQUE' }] })
}

/** `<generation>-<random>`: the generation is for the eye, the random part tells two lives of one id apart. */
export function nextRev (rev = '0'): string {
  return `${Number.parseInt(rev) + 1}-${randomBytes(6).toString('hex')}`
}

const sortTitleBytes = 1024

/**
 * What lists order a note by for `title`: its beginning, as an index key has to stay short. Titles of more than 1,024 bytes
 * that begin alike are ordered by id.
 */
export function sortTitle ({ title }: Fields): string {
  if (typeof title !== 'string') return ''
  const { read } = new TextEncoder().encodeInto(title, new Uint8Array(sortTitleBytes))
  return title.slice(0, read)
}
