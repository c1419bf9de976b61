import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { temporaryDirectory } from './temporary-store.js'

const SCRIPT = fileURLToPath(new URL(`./storage-process${extname(import.meta.url)}`, import.meta.url))

/** How a process ends in which a scenario of storage-process.ts is run. */
async function endOf (t: Test, scenario: string): Promise<[code: number | null, signal: string | null]> {
  const child = fork(SCRIPT, [scenario, await temporaryDirectory(t)])
  t.teardown(() => child.kill('SIGKILL'))
  return await once(child, 'exit') as [number | null, string | null]
}

t.test('F-07: a process ends in the middle of a commit, with its exit code or killed', async (t) => {
  const [code, signal] = await endOf(t, 'ended in a commit')
  t.ok(code === 74 || signal === 'SIGKILL', `${code} ${signal}`)
})

t.test('F-07: a process whose event loop stands still is killed from outside', { skip: process.platform === 'win32' }, async (t) => {
  t.same(await endOf(t, 'hanging'), [null, 'SIGKILL'])
})

t.test('a process that ends in time does not wait for who would kill it', async (t) => {
  t.same(await endOf(t, 'gone in time'), [0, null])
})
