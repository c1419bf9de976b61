import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Models } from '../models/index.js'
import type { SessionRow } from '../models/session.js'
import { SessionCache } from './session-cache.js'

export interface Session { id: string, expiresAt: number }

export interface SessionLifetimes { idleSeconds: number, absoluteSeconds: number }

export class SessionStore {
  readonly #models: Models
  readonly #idleMs: number
  readonly #absoluteMs: number
  /** How much earlier than after the idle time a session may end; never later. */
  readonly #slackMs: number
  readonly #now: () => number
  readonly #cache: SessionCache

  constructor (models: Models, { idleSeconds, absoluteSeconds }: SessionLifetimes, now = Date.now) {
    this.#models = models
    this.#idleMs = idleSeconds * 1000
    this.#absoluteMs = absoluteSeconds * 1000
    this.#slackMs = this.#idleMs / 20
    this.#now = now
    // What ends a session on another server is noticed within a second.
    this.#cache = new SessionCache(Math.min(1000, this.#slackMs), now)
  }

  /** The new session's secret, which names it in tokens and is kept nowhere else. */
  async start (userId: string): Promise<string> {
    const now = this.#now()
    const endsAt = now + this.#absoluteMs
    const secret = randomBytes(32).toString('base64url')
    await this.#models.Session.create({
      _id: randomUUID(), secretHash: hashOf(secret), user: userId, createdAt: now, expiresAt: Math.min(now + this.#idleMs, endsAt), endsAt
    })
    return secret
  }

  /** The user's live session of that secret; null when it has ended or expired, or the account is disabled. */
  async find (userId: string, secret: string): Promise<Session | null> {
    const session = await this.#cache.find(userId, secret, () => this.#read(userId, secret))
    return session && session.expiresAt > this.#now() ? session : null
  }

  async end (userId: string, sessionId: string): Promise<void> {
    await this.#models.Session.deleteOne({ _id: sessionId, user: userId })
    this.#cache.forget(userId)
  }

  async #read (userId: string, secret: string): Promise<Session | null> {
    const { Session, User } = this.#models
    const [row, account] = await Promise.all([
      Session.findOne({ secretHash: hashOf(secret), user: userId }).lean(),
      User.exists({ _id: userId, disabled: false })
    ])
    if (!row || !account || row.expiresAt.getTime() <= this.#now()) return null
    return { id: String(row._id), expiresAt: await this.#prolong(row) }
  }

  /** Writes when it makes a difference, not on every request. */
  async #prolong ({ _id, expiresAt, endsAt }: Pick<SessionRow, '_id' | 'expiresAt' | 'endsAt'>): Promise<number> {
    const later = Math.min(this.#now() + this.#idleMs, endsAt.getTime())
    if (later - expiresAt.getTime() < this.#slackMs) return expiresAt.getTime()
    await this.#models.Session.updateOne({ _id, expiresAt: { $lt: later } }, { $set: { expiresAt: later } })
    return later
  }
}

function hashOf (secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
