import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { startEngine } from '../index.js'
import type { Outcome } from './mocha.js'
import { startServer } from './server.js'

/** What is run inside of mongosh. */
const SCRIPT = fileURLToPath(new URL('everyday.mongosh.js', import.meta.url))

/** Longer than it takes: a run that hangs must not do so for ever. */
const LONGEST_RUN_MS = 5 * 60_000

/** What the script prints last. */
type Report = ReadonlyArray<{ readonly title: string, readonly error?: string }>

/** An engine to connect to, and how it is called in the table. */
export interface Place {
  readonly name: string
  readonly start: () => Promise<{ readonly uri: string, readonly stop: () => Promise<void> }>
}

export const places: readonly Place[] = [
  { name: 'mongosh: TCP', start: startOnTcp },
  { name: 'mongosh: unix socket', start: startOnSocket }
]

/** The package and its version, for the headline of its table. */
export function mongoshVersion (directory: string): string {
  const { name, version } = createRequire(join(directory, 'package.json'))('@mongosh/cli-repl/package.json') as { name: string, version: string }
  return `${name} ${version}`
}

/**
 * Runs the script in the mongosh that is installed in `directory`, against an engine of its own.
 * @throws {Error} when mongosh ends without a report
 */
export async function runMongosh (directory: string, { start }: Place): Promise<Outcome> {
  const { uri, stop } = await start()
  const home = await mkdtemp(join(tmpdir(), 'quire-mongosh-'))
  try {
    await forbidTelemetry(home)
    return outcomeOf(await run(directory, uri, home))
  } finally {
    await stop()
    await rm(home, { recursive: true })
  }
}

/** mongosh keeps its configuration in the home directory; this one is its own. */
async function forbidTelemetry (home: string): Promise<void> {
  const directory = join(home, '.mongodb', 'mongosh')
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'config'), JSON.stringify({ enableTelemetry: false, updateURL: '' }))
}

async function run (directory: string, uri: string, home: string): Promise<string> {
  const program = join(directory, 'node_modules/@mongosh/cli-repl/bin/mongosh.js')
  const child = spawn(process.execPath, [program, uri, '--quiet', '--norc', '--file', SCRIPT], {
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LONGEST_RUN_MS,
    killSignal: 'SIGKILL'
  })
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return output
}

function outcomeOf (output: string): Outcome {
  const line = output.trimEnd().split('\n').at(-1) ?? ''
  if (!line.startsWith('[')) throw new Error(`mongosh ended without a report:\n${output}`)
  const report = JSON.parse(line) as Report
  const failures = report.flatMap(({ title, error }) => error === undefined ? [] : [{ title, message: error }])
  return { passed: report.length - failures.length, pending: 0, failures }
}

async function startOnTcp (): ReturnType<Place['start']> {
  const { address, stop } = await startServer()
  return { uri: `mongodb://${address}/?directConnection=true`, stop }
}

async function startOnSocket (): ReturnType<Place['start']> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'quire-mongosh-data-'))
  const engine = await startEngine({ dataDirectory, log: () => {} })
  return {
    uri: engine.uri,
    async stop () {
      await engine.close()
      await rm(dataDirectory, { recursive: true })
    }
  }
}
