import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter, on, once } from 'node:events'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { temporaryDatabase, temporaryDirectory } from './helper.js'

/** A line of the log. */
export type LogLine = Record<string, unknown> & { msg: string }

/** A server in a process of its own, as `npm start` runs it. */
export class ServerProcess extends EventEmitter<{ line: [LogLine] }> {
  readonly process: ChildProcess
  readonly exited: Promise<[code: number | null, signal: string | null]>
  readonly log: LogLine[] = []
  url = ''
  errors = ''

  /** @param wrapper a command that runs the server: a shell with limits */
  constructor (variables: Record<string, string>, wrapper: readonly string[] = []) {
    super()
    const program = join(import.meta.dirname, `../src/server${extname(import.meta.filename)}`)
    const [command, ...args] = [...wrapper, process.execPath, ...process.execArgv, program]
    this.process = spawn(command!, args, { env: { ...inherited(), ...variables } })
    this.exited = once(this.process, 'close') as Promise<[number | null, string | null]>
    this.process.stderr!.on('data', (text) => { this.errors += text })
    createInterface(this.process.stdout!).on('line', (text) => {
      const line = JSON.parse(text) as LogLine
      this.log.push(line)
      this.emit('line', line)
    })
  }

  /** Resolves when the log names the address. */
  async ready (): Promise<this> {
    const ended = this.exited.then(() => { throw new Error(`the server has ended: ${this.errors}${JSON.stringify(this.log)}`) })
    const { msg } = await Promise.race([this.line(/^ready at /), ended])
    this.url = msg.replace('ready at ', '')
    return this
  }

  /** The next line of the log whose message matches. */
  async line (pattern: RegExp): Promise<LogLine> {
    for await (const [line] of on(this, 'line')) if (pattern.test(line.msg)) return line
    throw new Error('the log has ended')
  }
}

/** The environment of the tests, without what is theirs alone. */
function inherited (): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('QUIRE_')))
}

/** Starts a server on a free port and a database of its own; it is killed when the test ends. */
export async function startServer (t: Test, variables: Record<string, string> = {}, wrapper: readonly string[] = []): Promise<ServerProcess> {
  const server = new ServerProcess({
    PORT: '0',
    DATA_DIR: temporaryDirectory(t),
    MONGODB_URI: variables['MONGODB_URI'] ?? await temporaryDatabase(t),
    QUIRE_BCRYPT_COST: '4',
    QUIRE_EVENT_LOOP_DELAY_MS: '0',
    ...variables
  }, wrapper)
  t.teardown(async () => {
    server.process.kill('SIGKILL')
    await server.exited
  })
  return await server.ready()
}
