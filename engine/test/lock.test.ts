import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { acquireLock } from '../lock.js'
import { ownIdentity } from '../process-identity.js'
import { temporaryDirectory } from './helper.js'

const IMPATIENT = { patience: 0 }

/** Lays down the claim of some process. */
function claim (directory: string, { pid = process.pid, startedAt = '1', space = ownIdentity().space } = {}): string {
  const path = join(directory, `engine-${pid}-${startedAt}-${space}.lock`)
  writeFileSync(path, '')
  return path
}

/** The pid of a process that has ended. */
async function pidOfTheDead (): Promise<number> {
  const child = spawn(process.execPath, ['--version'])
  await once(child, 'exit')
  return child.pid ?? 0
}

function locksIn (directory: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith('.lock'))
}

/** Another process that will try to take the lock. */
async function startContender (t: Test, directory: string, patience = 0): Promise<ChildProcess> {
  const child = fork(new URL(`./lock-holder${extname(import.meta.url)}`, import.meta.url), [directory, String(patience)])
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

/** Has it try; resolves with 'held' or 'refused'. */
async function contend (child: ChildProcess): Promise<unknown> {
  const answer = once(child, 'message')
  child.send('go')
  return (await answer)[0]
}

t.test('the lock of a directory is a file with the pid of its holder, gone when released', async (t) => {
  const directory = await temporaryDirectory(t)
  const lock = await acquireLock(directory, IMPATIENT)
  t.equal(locksIn(directory).length, 1)
  t.match(locksIn(directory)[0], new RegExp(`^engine-${process.pid}-`))
  lock.release()
  t.strictSame(locksIn(directory), [])
})

t.test('F-33 a second engine is refused with the pid of the first, until that one has gone', async (t) => {
  const directory = await temporaryDirectory(t)
  const holder = await startContender(t, directory)
  t.equal(await contend(holder), 'held')
  await t.rejects(acquireLock(directory, IMPATIENT), { message: new RegExp(`in use by another engine \\(process ${holder.pid}\\)`) })
  t.equal(locksIn(directory).length, 1, 'the attempt has left nothing behind')
  holder.kill('SIGKILL')
  const lock = await acquireLock(directory)
  t.match(locksIn(directory), [new RegExp(`^engine-${process.pid}-`)])
  lock.release()
})

t.test('the lock of a process that was killed is taken over', async (t) => {
  const directory = await temporaryDirectory(t)
  claim(directory, { pid: await pidOfTheDead() })
  const lock = await acquireLock(directory, IMPATIENT)
  t.equal(locksIn(directory).length, 1)
  lock.release()
})

t.test('a pid that now belongs to another process does not keep the lock', { skip: process.platform !== 'linux' && 'start times are known on Linux only' }, async (t) => {
  const directory = await temporaryDirectory(t)
  claim(directory, { pid: process.ppid, startedAt: '1' })
  const lock = await acquireLock(directory, IMPATIENT)
  lock.release()
})

t.test('the lock of another container lives as long as its heartbeat', async (t) => {
  const directory = await temporaryDirectory(t)
  const path = claim(directory, { space: '00000000' })
  const early = acquireLock(directory, { patience: -10_000 })
  await t.rejects(early, /in use by another engine/)
  utimesSync(path, new Date(), new Date(Date.now() - 11_000))
  const lock = await acquireLock(directory, IMPATIENT)
  t.equal(locksIn(directory).length, 1)
  lock.release()
})

t.test('files that are no claims are left alone', async (t) => {
  const directory = await temporaryDirectory(t)
  writeFileSync(join(directory, 'engine-x.lock'), '')
  mkdirSync(join(directory, 'lock.mdb'))
  const lock = await acquireLock(directory, IMPATIENT)
  lock.release()
  t.strictSame(readdirSync(directory).sort(), ['engine-x.lock', 'lock.mdb'])
})

t.test('whoever loses its claim is told', async (t) => {
  const directory = await temporaryDirectory(t)
  const told = new Promise<void>((resolve) => {
    acquireLock(directory, { onLost: resolve, patience: 0 }).then((lock) => {
      t.teardown(() => lock.release())
      for (const name of locksIn(directory)) rmSync(join(directory, name))
    }, t.threw)
  })
  const alive = setInterval(() => {}, 1000)
  await told
  clearInterval(alive)
})

t.test('of many engines that start at once, exactly one gets the lock', async (t) => {
  const directory = await temporaryDirectory(t)
  const children = await Promise.all([1, 2, 3, 4].map(() => startContender(t, directory, 1000)))
  const answers = await Promise.all(children.map(contend))
  t.strictSame(answers.sort(), ['held', 'refused', 'refused', 'refused'])
})
