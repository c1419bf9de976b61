import { createHash } from 'node:crypto'
import { Binary, UUID } from 'bson'
import { valueFrom, type Value } from '../bson/value.js'
import { SESSION_MINUTES } from './session.js'

/** Nothing depends on the list, so that the oldest may be left out of it. */
const MAX_SESSIONS = 10_000

/** How exact the times are, in milliseconds: not every command has to be written down. */
const PRECISION_MS = 1000

/** The sessions that clients have used lately, as `$listLocalSessions` shows them. */
export class RecentSessions {
  /** The time of the last use by the id's bytes, the latest last. */
  readonly #lastUse = new Map<string, Date>()
  readonly #clock: () => Date
  /** What sessions have in their ids on MongoDB: the hash of their user's name, which is empty without authentication. */
  readonly #owner: Binary

  constructor (clock: () => Date, user: string | undefined) {
    this.#clock = clock
    this.#owner = new Binary(createHash('sha256').update(user === undefined ? '' : `${user}@admin`).digest())
  }

  touch (lsid: Buffer, now: Date): void {
    const name = lsid.toString('latin1')
    const before = this.#lastUse.get(name)
    if (before !== undefined && now.getTime() - before.getTime() < PRECISION_MS) return
    this.#lastUse.delete(name)
    this.#lastUse.set(name, now)
    if (this.#lastUse.size > MAX_SESSIONS) this.#lastUse.delete(this.#lastUse.keys().next().value!)
  }

  forget (lsid: Buffer): void {
    this.#lastUse.delete(lsid.toString('latin1'))
  }

  /** Those that have not expired, as `{ _id: { id, uid }, lastUse }`. */
  describe (): Value[] {
    const oldest = this.#clock().getTime() - SESSION_MINUTES * 60_000
    return [...this.#lastUse]
      .filter(([, lastUse]) => lastUse.getTime() > oldest)
      .map(([name, lastUse]) => valueFrom({ _id: this.#idOf(Buffer.from(name, 'latin1')), lastUse }))
  }

  /** A session's id as servers write it, with its user. */
  idOf (lsid: Buffer): Value {
    return valueFrom(this.#idOf(lsid))
  }

  #idOf (lsid: Buffer): object {
    return { id: new UUID(lsid), uid: this.#owner }
  }
}
