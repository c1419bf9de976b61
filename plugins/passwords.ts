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
  const run = boundedBy(hashThreads + hashWaiting, pool)
  const dummy = dummyHash(cost)

  app.decorate('passwords', {
    hash: (password) => run('hash', { key: keyOf(password, passwordPepper), cost }),
    verify: (password, hash = dummy) => run('verify', { key: keyOf(password, passwordPepper), hash }),
    isOutdated: (hash) => getRounds(hash) < cost
  })
  app.addHook('onClose', async () => await pool.close())
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

/** Runs tasks in the pool while there are fewer than `capacity` of them; the others are refused, not kept waiting. */
function boundedBy (capacity: number, pool: Piscina) {
  let tasks = 0
  return async function run (name: string, task: object) {
    if (tasks >= capacity) throw problem('OVERLOADED', { headers: { 'retry-after': '2' } })
    tasks++
    try {
      return await pool.run(task, { name })
    } finally {
      tasks--
    }
  }
}
