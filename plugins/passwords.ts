import { createHmac } from 'node:crypto'
import { genSaltSync, getRounds } from 'bcryptjs'
import fp from 'fastify-plugin'
import { Piscina } from 'piscina'
import { problem } from '../src/errors.js'

export interface Passwords {
  hash (password: string): Promise<string>
  /** Whether `hash` was made from `password`. Without a hash the answer is no, after just as much work (S-034). */
  verify (password: string, hash: string | undefined): Promise<boolean>
  /** Whether `hash` took less work than is asked for today (S-031). */
  isOutdated (hash: string): boolean
}

declare module 'fastify' {
  interface FastifyInstance { passwords: Passwords }
}

/** Password hashes, made in worker threads (S-032). */
export default fp(async function passwords (app) {
  const { passwordPepper, limits: { bcryptCost: cost, hashThreads, hashWaiting } } = app.config
  const pool = new Piscina({
    filename: new URL('passwords/worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: hashThreads,
    idleTimeout: 60_000
  })
  pool.on('error', (error) => app.log.error(error)) // of a thread without a task; it is replaced when there is one
  const { run, close } = bounded(pool, hashThreads + hashWaiting)
  const dummy = dummyHash(cost)

  app.decorate('passwords', {
    hash: (password) => run('hash', { key: keyOf(password, passwordPepper), cost }),
    verify: (password, hash = dummy) => run('verify', { key: keyOf(password, passwordPepper), hash }),
    isOutdated: (hash) => getRounds(hash) < cost
  })
  app.addHook('onClose', close)
}, { name: 'passwords', dependencies: ['config'] })

/**
 * bcrypt ignores everything after 72 bytes and takes `a` and `a\0a` for the same (S-028, S-029). The key is 64
 * characters of base64, made with a pepper that is not in the database.
 */
function keyOf (password: string, pepper: string): string {
  return createHmac('sha384', pepper).update(password).digest('base64')
}

/** Well formed, of full cost, and nobody's: a malformed one would be refused at once and give unknown accounts away. */
function dummyHash (cost: number): string {
  return genSaltSync(cost) + '.'.repeat(31)
}

/** Runs up to `capacity` tasks in the pool at a time, waiting ones included; one more is refused rather than kept. */
function bounded (pool: Piscina, capacity: number) {
  const running = new Set<Promise<unknown>>()
  return {
    async run (name: string, task: object) {
      if (running.size >= capacity) throw problem('OVERLOADED', { headers: { 'retry-after': '2' } })
      const result = pool.run(task, { name })
      running.add(result)
      try {
        return await result
      } finally {
        running.delete(result)
      }
    },
    async close () {
      await Promise.allSettled(running)
      await pool.destroy()
    }
  }
}
