import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeBackup } from '../cli/backup.js'
import { acquireLock } from '../lock.js'
import { openStore, type Store } from '../storage/store.js'
import { quireDb } from './cli-process.js'
import { collectionOf, ids, insert, temporaryDirectory, things } from './temporary-store.js'

interface Backed { readonly data: string, readonly backup: string }

/** A backup of a stopped engine with document 1; document 2 came later. */
async function backedUp (t: Test): Promise<Backed> {
  const directory = await temporaryDirectory(t)
  const [data, backup] = ['data', 'backup'].map((name) => join(directory, name))
  await change(data, async (store) => {
    await store.write((tx) => tx.createCollection(things))
    await insert(store, { _id: 1 })
  })
  await makeBackup(data, backup)
  await change(data, (store) => insert(store, { _id: 2 }))
  return { data, backup }
}

async function change (directory: string, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(directory)
  await work(store)
  await store.close()
}

async function storedIds (directory: string): Promise<unknown[]> {
  let found: unknown[] = []
  await change(directory, async (store) => { found = ids(store.read, collectionOf(store)) })
  return found
}

t.test('restore replaces data only by force, and keeps them then', async (t) => {
  const { data, backup } = await backedUp(t)
  t.match(await quireDb('restore', '--data', data, backup), { code: 1, stderr: /has data already/ })
  t.same(await storedIds(data), [1, 2])
  t.match(await quireDb('restore', '--force', '--data', data, backup), { code: 0 })
  t.same(await storedIds(data), [1])
  t.equal(readdirSync(data).filter((name) => name.startsWith('data.mdb.before-')).length, 1)
})

t.test('F-29: a damaged backup is refused by restore and by check, and changes nothing', async (t) => {
  const { data, backup } = await backedUp(t)
  const file = join(backup, 'data.mdb')
  const bytes = readFileSync(file)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(file, bytes)
  t.match(await quireDb('restore', '--force', '--data', data, backup), { code: 1, stderr: /SHA-256/ })
  t.match(await quireDb('check', backup), { code: 1, stderr: /SHA-256/ })
  writeFileSync(file, bytes.subarray(0, -4096))
  t.match(await quireDb('restore', '--force', '--data', data, backup), { code: 1, stderr: /bytes/ })
  t.same(await storedIds(data), [1, 2])
})

t.test('restore refuses what is not a backup, or one of a newer version', async (t) => {
  const { data, backup } = await backedUp(t)
  t.match(await quireDb('restore', '--force', '--data', data, data), { code: 1, stderr: /is not a backup/ })
  const manifest = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8'))
  writeFileSync(join(backup, 'manifest.json'), JSON.stringify({ ...manifest, format: 1000 }))
  t.match(await quireDb('restore', '--force', '--data', data, backup), { code: 1, stderr: /newer version/ })
})

t.test('restore refuses a directory in use, and backup one that is not new', async (t) => {
  const { data, backup } = await backedUp(t)
  const lock = await acquireLock(data)
  t.teardown(() => lock.release())
  t.match(await quireDb('restore', '--force', '--data', data, backup), { code: 1, stderr: /in use/ })
  t.match(await quireDb('backup', '--data', data, backup), { code: 1, stderr: /not empty/ })
})
