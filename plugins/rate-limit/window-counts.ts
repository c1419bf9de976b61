import type { FastifyRateLimitStore } from '@fastify/rate-limit'

type Answer = Parameters<FastifyRateLimitStore['incr']>[1]

/**
 * Counts by key, each in a window that its first request opens. A count is forgotten when its window ends and not
 * before: no flood of other keys pushes it out (S-037). So there are as many as keys in one window.
 */
export class WindowCounts implements FastifyRateLimitStore {
  readonly #windows = new Map<string, { count: number, endsAt: number }>()

  incr (key: string, answer: Answer, windowMs: number): void {
    const now = Date.now()
    this.#dropEnded(now)
    const { count, endsAt } = this.#windows.get(key) ?? { count: 0, endsAt: now + windowMs }
    this.#windows.set(key, { count: count + 1, endsAt })
    answer(null, { current: count + 1, ttl: endsAt - now })
  }

  /** Every route and every kind of key has counts of its own. */
  child (): WindowCounts {
    return new WindowCounts()
  }

  /** All windows are equally long, and a map keeps the order of insertion: those that end first come first. */
  #dropEnded (now: number): void {
    for (const [key, { endsAt }] of this.#windows) {
      if (endsAt > now) return
      this.#windows.delete(key)
    }
  }
}
