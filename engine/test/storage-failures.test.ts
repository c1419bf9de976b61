import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { encode } from '../bson/value.js'
import { codes } from '../errors.js'
import type { LogEntry } from '../log.js'
import { Catalog } from '../storage/catalog.js'
import { Changes } from '../storage/changes.js'
import { openEnvironment, type Environment } from '../storage/environment.js'
import { Group } from '../storage/group.js'
import { storageFailure } from '../storage/storage-failure.js'
import { openStore, Store } from '../storage/store.js'
import type { Report } from './storage-process.js'
import { collectionOf, ids, insert, recordIdFor, temporaryDirectory, things } from './temporary-store.js'

const isPosix = process.platform !== 'win32'

/** Runs a scenario of storage-process.ts after some commands of the shell. */
async function runScenario (scenario: string, directory: string, shell = ['sh', '-c', 'exec "$0" "$@"']): Promise<Report> {
  const script = fileURLToPath(new URL(`./storage-process${extname(import.meta.url)}`, import.meta.url))
  const [command, ...args] = [...shell, process.execPath, ...process.execArgv, script, scenario, directory]
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const [[message]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
  return message as Report
}

/** A shell that puts a disk of 8 MiB over the directory for itself and its children; it takes a kernel that lets it. */
function onSmallDisk (directory: string): string[] {
  return ['unshare', '--map-root-user', '--mount', 'sh', '-c', `mount -t tmpfs -o size=8m tmpfs '${directory}' && exec "$0" "$@"`]
}

const canMount = spawnSync('unshare', ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0

t.test('F-06: a full disk fails writes with their own error, loses nothing, and can be used again', { skip: !canMount && 'no file systems can be mounted here' }, async (t) => {
  const directory = await temporaryDirectory(t)
  const { acknowledged, failures, counted, findings } = await runScenario('full', directory, onSmallDisk(directory))
  t.same(new Set(failures.map(({ code }) => code)), new Set([codes.OutOfDiskSpace]))
  t.equal(counted, acknowledged)
  t.equal(findings, 0)
})

t.test('F-06: nothing that was acknowledged is lost when a write is cut short', { skip: !isPosix }, async (t) => {
  const directory = await temporaryDirectory(t)
  const { acknowledged, failures, counted, findings } = await runScenario('cut short', directory, ['sh', '-c', 'ulimit -f 16384 && exec "$0" "$@"'])
  t.ok(failures.every(({ code }) => code === codes.OutOfDiskSpace || code === codes.NotWritablePrimary))
  t.same({ counted, findings }, { counted: acknowledged, findings: 0 })
  const store = await openStore(directory)
  t.teardown(() => store.close())
  t.equal(store.read.count(collectionOf(store)), acknowledged)
  t.same(store.check(), [])
})

t.test('F-07: when the disk has failed, nothing more is acknowledged, and what was is read', { skip: process.platform !== 'linux' }, async (t) => {
  const directory = await temporaryDirectory(t)
  const { acknowledged, failures, counted } = await runScenario('broken', directory)
  t.same(failures.map(({ code }) => code), [codes.NotWritablePrimary, codes.NotWritablePrimary, codes.NotWritablePrimary])
  t.same([acknowledged, counted], [1, 1])
  const store = await openStore(directory)
  t.teardown(() => store.close())
  t.same(ids(store.read, collectionOf(store)), [1])
})

/** An environment whose next commit does everything but the last step, as when the disk refuses that. */
async function failingEnvironment (directory: string, error: Error): Promise<{ environment: Environment, failNext (): void }> {
  const environment = await openEnvironment(directory)
  const { commit } = environment
  let isFailing = false
  environment.commit = async (work) => {
    if (!isFailing) return await commit.call(environment, work) as never
    isFailing = false
    return await commit.call(environment, () => {
      work()
      throw error
    }) as never
  }
  return { environment, failNext: () => { isFailing = true } }
}

t.test('the catalog forgets what was not committed', async (t) => {
  const noSpace = Object.assign(new Error('No space left on device'), { code: 28 })
  const { environment, failNext } = await failingEnvironment(await temporaryDirectory(t), noSpace)
  const store = new Store(environment, {})
  t.teardown(() => store.close())
  failNext()
  await t.rejects(store.write((tx) => tx.insert(tx.collection(things), encode({ _id: 1 }))), { code: codes.OutOfDiskSpace })
  t.same(store.catalog.databases(), [])
  await store.write((tx) => tx.collection(things))
  await insert(store, { _id: 2 })
  t.same(ids(store.read, collectionOf(store)), [2])
  t.same(store.check(), [])
})

t.test('works that wait while the disk fails are refused', async (t) => {
  const { environment, failNext } = await failingEnvironment(await temporaryDirectory(t), Object.assign(new Error('Input/output error'), { code: 5 }))
  const log: LogEntry[] = []
  const failures: Error[] = []
  const store = new Store(environment, { log: (entry) => log.push(entry), onFailure: (error) => failures.push(error) })
  t.teardown(() => store.close())
  failNext()
  const first = store.write((tx) => {
    const end = performance.now() + 10 // longer than works are taken into one commit
    while (performance.now() < end);
    tx.collection(things)
  })
  const second = store.write((tx) => tx.collection(things))
  await t.rejects(first, { code: codes.NotWritablePrimary })
  await t.rejects(second, { code: codes.NotWritablePrimary })
  await t.rejects(store.write(() => {}), { code: codes.NotWritablePrimary })
  t.match(log, [{ level: 'error', msg: 'a commit has failed', kind: 'broken' }])
  t.match(failures, [{ code: codes.NotWritablePrimary }], 'whoever runs the store is told')
})

t.test('an error of the program gives up the commit, but not the store', async (t) => {
  const { environment, failNext } = await failingEnvironment(await temporaryDirectory(t), new TypeError('oops'))
  const store = new Store(environment, {})
  t.teardown(() => store.close())
  failNext()
  await t.rejects(store.write((tx) => tx.collection(things)), { message: 'oops' })
  await store.write((tx) => tx.collection(things))
  t.equal(store.catalog.databases().length, 1)
})

t.test('if one row cannot be written, nothing of the commit is, even if the work goes on', async (t) => {
  const environment = await openEnvironment(await temporaryDirectory(t))
  t.teardown(() => environment.close())
  const { tables } = environment
  const group = new Group(tables, new Catalog(), { now: Date.now, claim: () => {} })
  await t.rejects(environment.commit(() => {
    const changes = new Changes(group)
    changes.put(tables.meta, Buffer.from('good'), Buffer.from('x'), undefined)
    t.throws(() => changes.put(tables.meta, Buffer.alloc(5000), Buffer.from('x'), undefined))
    changes.undo()
    group.finish()
  }), { message: /key size/i })
  t.equal(tables.meta.get(Buffer.from('good')), undefined)
})

t.test('an environment that LMDB has given up is noticed', async (t) => {
  const environment = await openEnvironment(await temporaryDirectory(t))
  t.equal(environment.isHealthy(), true)
  await environment.close()
  t.equal(environment.isHealthy(), false)
})

t.test('the cause of a failure is found, whatever is thrown', async (t) => {
  const directory = await temporaryDirectory(t)
  t.match(await storageFailure(Object.assign(new Error('a'), { code: 5 }), join(directory, 'gone')), { kind: 'broken' })
  t.match(await storageFailure('text', directory), { kind: 'fault', cause: { message: 'text' } })
  t.match(await storageFailure(Object.assign(new Error('a'), { commitError: Promise.reject(Object.assign(new Error('b'), { code: 5 })) }), directory), { kind: 'broken', cause: { message: 'b' } })
  t.match(await storageFailure(Object.assign(new Error('a'), { commitError: Promise.reject(new Error('b')) }), directory), { kind: 'fault', cause: { message: 'b' } })
})

t.test('a store that is asked for more and more closes nevertheless', async (t) => {
  const store = await openStore(await temporaryDirectory(t))
  const endless = async (): Promise<void> => {
    for (;;) await store.write((tx) => tx.collection(things))
  }
  const refused = t.rejects(endless(), { message: 'the store is closed' })
  await store.write(() => {})
  await store.close()
  await refused
})

t.test('data of a newer format are refused, and left alone', async (t) => {
  const directory = await temporaryDirectory(t)
  const environment = await openEnvironment(directory)
  environment.tables.meta.stored.putSync(Buffer.from('format'), Buffer.from('999'))
  await environment.close()
  const { mtimeMs } = statSync(join(directory, 'data.mdb'))
  await t.rejects(openStore(directory), { message: /format 999.*newer version/ })
  t.equal(statSync(join(directory, 'data.mdb')).mtimeMs, mtimeMs)
})

t.test('F-08: a file that is no store, or not one any more, is refused', async (t) => {
  const directory = await temporaryDirectory(t)
  const file = join(directory, 'data.mdb')
  await (await openStore(directory)).close()
  const whole = readFileSync(file)
  const broken = [Buffer.alloc(100_000, 'x'), whole.subarray(0, 100), whole.subarray(0, 4100), Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096)])]
  for (const content of broken) {
    writeFileSync(file, content)
    await t.rejects(openStore(directory), { message: /damaged/ })
  }
})

t.test('a file that cannot be opened is refused', async (t) => {
  const directory = await temporaryDirectory(t)
  writeFileSync(join(directory, 'plain file'), '')
  await t.rejects(openStore(join(directory, 'plain file')), { code: 'ENOTDIR' })
})

t.test('the files can be read by their owner alone', { skip: !isPosix }, async (t) => {
  const directory = await temporaryDirectory(t)
  const environment = await openEnvironment(directory)
  t.teardown(() => environment.close())
  for (const file of ['data.mdb', 'lock.mdb']) t.equal(statSync(join(directory, file)).mode & 0o777, 0o600)
})

t.test('a document whose bytes have changed is not served', async (t) => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await store.write((tx) => tx.insert(tx.collection(things), encode({ _id: 1, a: 'right' })))
  await store.close()
  const environment = await openEnvironment(directory)
  const { stored } = environment.tables.documents
  const [{ key, value }] = [...stored.getRange()]
  value[value.indexOf('right')] ^= 1
  stored.putSync(key, value)
  environment.renewSnapshot()
  const damaged = new Store(environment, {})
  t.teardown(() => damaged.close())
  t.throws(() => damaged.read.document(collectionOf(damaged), recordIdFor(1)), { code: codes.DataCorruptionDetected })
  t.throws(() => [...damaged.read.documents(collectionOf(damaged))], { code: codes.DataCorruptionDetected })
  t.match(damaged.check(), [{ problem: 'corrupt document' }, { problem: 'wrong counter' }])
})
