import mongoose, { type mongo } from 'mongoose'
import type { Note, NoteCreate, NotePatch, NoteReplace } from '../../schemas/note.js'
import type { NoteListQuery } from '../../schemas/note-query.js'
import { checkDocument, checkDocumentSize, type DocumentLimits } from '../document-rules.js'
import { problem } from '../errors.js'
import type { Models } from '../models/index.js'
import type { NoteRow } from '../models/note.js'
import { Cursors } from './cursor.js'
import { mergePatch } from './merge-patch.js'
import { NoteLists, type NotePage } from './note-list.js'
import { nextRev, type ServerFields, serverFields, sortTitle, toNote, userFields } from './note-row.js'
import { type Conditions, NoteRows } from './note-rows.js'
import type { NotebookStore } from './notebook-store.js'
import { uuidV7 } from './uuid.js'

const { Timestamp, UUID } = mongoose.mongo

export interface NoteOptions { cursorSecrets: string[], limits: DocumentLimits & { queryMs: number } }

/**
 * Notes, as far as the acting user may reach them. An id is one note for everybody, as notes are shared and
 * synchronised by their ids: it cannot be taken twice, and that an id is taken is all that others can learn.
 */
export class NoteStore {
  readonly #rows: NoteRows
  readonly #lists: NoteLists
  readonly #notebooks: NotebookStore
  readonly #limits: DocumentLimits
  readonly #now: () => number

  constructor ({ Note }: Models, notebooks: NotebookStore, { cursorSecrets, limits }: NoteOptions, now = Date.now) {
    const collection = rowsOf(Note)
    this.#rows = new NoteRows(collection, limits.queryMs, now)
    this.#lists = new NoteLists(collection, limits.queryMs, new Cursors(cursorSecrets))
    this.#notebooks = notebooks
    this.#limits = limits
    this.#now = now
  }

  async list (userId: string, query: NoteListQuery): Promise<NotePage> {
    return await this.#lists.page(userId, query)
  }

  async read (userId: string, id: string, conditions: Conditions, inTrash: boolean): Promise<Note> {
    return found(await this.#rows.find({ userId, id, permission: 'note:read', inTrash }, conditions))
  }

  async create (userId: string, body: NoteCreate): Promise<Note> {
    const id = body.id ?? uuidV7(this.#now())
    const row = await this.#newRow(userId, id, body)
    if (await this.#rows.insert(row)) return toNote(row)
    throw taken(await this.#rows.find({ userId, id, permission: 'note:read', inTrash: true }))
  }

  /** Makes the note when there is none of that id. */
  async replace (userId: string, id: string, body: NoteReplace, conditions: Conditions): Promise<{ note: Note, created: boolean }> {
    const existing = await this.#overwrite(userId, id, body, conditions)
    if (existing) return { note: toNote(existing), created: false }
    if (conditions.match !== undefined) throw problem('PRECONDITION_FAILED')
    const row = await this.#newRow(userId, id, body)
    if (await this.#rows.insert(row)) return { note: toNote(row), created: true }
    // Either another request has just made it, or it is out of this user's sight.
    return { note: found(await this.#overwrite(userId, id, body, conditions)), created: false }
  }

  async patch (userId: string, id: string, patch: NotePatch, conditions: Conditions): Promise<Note> {
    return found(await this.#rows.update({ userId, id, permission: 'note:write' }, conditions, (row) => {
      const fields = mergePatch(row.fields, this.#userFields(patch, serverFields(row))) as NoteRow['fields']
      checkDocument(fields, this.#limits)
      checkDocumentSize(fields, this.#limits)
      return { fields, sortTitle: sortTitle(fields) }
    }))
  }

  /** Into the trash: hidden from then on, until it is restored or purged. */
  async trash (userId: string, id: string, conditions: Conditions): Promise<void> {
    found(await this.#rows.update({ userId, id, permission: 'note:write' }, conditions, (_, now) => ({ deletedAt: now, trashed: true })))
  }

  /** Out of the trash. A note that is not there stays as it is. */
  async restore (userId: string, id: string, conditions: Conditions): Promise<Note> {
    return found(await this.#rows.update({ userId, id, permission: 'note:write', inTrash: true }, conditions, ({ trashed }) => {
      return trashed ? { deletedAt: null, trashed: false } : null
    }))
  }

  /** For good, from wherever it is. */
  async purge (userId: string, id: string, conditions: Conditions): Promise<void> {
    found(await this.#rows.remove({ userId, id, permission: 'note:purge', inTrash: true }, conditions))
  }

  async #overwrite (userId: string, id: string, body: NoteReplace, conditions: Conditions): Promise<NoteRow | null> {
    return await this.#rows.update({ userId, id, permission: 'note:write', inTrash: true }, conditions, (row) => {
      if (row.trashed) throw taken(row)
      const fields = this.#userFields(body, serverFields(row))
      return { fields, sortTitle: sortTitle(fields) }
    })
  }

  #userFields (body: Record<string, unknown>, present: ServerFields): Record<string, unknown> {
    const fields = userFields(body, present)
    checkDocument(fields, this.#limits)
    return fields
  }

  async #newRow (userId: string, id: string, body: Record<string, unknown>): Promise<NoteRow> {
    const notebook = await this.#notebooks.forNewNote(userId, body['notebook'])
    const fields = this.#userFields(body, { id, notebook })
    const now = new Date(this.#now())
    return {
      _id: new UUID(id),
      owner: new UUID(userId),
      notebook: new UUID(notebook),
      rev: nextRev(),
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
      trashed: false,
      sortTitle: sortTitle(fields),
      stamp: new Timestamp({ t: 0, i: 0 }),
      fields
    }
  }
}

/** The rows as they are: see the model for why nothing of Mongoose stands in between. */
function rowsOf (Note: Models['Note']): mongo.Collection<NoteRow> {
  return Note.collection as never
}

function found (row: NoteRow | null): Note {
  if (!row) throw problem('NOTE_NOT_FOUND')
  return toNote(row)
}

/** Whose note has the id is shown to those who may read it. */
function taken (row: NoteRow | null) {
  return problem('NOTE_EXISTS', row ? { members: { current: toNote(row) } } : {})
}
