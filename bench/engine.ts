import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startEngine, type Engine } from '../engine/index.js'
import { compare, connect, rows, type Options } from './engine/compare.js'
import { fill } from './engine/documents.js'
import { startEcho } from './engine/echo.js'
import { operations } from './engine/operations.js'
import { comparePages, disturbed, scan, scans } from './engine/scale.js'
import { timeStarts } from './engine/start.js'
import { usageOf } from './usage.js'

/**
 * The engine through the official driver and a unix socket, beside a server that only answers, which is the limit of driver and
 * socket. Prints the tables of engine/README.md. Linux only.
 */
const { values } = parseArgs({ options: { documents: { type: 'string', default: '1000000' }, seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '5' } } })
const options: Options = { documents: Number(values.documents), seconds: Number(values.seconds), rounds: Number(values.rounds) }
/** Until the engine has cleaned up and seen that nobody needs it, in milliseconds. */
const REST_MS = 100_000
const directory = mkdtempSync(join(tmpdir(), 'quire-bench-'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

print(`${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0].toFixed(1)} before the run; ${options.documents.toLocaleString('en')} documents of 500 bytes\n`)
const dataDirectory = join(directory, 'data')
const engine = await startEngine({ dataDirectory, log: () => {} })
await prepare(engine)
await measureOperations(engine)
await measureScale(engine)
await engine.close()
const { clean, killed } = await timeStarts(dataDirectory)
print(`| start until the first answer | ${clean.toFixed(0)} ms |`)
print(`| the same after \`kill -9\` while it wrote | ${killed.toFixed(0)} ms |`)

async function prepare ({ uri }: Engine): Promise<void> {
  const client = await connect(uri, 1)
  await fill(rows(client, 'small'), 1000)
  await fill(rows(client, 'large'), options.documents)
  await client.close()
}

async function measureOperations (engine: Engine): Promise<void> {
  print('| operation | at a time | operations/s | of the echo server | p99 | engine CPU |\n|---|---:|---:|---:|---:|---:|')
  for (const operation of operations) {
    const echo = await startEcho(directory, operation.documents)
    for (const concurrency of [1, 16, 64]) {
      const [own, bare] = await compare(operation, concurrency, [engine, echo], options)
      print(`| ${operation.name} | ${concurrency} | ${own.perSecond.toFixed(0)} | ${(100 * own.perSecond / bare.perSecond).toFixed(0)} % | ${own.p99.toFixed(1)} ms | ${own.cpuMicros.toFixed(0)} µs |`)
    }
    await echo.stop()
  }
}

async function measureScale (engine: Engine): Promise<void> {
  print('\n| | |\n|---|---:|')
  print(`| resident memory at the end of that | ${memoryOf(engine)} |`)
  await setTimeout(REST_MS)
  print(`| resident memory at rest | ${memoryOf(engine)} |`)
  const client = await connect(engine.uri, 8)
  const { small, large } = await comparePages(client, engine, options)
  print(`| page of 50 among 1,000 documents, and among all | ${small.p50.toFixed(2)} ms, ${large.p50.toFixed(2)} ms: ${(large.p50 / small.p50).toFixed(2)} times; CPU ${(large.cpuMicros / small.cpuMicros).toFixed(2)} times |`)
  const count = await rows(client, 'large').estimatedDocumentCount()
  for (const [name, work] of scans) {
    const { perSecond, perCore } = await scan(engine.pid, count, () => work(rows(client, 'large')))
    print(`| ${name} | ${perCore.toFixed(0)} documents/s per core, ${perSecond.toFixed(0)} by the clock |`)
  }
  const reads = await disturbed(client, engine, options.documents)
  print(`| point reads, 4 at a time, during full scans and the build of an index | p50 ${reads.p50.toFixed(1)} ms, p99 ${reads.p99.toFixed(1)} ms |`)
  await client.close()
}

function memoryOf ({ pid }: Engine): string {
  const { residentMiB, anonymousMiB, fileMiB } = usageOf(pid)
  return `${residentMiB} MiB: ${anonymousMiB} of its own, ${fileMiB} pages of files`
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
