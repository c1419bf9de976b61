import { setFlagsFromString } from 'node:v8'
import { endProcess, killAfter } from './end-process.js'
import { EX_FAILED, exitCodeFor } from './exit-codes.js'
import { openInstance, type Instance } from './instance.js'
import type { Notice, Order, StartOrder } from './ipc.js'
import type { LogEntry } from './log.js'

/**
 * The engine's process. It lives exactly as long as its supervisor wants: it closes when told to, or when the channel
 * to the supervisor breaks, which it does however that process ends.
 */

/** How long closing may take, and how long it may keep the process if not even timers run. */
const CLOSE_LIMIT_MS = 10_000
const KILL_LIMIT_MS = 12_000
/** How long a crash waits for the supervisor to be told. */
const LAST_WORDS_MS = 1_000

let instance: Promise<Instance> | undefined
let isStopping = false
let exitCode = 0

process.title = 'quire-engine'
// Here everything lives as long as one command. V8 sees the commands that wait together for one commit, and takes what they have
// allocated for objects that live long: from then on it allocates their like among the old ones, which keep what they refer to until
// all of the heap is collected. That makes collecting the young ones eight times as long.
setFlagsFromString('--no-allocation-site-pretenuring')
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
    send({ type: 'failed', reason: (error as Error).message }, () => endProcess(exitCodeFor(error)))
  }
}

/** What is being answered is answered still, but nothing new. */
async function giveUp (error: Error): Promise<void> {
  log({ level: 'error', msg: 'the engine gives up', error: error.message })
  await stop(exitCodeFor(error))
}

async function stop (code = 0): Promise<void> {
  exitCode ||= code
  if (isStopping) return
  isStopping = true
  if (code !== 0) killAfter(KILL_LIMIT_MS)
  setTimeout(() => endProcess(exitCode || EX_FAILED), CLOSE_LIMIT_MS)
  await (await instance)?.close()
  process.exit(exitCode)
}

/** A process that met an error nobody foresaw cannot vouch for its state: what is on disk is the truth, and the supervisor starts a new one. */
function crash (error: Error): void {
  setTimeout(() => endProcess(EX_FAILED), LAST_WORDS_MS)
  send({ type: 'log', entry: { level: 'error', msg: 'the engine crashed', stack: error.stack } }, () => endProcess(EX_FAILED))
}

function log (entry: LogEntry): void {
  send({ type: 'log', entry })
}

/** Without a supervisor nobody is left to be told. */
function send (notice: Notice, done = () => {}): void {
  if (process.send === undefined || !process.connected) done()
  else process.send(notice, undefined, undefined, done)
}
