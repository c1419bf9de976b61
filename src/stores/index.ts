import type { Models } from '../models/index.js'
import { type NoteOptions, NoteStore } from './note-store.js'
import { NotebookStore } from './notebook-store.js'
import { type SessionLifetimes, SessionStore } from './session-store.js'
import { UserStore } from './user-store.js'

export type Stores = ReturnType<typeof createStores>

export interface StoreOptions { notes: NoteOptions, sessionLifetimes: SessionLifetimes }

/** Data access with ownership built in: every call takes the acting user first. */
export function createStores (models: Models, { notes, sessionLifetimes }: StoreOptions) {
  const notebooks = new NotebookStore(models)
  return {
    notebooks,
    notes: new NoteStore(models, notebooks, notes),
    sessions: new SessionStore(models, sessionLifetimes),
    users: new UserStore(models)
  }
}
