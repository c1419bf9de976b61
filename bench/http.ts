import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { ServerProcess } from './server-process.js'

/**
 * Requests per second and processor time per request of the two commonest calls, beside a bare Fastify route that does nothing
 * but call the driver. The two alternate, so that whatever else the machine does hits both; medians are printed.
 */
const rounds = Number(process.argv[2] ?? 5)
const seconds = Number(process.argv[3] ?? 5)
const connections = 32
const note = { title: 'Groceries', tags: ['home'], items: [{ name: 'milk', done: false }, { name: 'bread', done: true }], text: 'x'.repeat(300) }

interface Subject {
  readonly name: string
  readonly server: ServerProcess
  readonly headers: Record<string, string>
}

interface Sample { perSecond: number, serverMicros: number, engineMicros: number, p99: number }

const directory = mkdtempSync(join(tmpdir(), 'quire-bench-'))
const quire = await startQuire()
const bare = await startBare()
for (const { name, server } of [quire, bare]) print(`${name}: ready in ${Math.round(server.readyMs)} ms, ${memory(server)}`)
for (const call of ['GET', 'POST'] as const) await compare(call)
for (const { name, server } of [quire, bare]) print(`${name}: ${memory(server)} after the run`)
await Promise.all([quire.server.stop(), bare.server.stop()])
rmSync(directory, { recursive: true })

async function startQuire (): Promise<Subject> {
  const server = await ServerProcess.start(join(import.meta.dirname, '../src/server.js'), [], {
    PORT: '0', DATA_DIR: join(directory, 'quire'), LOG_LEVEL: 'info', QUIRE_REQUESTS_PER_SOCKET: '0'
  })
  const response = await fetch(`${server.url}/v1/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'bench@example.com', password: 'correct horse battery staple', transport: 'bearer' })
  })
  const { accessToken } = await response.json() as { accessToken: string }
  return { name: 'quire', server, headers: { authorization: `Bearer ${accessToken}` } }
}

async function startBare (): Promise<Subject> {
  const server = await ServerProcess.start(join(import.meta.dirname, 'bare-server.js'), [join(directory, 'bare')])
  return { name: 'bare', server, headers: {} }
}

async function compare (call: 'GET' | 'POST'): Promise<void> {
  const samples = new Map<Subject, Sample[]>([[quire, []], [bare, []]])
  for (let round = 0; round < rounds; round++) {
    for (const [subject, list] of samples) list.push(await measure(subject, call))
  }
  const [a, b] = [...samples.values()].map(medians)
  print(`\n${call === 'GET' ? 'GET /v1/notes/:id' : 'POST /v1/notes'} at ${connections} connections, median of ${rounds} rounds of ${seconds} s`)
  for (const [name, sample] of [['quire', a], ['bare', b]] as const) {
    print(`  ${name.padEnd(6)} ${Math.round(sample.perSecond)} requests/s, p99 ${sample.p99} ms, CPU per request: server ${Math.round(sample.serverMicros)} µs, engine ${Math.round(sample.engineMicros)} µs`)
  }
  print(`  ratio  ${(a.perSecond / b.perSecond).toFixed(2)} of the bare route's requests/s, ${((a.serverMicros + a.engineMicros) / (b.serverMicros + b.engineMicros)).toFixed(2)} times its CPU`)
}

async function measure ({ server, headers }: Subject, call: 'GET' | 'POST'): Promise<Sample> {
  const body = JSON.stringify(note)
  const sent = { 'content-type': 'application/json', ...headers }
  const created = await fetch(`${server.url}/v1/notes`, { method: 'POST', headers: sent, body })
  const { id } = await created.json() as { id: string }
  const before = server.usage()
  const result = await autocannon({
    url: call === 'GET' ? `${server.url}/v1/notes/${id}` : `${server.url}/v1/notes`,
    connections,
    duration: seconds,
    ...call === 'GET' ? { headers } : { method: 'POST', headers: sent, body }
  })
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} requests failed`)
  const after = server.usage()
  const requests = result['2xx']
  const micros = (process: 'server' | 'engine') => (after[process].cpuSeconds - before[process].cpuSeconds) * 1e6 / requests
  return { perSecond: requests / result.duration, serverMicros: micros('server'), engineMicros: micros('engine'), p99: result.latency.p99 }
}

function medians (samples: Sample[]): Sample {
  const median = (of: keyof Sample) => samples.map((sample) => sample[of]).sort((a, b) => a - b)[samples.length >> 1]
  return { perSecond: median('perSecond'), serverMicros: median('serverMicros'), engineMicros: median('engineMicros'), p99: median('p99') }
}

function memory (server: ServerProcess): string {
  const { server: { residentMiB }, engine } = server.usage()
  return `resident ${residentMiB} MiB, engine ${engine.residentMiB} MiB`
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
