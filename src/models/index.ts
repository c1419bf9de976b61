import type { Connection } from 'mongoose'
import { createNoteModel } from './note.js'
import { createNotebookModel } from './notebook.js'
import { createSessionModel } from './session.js'
import { createUserModel } from './user.js'

export type Models = ReturnType<typeof createModels>

/** Binds every model to one connection: nothing hangs on mongoose's global one. */
export function createModels (connection: Connection) {
  return {
    Note: createNoteModel(connection),
    Notebook: createNotebookModel(connection),
    Session: createSessionModel(connection),
    User: createUserModel(connection)
  }
}
