import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Notice, Order, StartOrder } from './ipc.js'
import type { Log } from './log.js'

/**
 * What keeps the engine small. Nearly all that it makes is gone with the command, so that collecting the young more often costs
 * nothing: three spaces of this many megabytes. At rest it collects all (storage/mapped-pages.ts). And glibc's malloc keeps memory for
 * each thread, of which there are many.
 */
const SMALL_HEAP = ['--max-semi-space-size=4', '--expose-gc']
const SMALL_ARENAS = { MALLOC_ARENA_MAX: '2' }

type Answer = Extract<Notice, { type: 'ready' | 'failed' }>

/** main.js beside this file when it was compiled, main.ts when it runs from source. */
const MAIN = fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url))

/** How a process ended. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** For the log. */
  readonly text: string
}

/** One engine in a child process, from its fork to its exit. */
export class EngineProcess {
  /** Resolves, never rejects, with how the process ended. */
  readonly exited: Promise<End>
  readonly #child: ChildProcess
  readonly #log: Log

  constructor (log: Log) {
    this.#log = log
    this.#child = fork(MAIN, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [...process.execArgv, ...SMALL_HEAP], env: { ...SMALL_ARENAS, ...process.env } })
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal, text: signal === null ? `exit code ${code}` : `signal ${signal}` }))
      this.#child.on('error', (error) => {
        if (this.#child.pid === undefined) resolve({ code: null, signal: null, text: error.message }) // it was never born
        else log({ level: 'error', msg: 'cannot reach the engine process', error: error.message })
      })
    })
    this.#child.on('message', (notice: Notice) => {
      if (notice.type === 'log') log(notice.entry)
    })
    forwardLines(this.#child.stdout, (msg) => log({ level: 'info', msg }))
    forwardLines(this.#child.stderr, (msg) => log({ level: 'error', msg }))
  }

  get pid (): number {
    return this.#child.pid ?? 0
  }

  /**
   * Has it open the data directory and listen; resolves with the address.
   * @throws {Error} with the reason for which it cannot; the process has ended then
   */
  async start (order: StartOrder, timeout: number): Promise<string> {
    const answer = new Promise<Answer>((resolve) => {
      this.#child.on('message', (notice: Notice) => {
        if (notice.type === 'ready' || notice.type === 'failed') resolve(notice)
      })
    })
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeout)
    this.#order(order)
    const first = await Promise.race([answer, this.exited])
    if ('type' in first && first.type === 'failed') await this.exited
    clearTimeout(timer)
    if ('text' in first) throw new Error(`The engine did not become ready: it ended with ${first.text}`)
    if (first.type === 'ready') return first.address
    throw new Error(first.reason)
  }

  /**
   * Kills it when it has not said for a number of ticks that it is alive. Ticks are counted, and not time: while the whole
   * machine sleeps, or this process is stopped or busy itself, there are none.
   */
  watch (tick: number, patience: number): void {
    let silent = 0
    this.#child.on('message', () => { silent = 0 })
    const timer = setInterval(() => {
      if (++silent !== patience) return
      this.#log({ level: 'error', msg: 'the engine hangs and is killed', enginePid: this.pid, silentMs: silent * tick })
      this.#child.kill('SIGKILL')
    }, tick).unref()
    this.#child.once('exit', () => clearInterval(timer))
  }

  /** Has it finish what it is doing and exit; kills it after `timeout`. */
  async stop (timeout: number): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeout)
    if (this.#child.connected) this.#order({ type: 'close' })
    await this.exited
    clearTimeout(timer)
  }

  #order (order: Order): void {
    this.#child.send(order)
  }
}

/** What it prints itself is rare, and mostly the last words of native code. */
function forwardLines (stream: Readable | null, forward: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', forward)
}
