import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { surprises } from './differences.js'
import { runSuite, type Outcome } from './mocha.js'
import { mongoshVersion, places, runMongosh } from './mongosh.js'
import { startServer } from './server.js'
import { driverSuites, mongooseSuites, versionOf, type Suite } from './suites.js'

/**
 * Runs the tests of Mongoose and of the driver against the engine and compares the failures with
 * known-differences.json. They are run from checkouts outside of this repository and never copied into it: the
 * driver's contain MongoDB's specification tests, which are CC BY-NC-SA.
 */

const help = `Usage: npm run conformance -- [--mongoose PATH] [--driver PATH] [--mongosh PATH] [options]

  --mongoose PATH     a checkout of Mongoose with its dependencies installed
  --driver PATH       a checkout of the MongoDB Node.js driver with its dependencies installed
  --mongosh PATH      a directory in which \`npm install @mongosh/cli-repl\` was run
  --only TEXT         only the suites whose name contains it
  --results DIRECTORY where mocha's reports and output go
`

const { values } = parseArgs({
  options: {
    mongoose: { type: 'string' },
    driver: { type: 'string' },
    mongosh: { type: 'string' },
    only: { type: 'string', default: '' },
    results: { type: 'string', default: join(tmpdir(), 'quire-conformance') },
    help: { type: 'boolean' }
  }
})

let isAsExpected = true
if (values.help || [values.mongoose, values.driver, values.mongosh].every((path) => path === undefined)) print(help)
if (values.mongoose !== undefined) await runAll(resolve(values.mongoose), mongooseSuites())
if (values.driver !== undefined) await runAll(resolve(values.driver), driverSuites(resolve(values.driver)))
if (values.mongosh !== undefined) await runShells(resolve(values.mongosh))
if (!isAsExpected) process.exitCode = 1

async function runAll (checkout: string, suites: readonly Suite[]): Promise<void> {
  const results = resolve(values.results)
  await mkdir(results, { recursive: true })
  printHead(versionOf(checkout))
  for (const suite of suites.filter(({ name }) => name.includes(values.only))) report(suite, await runAlone(checkout, suite, results))
}

async function runShells (directory: string): Promise<void> {
  printHead(mongoshVersion(directory))
  for (const place of places.filter(({ name }) => name.includes(values.only))) report(place, await runMongosh(directory, place))
}

/** Each suite has an engine of its own: what one leaves behind must not decide how the next one fares. */
async function runAlone (checkout: string, suite: Suite, results: string): Promise<Outcome> {
  const server = await startServer()
  try {
    return await runSuite(checkout, suite, server.address, results)
  } finally {
    await server.stop()
  }
}

function printHead (what: string): void {
  print(`\n| ${what} | pass | fail | pending |\n|---|---:|---:|---:|\n`)
}

function report ({ name }: Pick<Suite, 'name'>, outcome: Outcome): void {
  print(`| ${name} | ${outcome.passed} | ${outcome.failures.length} | ${outcome.pending} |\n`)
  const { unlisted, outdated } = surprises(name, outcome)
  for (const { title, message } of unlisted) print(`  not listed: ${title}\n    ${message.split('\n', 1)[0]}\n`)
  for (const title of outdated) print(`  listed, but did not fail: ${title}\n`)
  if (unlisted.length + outdated.length > 0) isAsExpected = false
}

function print (text: string): void {
  process.stdout.write(text)
}
