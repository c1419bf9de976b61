import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { MongoClient, type MongoClientOptions } from 'mongodb'

/** main.js when it was compiled, main.ts when it runs from source. */
const MAIN = fileURLToPath(new URL(`../cli/main${extname(import.meta.url)}`, import.meta.url))

export interface Exit { readonly code: number | null, readonly signal: NodeJS.Signals | null, readonly stderr: string }

/** An engine in a process of its own, as `quire db serve` runs it. */
export interface Served {
  readonly pid: number
  readonly address: string
  readonly exited: Promise<Exit>
  connect (options?: MongoClientOptions): MongoClient
  kill (signal: NodeJS.Signals): void
}

export interface ServeOptions {
  /** A command that runs the engine: a tracer, a shell with limits. */
  readonly wrapper?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** Resolves with how it ended if it did not become ready. */
export async function serve (directory: string, { wrapper = [], environment = {} }: ServeOptions = {}): Promise<Served | Exit> {
  const [command, ...args] = [...wrapper, process.execPath, ...process.execArgv, MAIN, 'db', 'serve', '--no-auth', '--listen', '127.0.0.1:0', '--data', directory]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
  const stderr = text(child.stderr)
  const exited = once(child, 'exit').then(async ([code, signal]): Promise<Exit> => ({ code, signal, stderr: await stderr }))
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>
  const first = await Promise.race([line, exited])
  if ('stderr' in first) return first
  const uri = first[0].replace(/^ready at /, '')
  const clients: MongoClient[] = []
  exited.then(() => Promise.all(clients.map((client) => client.close())))
  return {
    pid: child.pid!,
    address: uri.split('/')[2],
    exited,
    connect (options) {
      const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5000, ...options })
      clients.push(client)
      return client
    },
    kill: (signal) => child.kill(signal)
  }
}

/** @throws {Error} when it does not become ready */
export async function mustServe (directory: string, options: ServeOptions = {}): Promise<Served> {
  const served = await serve(directory, options)
  if ('stderr' in served) throw new Error(`the engine did not start (${served.code ?? served.signal}): ${served.stderr}`)
  return served
}

/** Ends it as a service manager does. */
export async function stop (served: Served): Promise<Exit> {
  served.kill('SIGTERM')
  return await served.exited
}
