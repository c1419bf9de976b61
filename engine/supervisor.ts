import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { prepareDataDirectory } from './data-directory.js'
import { EngineProcess, type End } from './engine-process.js'
import { EX_DATAERR } from './exit-codes.js'
import { USER, type StartOrder } from './ipc.js'
import type { Log } from './log.js'
import { socketPath } from './socket-path.js'

export interface SupervisorOptions {
  readonly dataDirectory: string
  readonly log: Log
  /** Whether to listen on the loopback interface with a password, which is what there is without unix sockets. */
  readonly useTcp?: boolean
  readonly timing?: Partial<Timing>
}

/** Milliseconds. */
export interface Timing {
  /** From the fork to ready: recovery of a large store, and the wait for an engine that is about to leave. */
  readonly ready: number
  /** How long an engine may take to close. */
  readonly close: number
  /** The pause after a crash; doubled with every further one up to `longestPause`. */
  readonly pause: number
  readonly longestPause: number
  /** An engine that has run this long has earned the short pause again. */
  readonly stable: number
  /** How often an engine says that it is alive. */
  readonly heartbeat: number
  /** How long it may say nothing: work that never lets go of the event loop for this long is taken for a hang. */
  readonly silence: number
}

const TIMING: Timing = { ready: 60_000, close: 12_000, pause: 250, longestPause: 5_000, stable: 60_000, heartbeat: 1_000, silence: 30_000 }

/** How native code dies over damaged pages; by chance it does not do so time after time. */
const NATIVE_DEATHS = new Set<string | null>(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE'])
const MAX_NATIVE_DEATHS = 3

/**
 * Keeps one engine running on a data directory, at one address for as long as it lives: clients that lost the engine
 * reconnect to the next one. Emits `down` when the engine has ended and `up` when another has taken its place. Over damaged data
 * there is no other: it says so in the log, and clients find nobody.
 */
export class Supervisor extends EventEmitter<{ up: [], down: [] }> {
  readonly #log: Log
  readonly #timing: Timing
  readonly #closing = new AbortController()
  #order: StartOrder
  #uri = ''
  #engine: EngineProcess | undefined
  #ready = false
  #readyAt = 0
  #pause: number
  #nativeDeaths = 0
  #hasGivenUp = false
  #supervision: Promise<void> | undefined

  constructor ({ dataDirectory, log, timing, useTcp = process.platform === 'win32' }: SupervisorOptions) {
    super()
    this.#log = log
    this.#timing = { ...TIMING, ...timing }
    this.#pause = this.#timing.pause
    this.#order = orderFor(prepareDataDirectory(dataDirectory), useTcp, this.#timing.heartbeat)
  }

  /** Where clients connect; the same across restarts. */
  get uri (): string {
    return this.#uri
  }

  get pid (): number {
    return this.#engine?.pid ?? 0
  }

  get ready (): boolean {
    return this.#ready
  }

  /** @throws {Error} when the first engine cannot start: that is for the operator to mend, not for another try */
  async start (): Promise<void> {
    this.#supervision = this.#supervise(await this.#spawn())
  }

  /** Has the engine finish what it is doing and close its store; kills one that takes too long. */
  async close (): Promise<void> {
    this.#closing.abort()
    await this.#engine?.stop(this.#timing.close)
    await this.#supervision
  }

  async #supervise (first: EngineProcess): Promise<void> {
    for (let engine: EngineProcess | undefined = first; engine !== undefined; engine = await this.#respawn()) {
      const end = await engine.exited
      this.#ready = false
      if (this.#closing.signal.aborted) return
      this.#log({ level: 'error', msg: 'the engine has ended', end: end.text, enginePid: engine.pid })
      this.emit('down')
      if (performance.now() - this.#readyAt >= this.#timing.stable) {
        this.#pause = this.#timing.pause
        this.#nativeDeaths = 0
      }
      this.#learnFrom(end)
    }
  }

  /** Tries until an engine runs; gives up when the supervisor closes or there is no hope. */
  async #respawn (): Promise<EngineProcess | undefined> {
    const { signal } = this.#closing
    while (!signal.aborted && !this.#hasGivenUp) {
      await delay(this.#pause, undefined, { signal }).catch(() => {}) // closing cuts the pause short
      if (signal.aborted) break
      this.#pause = Math.min(2 * this.#pause, this.#timing.longestPause)
      try {
        const engine = await this.#spawn()
        this.emit('up')
        return engine
      } catch (error) {
        this.#log({ level: 'error', msg: 'the engine cannot be restarted yet', error: (error as Error).message })
        this.#learnFrom(await this.#engine!.exited)
      }
    }
    return undefined
  }

  /** Decides whether another start could do better. */
  #learnFrom ({ code, signal }: End): void {
    this.#nativeDeaths = NATIVE_DEATHS.has(signal) ? this.#nativeDeaths + 1 : 0
    if (code !== EX_DATAERR && this.#nativeDeaths < MAX_NATIVE_DEATHS) return
    this.#hasGivenUp = true
    const { dataDirectory } = this.#order
    this.#log({
      level: 'error',
      msg: `the data in ${dataDirectory} are damaged, and the engine is not started again: stop this server, look with \`quire db check ${dataDirectory}\`, and put back a backup with \`quire db restore\`; without one \`quire db salvage\` saves what can be read`
    })
  }

  async #spawn (): Promise<EngineProcess> {
    const engine = new EngineProcess(this.#log)
    this.#engine = engine
    const address = await engine.start(this.#order, this.#timing.ready)
    // The system chose the port of the first engine; the ones after it must take the same.
    if ('port' in this.#order.listen) this.#order = { ...this.#order, listen: { port: Number(address.split(':')[1]) } }
    engine.watch(this.#timing.heartbeat, Math.ceil(this.#timing.silence / this.#timing.heartbeat))
    this.#uri = uriFor(address, this.#order.password)
    this.#ready = true
    this.#readyAt = performance.now()
    this.#log({ level: 'info', msg: 'the engine is ready', enginePid: engine.pid, address })
    return engine
  }
}

function orderFor (dataDirectory: string, useTcp: boolean, heartbeat: number): StartOrder {
  return useTcp
    ? { type: 'start', dataDirectory, heartbeat, listen: { port: 0 }, password: randomBytes(32).toString('base64url') }
    : { type: 'start', dataDirectory, heartbeat, listen: { path: socketPath(dataDirectory) } }
}

/** `directConnection` because drivers fold the addresses of a set to lower case, which a path may not survive. */
function uriFor (address: string, password: string | undefined): string {
  return password === undefined
    ? `mongodb://${encodeURIComponent(address)}/quire?directConnection=true`
    : `mongodb://${USER}:${password}@${address}/quire?directConnection=true&authSource=admin&authMechanism=SCRAM-SHA-256`
}
