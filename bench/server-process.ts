import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { usageOf, type Usage } from './usage.js'

/** A server in a process of its own, which may have started an engine as its child. */
export class ServerProcess {
  readonly url: string
  /** From the start of the process until it said that it was ready. */
  readonly readyMs: number
  readonly #child: ChildProcess

  private constructor (child: ChildProcess, url: string, readyMs: number) {
    this.#child = child
    this.url = url
    this.readyMs = readyMs
  }

  static async start (file: string, args: readonly string[], environment: Record<string, string> = {}): Promise<ServerProcess> {
    const begin = performance.now()
    const child = spawn(process.execPath, [file, ...args], { env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    for await (const chunk of child.stdout!) {
      output += chunk
      const address = /ready at (http:\/\/[\w.:]+)/.exec(output)?.[1]
      if (address !== undefined) {
        child.stdout!.resume()
        return new ServerProcess(child, address, performance.now() - begin)
      }
    }
    throw new Error(`${file} ended before it was ready:\n${output}`)
  }

  /** Seconds of processor time and MiB of memory, of the server and of its engine. Linux only. */
  usage (): { server: Usage, engine: Usage } {
    return { server: usageOf(this.#child.pid!), engine: usageOf(childOf(this.#child.pid!)) }
  }

  async stop (): Promise<void> {
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }
}

function childOf (parent: number): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
  const child = pids.find((pid) => parentOf(pid) === parent)
  if (child === undefined) throw new Error(`process ${parent} has no engine`)
  return child
}

function parentOf (pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1])
  } catch {
    return undefined // it ended while we looked
  }
}
