import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A server that does nothing but answer, in a process of its own. */
export interface Echo {
  readonly uri: string
  readonly pid: number
  stop (): Promise<void>
}

let started = 0

export async function startEcho (directory: string, documents: number): Promise<Echo> {
  const path = join(directory, `echo-${started++}.sock`)
  const child: ChildProcess = fork(join(import.meta.dirname, 'echo-server.js'), [path, String(documents)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const ended = once(child, 'exit').then(() => { throw new Error('the echo server has ended') })
  await Promise.race([once(child.stdout!, 'data'), ended])
  ended.catch(() => {}) // after that it is stopped
  return {
    uri: `mongodb://${encodeURIComponent(path)}/bench?directConnection=true`,
    pid: child.pid!,
    async stop () {
      child.kill()
      await once(child, 'exit')
    }
  }
}
