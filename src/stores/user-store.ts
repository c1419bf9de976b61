import type { User } from '../../schemas/user.js'
import { problem } from '../errors.js'
import type { Models } from '../models/index.js'
import type { UserRow } from '../models/user.js'
import { isDuplicateKey } from './duplicate-key.js'
import { uuidV7 } from './uuid.js'

export interface NewUser { email: string, name?: string | undefined, passwordHash: string }

export interface Account { user: User, passwordHash: string }

export class UserStore {
  readonly #User: Models['User']
  readonly #now: () => number

  constructor ({ User }: Models, now = Date.now) {
    this.#User = User
    this.#now = now
  }

  /** The index decides which of several signups of one address comes first; the others are EMAIL_TAKEN. */
  async create ({ email, name, passwordHash }: NewUser): Promise<User> {
    const now = this.#now()
    const row = { _id: uuidV7(now), email, emailKey: emailKey(email), name, passwordHash, createdAt: now }
    try {
      return userOf(await this.#User.create(row))
    } catch (error) {
      throw isDuplicateKey(error) ? problem('EMAIL_TAKEN') : error
    }
  }

  async find (userId: string): Promise<User | null> {
    const row = await this.#User.findOne({ _id: userId }).lean()
    return row && userOf(row)
  }

  /** What a login is checked against. A disabled account is like none at all. */
  async findAccount (email: string): Promise<Account | null> {
    const row = await this.#User.findOne({ emailKey: emailKey(email), disabled: false }).lean()
    return row && { user: userOf(row), passwordHash: row.passwordHash }
  }

  /** A password that was changed in the meantime stays changed. */
  async replaceHash (userId: string, passwordHash: string, replacement: string): Promise<void> {
    await this.#User.updateOne({ _id: userId, passwordHash }, { $set: { passwordHash: replacement } })
  }
}

/** Addresses are ASCII (schemas/user.ts): their case is all that can differ between two spellings of one. */
function emailKey (email: string): string {
  return email.toLowerCase()
}

function userOf ({ _id, email, name, createdAt }: UserRow): User {
  return { id: String(_id), email, ...name != null && { name }, createdAt: createdAt.toISOString() }
}
