import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** main.js when it was compiled, main.ts when it runs from source. */
const MAIN = fileURLToPath(new URL(`../cli/main${extname(import.meta.url)}`, import.meta.url))

export interface Server {
  readonly address: string
  stop (): Promise<void>
}

/** Starts an engine of its own, on an empty store and a free port, as `quire db serve` does for anybody. */
export async function startServer (): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), 'quire-conformance-'))
  const options = ['--listen', '127.0.0.1:0', '--data', data, '--no-auth', '--test-commands']
  const child = spawn(process.execPath, [...process.execArgv, MAIN, 'db', 'serve', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const ready = once(createInterface({ input: child.stdout }), 'line') as Promise<string[]>
  const line = await Promise.race([ready, exited.then(() => undefined)])
  const address = /^ready at mongodb:\/\/([^/]+)\//.exec(line?.[0] ?? '')?.[1]
  if (address === undefined) throw new Error('the engine did not start')
  return {
    address,
    async stop () {
      child.kill('SIGTERM')
      await exited
      await rm(data, { recursive: true })
    }
  }
}
