import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Suite } from './suites.js'

/** A test by its full title, which need not be unique within a suite. */
export interface Failure { readonly title: string, readonly message: string }

export interface Outcome { readonly passed: number, readonly pending: number, readonly failures: readonly Failure[] }

/** What mocha's `json` reporter writes, as far as it is read. */
interface Report {
  readonly stats: { readonly passes: number, readonly pending: number }
  readonly failures: ReadonlyArray<{ readonly fullTitle: string, readonly err: { readonly message?: string } }>
}

/** Longer than any suite takes: a run that hangs must not do so for ever. */
const LONGEST_RUN_MS = 20 * 60_000

/**
 * Runs a suite in its checkout, unmodified, with its own mocha. Everything that it prints or reports is left in
 * `directory`.
 * @throws {Error} when it ends without a report
 */
export async function runSuite (checkout: string, suite: Suite, address: string, directory: string): Promise<Outcome> {
  const base = join(directory, suite.name.replace(/\W+/g, '-'))
  const [config, report, output] = [`${base}.config.json`, `${base}.json`, `${base}.log`]
  writeFileSync(config, JSON.stringify({ ...suite.mocha, reporter: 'json', 'reporter-option': [`output=${report}`] }))
  const descriptor = openSync(output, 'w')
  const child = spawn(process.execPath, [join(checkout, 'node_modules/mocha/bin/mocha.js'), '--config', config], {
    cwd: checkout,
    env: { ...process.env, ...suite.environment(address) },
    stdio: ['ignore', descriptor, descriptor],
    timeout: LONGEST_RUN_MS,
    killSignal: 'SIGKILL'
  })
  closeSync(descriptor)
  await once(child, 'exit') // its code is the number of failures
  return readReport(report, output)
}

function readReport (path: string, output: string): Outcome {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`mocha ended without a report, see ${output}`, { cause: error })
  }
  const { stats, failures } = JSON.parse(text) as Report
  return {
    passed: stats.passes,
    pending: stats.pending,
    failures: failures.map(({ fullTitle, err }) => ({ title: fullTitle, message: err.message ?? '' }))
  }
}
