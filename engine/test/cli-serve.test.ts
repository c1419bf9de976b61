import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { MongoClient, type MongoClientOptions } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { isLoopback, readListenAddress } from '../cli/listen-address.js'
import { MAIN, quireDb } from './cli-process.js'
import { temporaryDirectory } from './helper.js'

interface Served {
  /** What the process has printed, with which anybody can connect. */
  readonly uri: string
  connect (uri?: string, options?: MongoClientOptions): MongoClient
  /** Asks the process to end, and resolves with its exit code. */
  stop (): Promise<number | null>
}

/** `quire db serve` on a free port and a directory of its own. */
async function serve (t: Test, options: readonly string[], environment: Record<string, string> = {}): Promise<Served> {
  const data = await temporaryDirectory(t)
  const args = [...process.execArgv, MAIN, 'db', 'serve', '--data', data, '--listen', '127.0.0.1:0', ...options]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } })
  const exited = once(child, 'exit') as Promise<[number | null]>
  const [line] = await once(createInterface({ input: child.stdout }), 'line') as [string]
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    return (await exited)[0]
  }
  t.teardown(stop)
  const uri = line.replace(/^ready at /, '')
  return {
    uri,
    stop,
    connect (address = uri, options = {}) {
      const client = new MongoClient(address, { serverSelectionTimeoutMS: 5000, ...options })
      t.teardown(() => client.close())
      return client
    }
  }
}

t.test('the engine serves who knows the password that it has printed', async (t) => {
  const { connect, uri, stop } = await serve(t, [])
  t.match(uri, /^mongodb:\/\/quire:[\w-]{43}@127\.0\.0\.1:\d+\/\?directConnection=true&authSource=admin$/)
  const things = connect().db('test').collection<{ _id: number }>('things')
  await things.insertOne({ _id: 1 })
  t.strictSame(await things.find().toArray(), [{ _id: 1 }])
  const stranger = connect(uri.replace(/quire:[^@]+@/, '').replace('&authSource=admin', ''))
  await t.rejects(stranger.db('test').collection('things').findOne(), { code: 13 })
  t.equal(await stop(), 0)
})

t.test('user and password can be chosen, and are not printed then', async (t) => {
  const { connect, uri } = await serve(t, ['--user', 'ann.lee'], { ENGINE_PASSWORD: 'p@ss/w=rd,1' })
  t.match(uri, /^mongodb:\/\/ann\.lee@127/)
  const auth = { username: 'ann.lee', password: 'p@ss/w=rd,1' }
  t.match(await connect(uri.replace('ann.lee@', ''), { auth, authSource: 'admin' }).db('test').command({ ping: 1 }), { ok: 1 })
  await t.rejects(connect(uri.replace('ann.lee@', ''), { auth: { ...auth, password: 'p' }, authSource: 'admin' }).connect(), { code: 18 })
})

t.test('without passwords everybody is served, and finds the set of one by its name', async (t) => {
  const { connect, uri } = await serve(t, ['--no-auth'])
  const client = connect(uri.replace('directConnection=true', 'replicaSet=quire'))
  t.match(await client.db('test').command({ ping: 1 }), { ok: 1 })
  await t.rejects(client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' }), { code: 59 })
})

t.test('commands for tests are there when asked for', async (t) => {
  const { connect } = await serve(t, ['--no-auth', '--test-commands'])
  t.match(await connect().db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' }), { ok: 1 })
})

t.test('what was asked for wrongly is named, and ends with 2', async (t) => {
  const cases: Array<[string[], RegExp]> = [
    [['--listen', 'nowhere'], /--listen must be HOST:PORT, not 'nowhere'/],
    [['--listen', '127.0.0.1:70000'], /--listen must be/],
    [['--no-auth', '--listen', '0.0.0.0:27017'], /--no-auth is for loopback addresses, and 0\.0\.0\.0 is none/],
    [['--user', 'a b'], /--user may have/],
    [['--port', '1'], /--port/]
  ]
  for (const [options, message] of cases) {
    const { code, stderr } = await quireDb('serve', ...options)
    t.equal(code, 2)
    t.match(stderr, message)
  }
})

t.test('the help says what there is', async (t) => {
  const { code, stdout } = await quireDb('serve', '--help')
  t.equal(code, 0)
  t.match(stdout, /--listen HOST:PORT/)
})

t.test('addresses are read as they are written everywhere', async (t) => {
  t.strictSame(readListenAddress('localhost:27017'), { host: 'localhost', port: 27017 })
  t.strictSame(readListenAddress('[::1]:0'), { host: '::1', port: 0 })
  for (const text of ['', '27017', ':27017', '::1:27017', 'a:b', 'a:1:2', '[::1]', 'a:-1']) t.throws(() => readListenAddress(text), /HOST:PORT/, text)
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) t.ok(isLoopback(host), host)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '127.0.0.1.example']) t.notOk(isLoopback(host), host)
})
