import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { missingTracer } from '../../engine/faults/tracer.js'
import { temporaryDirectory } from '../helper.js'
import { startServer, type ServerProcess } from '../server-process.js'

const UNAVAILABLE = 'DATABASE_UNAVAILABLE'
const sameOrigin = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
const ann = { email: 'ann@example.com', password: 'canary-password-of-ann', transport: 'bearer' }

/** What a client of a server can do to notes. */
interface Client {
  create (text: string): Promise<{ status: number, code?: string, id?: string }>
  read (id: string): Promise<number>
}

async function signUp ({ url }: ServerProcess): Promise<Client> {
  const signup = await fetch(`${url}/v1/auth/signup`, { method: 'POST', headers: sameOrigin, body: JSON.stringify(ann) })
  const headers = { ...sameOrigin, authorization: `Bearer ${(await signup.json() as { accessToken: string }).accessToken}` }
  return {
    async create (text) {
      const response = await fetch(`${url}/v1/notes`, { method: 'POST', headers, body: JSON.stringify({ text }) })
      return { ...await response.json() as object, status: response.status }
    },
    async read (id) {
      return (await fetch(`${url}/v1/notes/${id}`, { headers })).status
    }
  }
}

/** Creates notes until one is refused, which is returned after the ids of the others. */
async function fill ({ create }: Client): Promise<{ ids: string[], refused: { status: number, code?: string } }> {
  const ids: string[] = []
  for (;;) {
    const answer = await create('x'.repeat(50_000))
    if (answer.status !== 201) return { ids, refused: answer }
    ids.push(answer.id!)
  }
}

const canMount = spawnSync('unshare', ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0

t.test('F-06 on a full disk writes are answered 503 and reads go on, until there is space', { skip: !canMount && 'no file systems can be mounted here' }, async (t) => {
  const DATA_DIR = temporaryDirectory(t)
  const mount = 'mount -t tmpfs -o size=8m tmpfs "$0" && head -c 2000000 /dev/zero > "$0/ballast" && exec "$@"'
  const server = await startServer(t, { MONGODB_URI: '', DATA_DIR }, ['unshare', '--map-root-user', '--mount', 'sh', '-c', mount, DATA_DIR])
  const client = await signUp(server)
  const { ids, refused } = await fill(client)
  t.match(refused, { status: 503, code: UNAVAILABLE })
  t.ok(ids.length > 1)
  t.same(await Promise.all(ids.map(client.read)), ids.map(() => 200))
  rmSync(join(`/proc/${server.process.pid}/root`, DATA_DIR, 'ballast')) // its file systems are not those of this process
  t.match(await client.create('there is space'), { status: 201 })
})

const cannotTrace = missingTracer() ?? (process.getuid?.() !== 0 && 'needs the right to trace a process that runs')

/** Has every flush of the data fail, for a server and its engines, until it is ended. */
async function failFlushes (t: Test, { process, log }: ServerProcess, directory: string): Promise<ChildProcess> {
  const enginePid = log.find(({ msg }) => msg === 'the engine is ready')!['enginePid']
  const file = join(directory, 'engine', 'data.mdb')
  const tracer = spawn('strace', ['-f', '-o', '/dev/null', '-P', file, '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO', '-p', String(process.pid), '-p', String(enginePid)], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.teardown(() => tracer.kill('SIGKILL'))
  const waiting = new Set([String(process.pid), String(enginePid)])
  for await (const line of createInterface(tracer.stderr!)) {
    waiting.delete(/Process (\d+) attached/.exec(line)?.[1] ?? '')
    if (waiting.size === 0) return tracer
  }
  throw new Error('strace has ended')
}

t.test('F-07 when flushing fails writes are answered 503 until another engine has a disk that works, and what was answered is there', { skip: cannotTrace }, async (t) => {
  const DATA_DIR = temporaryDirectory(t)
  const server = await startServer(t, { MONGODB_URI: '', DATA_DIR })
  const client = await signUp(server)
  const { id } = await client.create('before')
  const tracer = await failFlushes(t, server, DATA_DIR)
  const ended = server.line(/^the engine has ended/)
  t.match(await client.create('meanwhile'), { status: 503, code: UNAVAILABLE })
  t.match(await ended, { end: 'exit code 74' })
  tracer.kill('SIGTERM')
  await once(tracer, 'exit')
  let answer = await client.create('after')
  while (answer.status === 503) answer = await client.create('after')
  t.equal(answer.status, 201)
  t.equal(await client.read(id!), 200)
})
