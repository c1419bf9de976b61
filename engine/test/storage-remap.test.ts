import { open, rename, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { statusBytes } from '../process-usage.js'
import { MappedPages } from '../storage/mapped-pages.js'
import { openStore, type Store } from '../storage/store.js'
import { collectionOf, ids, insert, recordIdFor, startOver, storeOfThings, temporaryDirectory } from './temporary-store.js'

const TEXT = 'x'.repeat(1000)
const MEBIBYTE = 1024 * 1024

/** A store of one document, whose file has been moved away. */
async function storeWithoutItsFile (t: Test): Promise<{ store: Store, directory: string }> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  t.teardown(() => store.close())
  await startOver(store, [])
  await insert(store, { _id: 1 })
  await rename(join(directory, 'data.mdb'), join(directory, 'moved'))
  return { store, directory }
}

t.test('F-02 the memory of read pages is given back, and nothing is missing', { skip: process.platform !== 'linux' }, async (t) => {
  const { store, collection } = await storeOfThings(t)
  for (let at = 0; at < 20_000; at += 1000) await insert(store, ...Array.from({ length: 1000 }, (_, n) => ({ _id: at + n, text: TEXT })))
  t.equal(ids(store.read, collection).length, 20_000)
  const before = statusBytes('RssFile')!
  t.equal(await store.remap(), true)
  t.ok(statusBytes('RssFile')! < before - 15 * MEBIBYTE, 'at least most of the 20 MB')
  t.equal(ids(store.read, collection).length, 20_000)
  t.same(store.check(), [])
})

t.test('F-02 others read and write while the file is opened anew', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { n: 1 } }])
  let remaps = 0
  const remapping = (async () => {
    while (remaps < 100) if (await store.remap()) remaps++
  })()
  let written = 0
  const isGoingOn = (): boolean => remaps < 100
  const writer = async (first: number): Promise<void> => {
    for (let id = first; isGoingOn(); id += 4) {
      await insert(store, { _id: id, n: -id })
      written++
      t.ok(store.read.document(collection, recordIdFor(id)), `${id} can be read`)
    }
  }
  const reader = async (): Promise<void> => {
    while (isGoingOn()) {
      const before = written
      if (ids(store.read, collection).length < before) t.fail('an acknowledged document is missing')
      await setImmediate()
    }
  }
  await Promise.all([remapping, ...[0, 1, 2, 3].map(writer), reader()])
  t.equal(store.read.count(collection), written)
  t.same(store.check(), [])
})

t.test('an older snapshot that is read keeps its pages', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await insert(store, { _id: 1 })
  const transaction = store.begin()
  t.equal(await store.remap(), false)
  await insert(store, { _id: 2 })
  t.equal(await store.remap(), false)
  t.same(ids(transaction.read, collection), [1])
  transaction.abort()
  t.equal(await store.remap(), true)
  t.same(ids(store.read, collection), [1, 2])
})

t.test('a file that cannot be opened just now stays open', async (t) => {
  const { store, directory } = await storeWithoutItsFile(t)
  await symlink('data.mdb', join(directory, 'data.mdb'))
  t.equal(await store.remap(), false)
  await insert(store, { _id: 2 })
  t.same(ids(store.read, collectionOf(store)), [1, 2])
})

t.test('a file that was put in the place of the open one is not opened', async (t) => {
  const { store } = await storeWithoutItsFile(t)
  t.equal(await store.remap(), false)
  t.same(ids(store.read, collectionOf(store)), [1])
})

const damages: Record<string, (file: string) => Promise<void>> = {
  changed: async (path) => {
    const file = await open(path, 'r+')
    await file.write(Buffer.alloc(100, 0xff))
    await file.close()
  },
  emptied: (path) => truncate(path)
}

for (const [what, damage] of Object.entries(damages)) {
  t.test(`F-05 a store whose file was ${what} meanwhile does not open it again, and gives up`, async (t) => {
    const directory = await temporaryDirectory(t)
    const failures: Error[] = []
    const store = await openStore(directory, { onFailure: (error) => failures.push(error) })
    t.teardown(() => store.close())
    await startOver(store, [])
    await damage(join(directory, 'data.mdb'))
    t.equal(await store.remap(), false)
    t.match(failures, [{ message: /data.mdb is damaged/ }])
    await t.rejects(insert(store, { _id: 1 }), { code: 10107 })
    t.equal(await store.remap(), false, 'it does not try again')
    t.equal(failures.length, 1)
  })
}

t.test('pages are given back when they are many and the process is at rest, twice a minute at most', async (t) => {
  const [interval, busy] = [30_000, 3000]
  const looks: Array<{ mapped?: number, used?: number, isGivenBack?: boolean, why: string }> = [
    { why: 'it cannot be told at first' },
    { mapped: 40, why: 'from here on it counts' },
    { mapped: 48, why: 'few' },
    { why: 'it cannot be told now' },
    { mapped: 60, used: busy, why: 'many, and busy' },
    { mapped: 61, isGivenBack: false, why: 'in vain, because somebody reads them' },
    { mapped: 62, isGivenBack: true, why: 'many; what is left does not count' },
    ...Array.from({ length: 1 }, () => ({ mapped: 99, why: 'too soon' })),
    { mapped: 70, why: 'few' },
    { mapped: 71, isGivenBack: true, why: 'many' }
  ]
  let [used, collected] = [0, 0]
  let now = looks[0]
  const { gc } = globalThis
  t.teardown(() => { globalThis.gc = gc })
  globalThis.gc = (() => { collected++ }) as NodeJS.GCFunction
  const given: string[] = []
  const release = async (): Promise<boolean> => {
    given.push(now.why)
    return now.isGivenBack === true
  }
  const consumption = { mapped: () => now.mapped && now.mapped * MEBIBYTE, processorTime: () => used }
  const pages = new MappedPages(release, consumption, interval)
  for (now of looks) {
    used += now.used ?? 0
    pages.look()
    await setImmediate()
  }
  await pages.stop()
  t.same(given, looks.filter(({ isGivenBack }) => isGivenBack !== undefined).map(({ why }) => why))
  t.equal(collected, 2, 'the heap is collected with them, and not in vain')
})

t.test('where nobody tells what is mapped, it is not known', (t) => {
  t.equal(statusBytes('RssFile', '/there/is/no/such/file'), undefined)
  t.end()
})
