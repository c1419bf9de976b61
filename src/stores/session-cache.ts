import type { Session } from './session-store.js'

interface Entry { userId: string, readAt: number, session: Promise<Session | null> }

/**
 * Remembers for `lifeMs` what was read, so that a burst of requests reads its session once. An entry stands from
 * the moment its read begins until a session of its user ends: a read that the end overtakes is forgotten with it.
 */
export class SessionCache {
  readonly #lifeMs: number
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()

  constructor (lifeMs: number, now: () => number) {
    this.#lifeMs = lifeMs
    this.#now = now
  }

  find (userId: string, secret: string, read: () => Promise<Session | null>): Promise<Session | null> {
    this.#dropExpired()
    const known = this.#entries.get(secret)
    if (known?.userId === userId) return known.session
    const session = read()
    this.#entries.set(secret, { userId, readAt: this.#now(), session })
    session.catch(() => this.#entries.delete(secret)) // A failure is for those who wait for it, not for those who come later.
    return session
  }

  forget (userId: string): void {
    for (const [secret, entry] of this.#entries) {
      if (entry.userId === userId) this.#entries.delete(secret)
    }
  }

  /** All entries live equally long, and a map keeps the order of insertion: the oldest come first. */
  #dropExpired (): void {
    const oldest = this.#now() - this.#lifeMs
    for (const [secret, { readAt }] of this.#entries) {
      if (readAt > oldest) return
      this.#entries.delete(secret)
    }
  }
}
