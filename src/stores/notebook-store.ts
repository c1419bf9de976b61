import { isUuid } from '../../schemas/uuid.js'
import { within } from '../access.js'
import { problem } from '../errors.js'
import type { Models } from '../models/index.js'

export class NotebookStore {
  readonly #Notebook: Models['Notebook']
  readonly #now: () => number

  constructor ({ Notebook }: Models, now = Date.now) {
    this.#Notebook = Notebook
    this.#now = now
  }

  /** The notebook of notes that name none. It has its owner's id: known without a look-up, and made once however often it is made. */
  async createDefault (userId: string): Promise<void> {
    const now = this.#now()
    await this.#Notebook.updateOne(
      { _id: userId, owner: userId },
      { $setOnInsert: { name: 'Notes', createdAt: now, updatedAt: now } },
      { upsert: true }
    )
  }

  /** The notebook that a new note of the user's goes to, given what its body says. */
  async forNewNote (userId: string, wanted: unknown = userId): Promise<string> {
    if (wanted === userId) return userId
    const exists = isUuid(wanted) && await this.#Notebook.exists(within(userId, 'notebook:fill', { _id: wanted }))
    if (!exists) throw problem('NOTEBOOK_NOT_FOUND')
    return wanted
  }
}
