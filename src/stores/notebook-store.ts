import { within } from '../access.js'
import type { Models } from '../models/index.js'

export class NotebookStore {
  readonly #Notebook: Models['Notebook']
  readonly #now: () => number

  constructor ({ Notebook }: Models, now = Date.now) {
    this.#Notebook = Notebook
    this.#now = now
  }

  /**
   * The notebook where a user's notes go when nothing else is said. It has the id of its owner: it is known without
   * a look-up, and making it twice makes one.
   */
  async createDefault (userId: string): Promise<void> {
    const now = this.#now()
    await this.#Notebook.updateOne(
      { _id: userId, owner: userId },
      { $setOnInsert: { name: 'Notes', createdAt: now, updatedAt: now } },
      { upsert: true }
    )
  }

  /** Whether there is such a notebook, and the user may put notes into it. */
  async mayFill (userId: string, notebookId: string): Promise<boolean> {
    return await this.#Notebook.exists(within(userId, 'notebook:fill', { _id: notebookId })) !== null
  }
}
