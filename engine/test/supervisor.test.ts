import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { open } from 'lmdb'
import { MongoClient } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startEngine, type LogEntry } from '../index.js'
import { identityOf, isRunning, type ProcessIdentity } from '../process-identity.js'
import { Supervisor, type SupervisorOptions } from '../supervisor.js'
import { temporaryDirectory, withoutTimes } from './helper.js'

const QUICK = { pause: 20, longestPause: 100 }

interface Owned {
  readonly engine: Supervisor
  readonly client: MongoClient
  readonly log: LogEntry[]
  readonly dataDirectory: string
}

/** An engine in a process of its own, as the API has it, and a client of it. */
async function own (t: Test, options: Partial<SupervisorOptions> = {}): Promise<Owned> {
  const dataDirectory = options.dataDirectory ?? await temporaryDirectory(t)
  const log: LogEntry[] = []
  const engine = new Supervisor({ dataDirectory, log: (entry) => log.push(entry), timing: QUICK, ...options })
  await engine.start()
  const client = new MongoClient(engine.uri, { serverSelectionTimeoutMS: 5000 })
  t.teardown(async () => {
    await client.close()
    await engine.close()
  })
  return { engine, client, log, dataDirectory }
}

async function ping (client: MongoClient): Promise<unknown> {
  return withoutTimes(await client.db().command({ ping: 1 }))
}

function socketOf ({ uri }: Supervisor): string {
  return decodeURIComponent(new URL(uri).host)
}

function locksIn (directory: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith('.lock'))
}

/** Resolves when a process that is no child of this one has gone. */
async function gone (other: ProcessIdentity): Promise<void> {
  while (isRunning(other)) await new Promise((resolve) => setTimeout(resolve, 10))
}

t.test('the engine runs in a process of its own, behind a socket for this user alone', async (t) => {
  const { engine, client } = await own(t)
  t.same(await ping(client), { ok: 1 })
  t.equal(engine.ready, true)
  t.not(engine.pid, process.pid)
  t.match(engine.uri, /^mongodb:\/\/%2F.+\.sock\/quire\?directConnection=true$/)
  t.equal(lstatSync(socketOf(engine)).mode & 0o777, 0o600)
})

t.test('F-02 an engine that is killed is replaced at the same address, and clients find it', async (t) => {
  const { engine, client, log } = await own(t)
  await ping(client)
  const { pid, uri } = engine
  const [down, up] = [once(engine, 'down'), once(engine, 'up')]
  process.kill(pid, 'SIGKILL')
  await down
  t.equal(engine.ready, false)
  await up
  t.equal(engine.ready, true)
  t.not(engine.pid, pid)
  t.equal(engine.uri, uri)
  t.same(await ping(client), { ok: 1 })
  t.ok(log.some(({ level, end }) => level === 'error' && end === 'signal SIGKILL'))
})

t.test('crashes in a row make the pauses longer, up to a limit', async (t) => {
  const { engine } = await own(t, { timing: { pause: 30, longestPause: 60 } })
  const pauses: number[] = []
  for (let crash = 0; crash < 2; crash++) {
    const up = once(engine, 'up')
    process.kill(engine.pid, 'SIGKILL')
    await once(engine, 'down')
    const since = performance.now()
    await up
    pauses.push(performance.now() - since)
  }
  t.ok(pauses[0] >= 29 && pauses[1] >= 59, String(pauses))
})

t.test('F-33 a second engine on the same directory is refused with the pid of the first', async (t) => {
  const { engine, client, dataDirectory } = await own(t)
  await t.rejects(startEngine({ dataDirectory, log: () => {} }), { message: new RegExp(`in use by another engine \\(process ${engine.pid}\\)`) })
  t.same(await ping(client), { ok: 1 }, 'the first has not been disturbed')
})

t.test('data of a newer format are refused, without another try', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const { engine } = await own(t, { dataDirectory })
  await engine.close()
  const root = open({ path: dataDirectory, overlappingSync: false, keyEncoding: 'binary', encoding: 'binary' })
  await root.openDB('meta', { keyEncoding: 'binary', encoding: 'binary' }).put(Buffer.from('format'), Buffer.from('999'))
  await root.close()
  await t.rejects(startEngine({ dataDirectory, log: () => {} }), /format 999/)
  t.strictSame(locksIn(dataDirectory), [])
})

t.test('a data directory that cannot be is refused', async (t) => {
  const file = join(await temporaryDirectory(t), 'file')
  writeFileSync(file, '')
  await t.rejects(startEngine({ dataDirectory: file, log: () => {} }), { code: 'EEXIST' })
})

t.test('an engine that does not become ready in time is killed', async (t) => {
  const engine = new Supervisor({ dataDirectory: await temporaryDirectory(t), log: () => {}, timing: { ready: 1 } })
  await t.rejects(engine.start(), /did not become ready: it ended with signal SIGKILL/)
  await engine.close()
})

t.test('over TCP a password is asked for, and port and password outlive a crash', async (t) => {
  const { engine, client } = await own(t, { useTcp: true })
  const { uri } = engine
  t.match(uri, /^mongodb:\/\/quire:[\w-]{43}@127\.0\.0\.1:\d+\/quire\?directConnection=true&authSource=admin&authMechanism=SCRAM-SHA-256$/)
  t.match(await client.db().command({ connectionStatus: 1 }), { authInfo: { authenticatedUsers: [{ user: 'quire' }] } })
  const up = once(engine, 'up')
  process.kill(engine.pid, 'SIGKILL')
  await up
  t.equal(engine.uri, uri)
  t.same(await ping(client), { ok: 1 })
})

t.test('closing ends the process and leaves neither socket nor lock', async (t) => {
  const { engine, client, dataDirectory } = await own(t)
  await ping(client)
  const identity = identityOf(engine.pid)
  const path = socketOf(engine)
  t.equal(locksIn(dataDirectory).length, 1)
  await engine.close()
  await gone(identity)
  t.equal(engine.ready, false)
  t.notOk(existsSync(path))
  t.strictSame(locksIn(dataDirectory), [])
  await engine.close()
})

t.test('closing during a pause does not wait for it, nor for an engine that hangs', async (t) => {
  const { engine } = await own(t, { timing: { pause: 60_000 } })
  const down = once(engine, 'down')
  process.kill(engine.pid, 'SIGKILL')
  await down
  await engine.close()
  const { engine: hanging } = await own(t, { timing: { close: 100 } })
  process.kill(hanging.pid, 'SIGSTOP')
  await hanging.close()
})

t.test('a signal to the whole group does not end the engine before the API is done with it', async (t) => {
  const { engine, client } = await own(t)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(engine.pid, signal)
  t.same(await ping(client), { ok: 1 })
  t.equal((await client.db('admin').command({ serverStatus: 1 })).pid, engine.pid)
})

t.test('F-01 an engine whose API was killed closes and lets the next one start', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const owner = fork(new URL(`./engine-owner${extname(import.meta.url)}`, import.meta.url), [dataDirectory])
  t.teardown(() => owner.kill('SIGKILL'))
  const [{ pid }] = await once(owner, 'message')
  const engine = identityOf(pid)
  owner.kill('SIGKILL')
  const { client } = await own(t, { dataDirectory })
  await gone(engine)
  t.same(await ping(client), { ok: 1 })
})

t.test('an engine that loses its lock ends at once, says why, and is started again', async (t) => {
  const { engine, log, dataDirectory } = await own(t)
  const up = once(engine, 'up')
  for (const name of locksIn(dataDirectory)) rmSync(join(dataDirectory, name))
  await up
  t.ok(log.some(({ level, stack }) => level === 'error' && String(stack).includes('another process took the lock')))
})

t.test('an engine that hangs is killed and started again', async (t) => {
  const { engine, client, log } = await own(t, { timing: { ...QUICK, heartbeat: 20, silence: 2000 } })
  const up = once(engine, 'up')
  process.kill(engine.pid, 'SIGSTOP')
  await up
  t.same(await ping(client), { ok: 1 })
  t.match(log.filter(({ msg }) => msg === 'the engine hangs and is killed').length, 1)
})

t.test('F-08 an engine that dies over its data time after time is not started again, and the log says what to do', async (t) => {
  const { engine, log } = await own(t)
  for (const again of [true, true, false]) {
    const next = once(engine, again ? 'up' : 'down')
    process.kill(engine.pid, 'SIGBUS')
    await next
  }
  t.match(log.at(-1), { level: 'error', msg: /are damaged.*quire db check .*quire db restore/ })
  t.equal(engine.ready, false)
})

t.test('F-08 data that are found damaged at a restart end the restarts', async (t) => {
  const { engine, log, dataDirectory } = await own(t)
  const down = once(engine, 'down')
  process.kill(engine.pid, 'SIGKILL')
  await down
  const told = new Promise<void>((resolve) => {
    const { push } = log
    log.push = (...entries) => {
      if (entries.some(({ msg }) => String(msg).includes('quire db restore'))) resolve()
      return push.apply(log, entries)
    }
  })
  truncateSync(join(dataDirectory, 'data.mdb'), 10_000)
  await told
  t.ok(log.some(({ error }) => String(error).includes('damaged')))
})
