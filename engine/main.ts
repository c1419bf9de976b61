import { exitCodeFor } from './exit-codes.js'
import { openInstance, type Instance } from './instance.js'
import type { Notice, Order, StartOrder } from './ipc.js'
import type { LogEntry } from './log.js'

/**
 * The engine's process. It lives exactly as long as its supervisor wants: it closes when told to, or when the channel
 * to the supervisor breaks, which it does however that process ends.
 */

const CLOSE_LIMIT_MS = 10_000

let instance: Promise<Instance> | undefined
let isStopping = false

process.title = 'quire-engine'
process.umask(0o077)
// A terminal's Ctrl-C and a service manager's stop reach every process of the group. The API still has requests to
// finish then, and needs its database for them; it says when it is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('uncaughtException', crash)
process.on('message', (order: Order) => {
  if (order.type === 'start') start(order).catch(crash)
  else stop().catch(crash)
})
process.once('disconnect', () => stop().catch(crash))

async function start (order: StartOrder): Promise<void> {
  setInterval(() => send({ type: 'alive' }), order.heartbeat).unref()
  instance = openInstance(order, log, {
    onLost: () => crash(new Error('another process took the lock on the data directory')),
    onFailure: (error) => giveUp(error).catch(crash)
  })
  try {
    send({ type: 'ready', address: (await instance).address })
  } catch (error) {
    send({ type: 'failed', reason: (error as Error).message }, () => process.exit(exitCodeFor(error)))
  }
}

/** What is being answered is answered still, but nothing new. */
async function giveUp (error: Error): Promise<void> {
  log({ level: 'error', msg: 'the engine gives up', error: error.message })
  await stop(exitCodeFor(error))
}

async function stop (code = 0): Promise<void> {
  if (isStopping) return
  isStopping = true
  setTimeout(() => process.exit(code || 1), CLOSE_LIMIT_MS).unref()
  await (await instance)?.close()
  process.exit(code)
}

/** A process that met an error nobody foresaw cannot vouch for its state: what is on disk is the truth, and the supervisor starts a new one. */
function crash (error: Error): void {
  send({ type: 'log', entry: { level: 'error', msg: 'the engine crashed', stack: error.stack } }, () => process.exit(1))
}

function log (entry: LogEntry): void {
  send({ type: 'log', entry })
}

/** Without a supervisor nobody is left to be told. */
function send (notice: Notice, done = () => {}): void {
  if (process.send === undefined || !process.connected) done()
  else process.send(notice, undefined, undefined, done)
}
