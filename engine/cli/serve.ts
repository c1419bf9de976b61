import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { prepareDataDirectory } from '../data-directory.js'
import { endProcess, killAfter } from '../end-process.js'
import { EX_DATAERR, EX_FAILED, EX_IOERR, exitCodeFor } from '../exit-codes.js'
import { openInstance, type InstanceOptions } from '../instance.js'
import type { LogEntry } from '../log.js'
import { isLoopback, readListenAddress } from './listen-address.js'
import { UsageError, type Program } from './program.js'

/** How long closing may take, and how long it may keep the process if not even timers run. */
const CLOSE_LIMIT_MS = 10_000
const KILL_LIMIT_MS = 12_000
const PASSWORD_VARIABLE = 'ENGINE_PASSWORD'

const help = `Usage: quire db serve [options]

Runs the engine alone, for any MongoDB client, until it is told to stop (SIGINT, SIGTERM).
Prints one line when it is ready, with the address; its log goes to stderr as JSON.
Ends with ${EX_IOERR} when the disk has failed, for a service manager to start it again, and with
${EX_DATAERR} when the data are damaged, which another start does not mend.

  --listen HOST:PORT  where clients connect (127.0.0.1:27017); port 0 picks a free one
  --data DIRECTORY    where the data is (data/engine); one engine at a time
  --user NAME         who may sign in with SCRAM-SHA-256 (quire); the password is
                      read from ${PASSWORD_VARIABLE}, or made and printed
  --no-auth           lets everybody in; only on a loopback address
  --test-commands     adds commands by which tests of drivers make the engine fail
  --help              prints this

The connection is not encrypted: leave the loopback interface only inside a network you trust.`

const options = {
  listen: { type: 'string', default: '127.0.0.1:27017' },
  data: { type: 'string', default: 'data/engine' },
  user: { type: 'string', default: 'quire' },
  'no-auth': { type: 'boolean', default: false },
  'test-commands': { type: 'boolean', default: false }
} as const

export const serve: Program = {
  summary: 'Runs the engine alone, for any MongoDB client',
  help,

  async run (args) {
    const { instance, secret } = readOptions(args)
    const dataDirectory = prepareDataDirectory(instance.dataDirectory)
    let onFailure: (error: Error) => void = () => {}
    const failure = new Promise<Error>((resolve) => { onFailure = resolve })
    const running = await openInstance({ ...instance, dataDirectory }, log, { onLost: lockLost, onFailure })
    const identity = instance.password === undefined ? '' : `${instance.user}${secret === undefined ? '' : `:${secret}`}@`
    const query = instance.password === undefined ? '' : '&authSource=admin'
    process.stdout.write(`ready at mongodb://${identity}${running.address}/?directConnection=true${query}\n`)
    const failed = await Promise.race([stopSignal(), failure])
    if (failed !== undefined) killAfter(KILL_LIMIT_MS)
    const limit = setTimeout(() => endProcess(failed === undefined ? EX_FAILED : exitCodeFor(failed)), CLOSE_LIMIT_MS)
    await running.close()
    clearTimeout(limit)
    if (failed !== undefined) throw failed
  }
}

interface ServeOptions {
  readonly instance: InstanceOptions
  /** A password that nobody knows yet. */
  readonly secret?: string
}

function readOptions (args: string[]): ServeOptions {
  const { values } = parseArgs({ args, options })
  const listen = readListenAddress(values.listen)
  const instance = { dataDirectory: values.data, listen, forTests: values['test-commands'] }
  if (values['no-auth']) {
    if (!isLoopback(listen.host)) throw new UsageError(`--no-auth is for loopback addresses, and ${listen.host} is none`)
    return { instance }
  }
  // Letters, digits and a few signs are the same in SCRAM's messages and in addresses.
  if (!/^[\w.-]+$/.test(values.user)) throw new UsageError('--user may have ASCII letters, digits, and . _ -')
  const chosen = choosePassword()
  return { instance: { ...instance, user: values.user, password: chosen.password }, secret: chosen.secret }
}

function choosePassword (): { password: string, secret?: string } {
  const given = process.env[PASSWORD_VARIABLE]
  if (given !== undefined) {
    // SASLprep, which clients apply, leaves these as they are.
    if (!/^[\x21-\x7e]{8,}$/.test(given)) throw new UsageError(`${PASSWORD_VARIABLE} must have at least 8 characters, printable ASCII without spaces`)
    return { password: given }
  }
  const secret = randomBytes(32).toString('base64url')
  return { password: secret, secret }
}

async function stopSignal (): Promise<void> {
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))
}

function log (entry: LogEntry): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`)
}

/** Another engine may be writing to the directory now: this one must not. */
function lockLost (): void {
  log({ level: 'error', msg: 'another process took the lock on the data directory' })
  endProcess(EX_FAILED)
}
