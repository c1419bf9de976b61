import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { acquireLock } from '../lock.js'
import { openStore } from '../storage/store.js'
import { quireDb } from './cli-process.js'
import { insert, temporaryDirectory, things } from './temporary-store.js'

const TEXT = 'a text that is in the file twice'

/** A stopped store with enough documents for many pages; one of them, and the history, has TEXT. */
async function stoppedStore (t: Test): Promise<string> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await store.write((tx) => tx.createCollection(things))
  await insert(store, { _id: 0, text: TEXT }, ...Array.from({ length: 500 }, (_, n) => ({ _id: n + 1, text: 'x'.repeat(200) })))
  await store.close()
  return directory
}

t.test('check finds nothing in whole data, and changes nothing', async (t) => {
  const directory = await stoppedStore(t)
  const before = readFileSync(join(directory, 'data.mdb'))
  const { code, stdout } = await quireDb('check', directory)
  t.equal(code, 0)
  t.equal(stdout, `${directory} is whole\n`)
  t.ok(readFileSync(join(directory, 'data.mdb')).equals(before))
})

t.test('F-08: check names the document and the change in which a bit has changed', async (t) => {
  const directory = await stoppedStore(t)
  const file = join(directory, 'data.mdb')
  const bytes = readFileSync(file)
  for (let at = bytes.indexOf(TEXT); at !== -1; at = bytes.indexOf(TEXT, at + 1)) bytes[at] ^= 1
  writeFileSync(file, bytes)
  const { code, stdout, stderr } = await quireDb('check', directory)
  t.equal(code, 1)
  t.match(stdout, /^corrupt document: test\.things [0-9a-f]+$/m)
  t.match(stdout, /^corrupt row: history [0-9a-f]+$/m)
  t.match(stderr, /restore it from a backup/)
})

t.test('F-05: check reports a file that has lost its end', async (t) => {
  const directory = await stoppedStore(t)
  truncateSync(join(directory, 'data.mdb'), 40_000)
  const { code, stderr } = await quireDb('check', directory)
  t.equal(code, 1)
  t.match(stderr, directory)
})

t.test('check refuses a directory that is in use', async (t) => {
  const directory = await stoppedStore(t)
  const lock = await acquireLock(directory)
  t.teardown(() => lock.release())
  const { code, stderr } = await quireDb('check', directory)
  t.equal(code, 1)
  t.match(stderr, `process ${process.pid}`)
})

t.test('check refuses a directory without data, and does not make any', async (t) => {
  const directory = await temporaryDirectory(t)
  const { code, stderr } = await quireDb('check', directory)
  t.equal(code, 1)
  t.match(stderr, `there is no data in ${directory}`)
})

t.test('check takes one directory', async (t) => {
  const { code } = await quireDb('check', 'a', 'b')
  t.equal(code, 2)
})
