import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Fault, Outcome } from './fault.js'
import { faults } from './list.js'
import { Random } from './random.js'

/**
 * Does to real engines what machines do to them, and compares what is there afterwards with what was answered.
 * Prints the fault table of the engine's README; fails when anything was lost, doubled or otherwise wrong.
 */

const help = `Usage: npm run faults -- [options]

  --only NAME       one of ${faults.map(({ name }) => name).join(', ')},
                    or an id, such as F-05: those faults only; may be given several times
  --rounds N        how often each is done, instead of its own number
  --seed N          of everything that is chosen at random (the time)
  --data DIRECTORY  where the engines keep their data (a new one for temporary files); on the disk to be tested
`

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    data: { type: 'string' },
    help: { type: 'boolean' }
  }
})

if (values.help) print(help)
else await runAll()

async function runAll (): Promise<void> {
  const seed = Number(values.seed)
  const chosen = values.only.length === 0 ? faults : [...new Set(values.only.flatMap(faultsCalled))]
  print(`Node.js ${process.version}, ${process.platform}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}\n\n`)
  print('| fault | | rounds | acknowledged | lost | duplicated | wrong | longest outage | seed |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n')
  for (const fault of chosen) await report(fault, seed)
}

/** @throws {Error} for a name that no fault has */
function faultsCalled (name: string): Fault[] {
  const called = faults.filter((fault) => fault.name === name || fault.id.split(', ').includes(name))
  if (called.length === 0) throw new Error(`no fault is called ${name}; try --help`)
  return called
}

async function report (fault: Fault, seed: number): Promise<void> {
  const missing = fault.missing?.()
  if (missing !== undefined) return print(`| ${fault.id} | ${fault.title} | skipped: ${missing} | | | | | | |\n`)
  const directory = mkdtempSync(join(values.data ?? tmpdir(), 'quire-faults-'))
  try {
    print(row(fault, await fault.run({ directory, rounds: Number(values.rounds ?? fault.rounds), random: new Random(seed), progress }), seed))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function row ({ id, title }: Fault, { rounds, acknowledged, lost, duplicated, wrong, outage, note }: Outcome, seed: number): string {
  if (lost + duplicated + wrong.length > 0) process.exitCode = 1
  for (const text of wrong.slice(0, 20)) process.stderr.write(`  wrong: ${text}\n`)
  const name = note === undefined ? title : `${title} (${note})`
  const waited = outage === undefined ? '' : `${Math.round(outage)} ms`
  return `| ${id} | ${name} | ${rounds} | ${acknowledged} | ${lost} | ${duplicated} | ${wrong.length} | ${waited} | ${seed} |\n`
}

/** One line that is written over again and again. */
function progress (text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K  ${text}\r`)
}

function print (text: string): void {
  process.stdout.write(text)
}
