import mongoose, { type mongo } from 'mongoose'
import { within, type Permission } from '../access.js'
import { problem } from '../errors.js'
import type { NoteRow } from '../models/note.js'
import { isDuplicateKey } from './duplicate-key.js'
import { nextRev, toNote } from './note-row.js'

const { UUID } = mongoose.mongo

/** Revisions to compare with the present one; `*` is any. */
export type Revisions = '*' | string[]

/** What a request demands of the note as it is: to be at one of `match`, and at none of `noneMatch`. */
export interface Conditions { match?: Revisions | undefined, noneMatch?: Revisions | undefined }

/** A note as a user means it; one in the trash only with `inTrash`. */
export interface Target { userId: string, id: string, permission: Permission, inTrash?: boolean }

export type Changes = Partial<Pick<NoteRow, 'notebook' | 'deletedAt' | 'trashed' | 'sortTitle' | 'fields'>>

type Filter = mongo.Filter<NoteRow>

/** Every lost attempt is another write that was made: this many writers of one note at once all get through. */
const mostAttempts = 64

/**
 * The driver looks the name of every array up in this object, by default in one that inherits: an array
 * called `toString` or `constructor` would come back with its documents undecoded.
 */
const fieldsAsRaw = Object.create(null) as Record<string, boolean>

/**
 * The rows of notes, written optimistically: what to write is worked out from the row as it is, and written
 * if the row is still the same; else worked out again. The scope is in the filter of the write itself (S-089).
 */
export class NoteRows {
  readonly #rows: mongo.Collection<NoteRow>
  readonly #maxTimeMS: number
  readonly #now: () => number

  constructor (rows: mongo.Collection<NoteRow>, maxTimeMS: number, now: () => number) {
    this.#rows = rows
    this.#maxTimeMS = maxTimeMS
    this.#now = now
  }

  async find (target: Target, conditions: Conditions = {}): Promise<NoteRow | null> {
    const row = await this.#rows.findOne<NoteRow>(filterOf(target), { maxTimeMS: this.#maxTimeMS, fieldsAsRaw })
    if (row) demand(conditions, row)
    return row
  }

  /** False when the id is taken, by whomever. */
  async insert (row: NoteRow): Promise<boolean> {
    try {
      await this.#rows.insertOne(row)
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  /** The row with its changes, or as it is when there are none to make; null when there is no such row. */
  async update (target: Target, conditions: Conditions, changesOf: (row: NoteRow, now: Date) => Changes | null): Promise<NoteRow | null> {
    return await this.#attempt(target, conditions, async (row, unchanged) => {
      // Clocks go back; the time of a note does not.
      const updatedAt = new Date(Math.max(this.#now(), row.updatedAt.getTime()))
      const changes = changesOf(row, updatedAt)
      if (!changes) return row
      const written = { ...changes, updatedAt, rev: nextRev(row.rev) }
      const { matchedCount } = await this.#rows.updateOne(unchanged, { $set: written, $currentDate: { stamp: { $type: 'timestamp' } } })
      return matchedCount === 1 ? { ...row, ...written } : null
    })
  }

  /** The row that was removed; null when there is no such row. */
  async remove (target: Target, conditions: Conditions): Promise<NoteRow | null> {
    return await this.#attempt(target, conditions, async (row, unchanged) => {
      const { deletedCount } = await this.#rows.deleteOne(unchanged)
      return deletedCount === 1 ? row : null
    })
  }

  /** `write` gives null when the row is no longer as it was read. */
  async #attempt (target: Target, conditions: Conditions, write: (row: NoteRow, unchanged: Filter) => Promise<NoteRow | null>) {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const row = await this.find(target, conditions)
      if (!row) return null
      const written = await write(row, filterOf(target, { rev: row.rev }))
      if (written) return written
    }
    throw problem('OVERLOADED', { detail: 'Too many others are writing this note.', headers: { 'retry-after': '1' } })
  }
}

function filterOf ({ userId, id, permission, inTrash = false }: Target, further: Filter = {}): Filter {
  return within(new UUID(userId), permission, { _id: new UUID(id), ...!inTrash && { trashed: false }, ...further })
}

function demand ({ match, noneMatch }: Conditions, row: NoteRow): void {
  const holds = (match === undefined || includes(match, row.rev)) && (noneMatch === undefined || !includes(noneMatch, row.rev))
  if (!holds) throw problem('PRECONDITION_FAILED', { members: { current: toNote(row) } })
}

function includes (revisions: Revisions, rev: string): boolean {
  return revisions === '*' || revisions.includes(rev)
}
