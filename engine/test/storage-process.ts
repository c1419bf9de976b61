import { closeSync, readdirSync, readlinkSync } from 'node:fs'
import { encode } from '../bson/value.js'
import { endProcess, killAfter } from '../end-process.js'
import { createIndexes } from '../storage/create-indexes.js'
import { openStore, type Store } from '../storage/store.js'
import { collectionOf, indexSpec, insert, recordIdFor, remove, things } from './temporary-store.js'

/** A process for tests in which a store meets its end: `storage-process <scenario> <directory>`. */

const [scenario, directory] = process.argv.slice(2)

/** What has become of the store, for the parent. */
export interface Report {
  readonly acknowledged: number
  readonly failures: ReadonlyArray<{ code: unknown, message: string }>
  readonly counted: number
  readonly findings: number
}

type Failures = Array<Report['failures'][number]>

const CONTENT = Buffer.alloc(10_000)

const scenarios: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  async 'killed-while-building' (store) {
    await store.write((tx) => tx.createCollection(things))
    await insert(store, ...Array.from({ length: 3000 }, (_, n) => ({ _id: n, a: n })))
    const built = createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
    for (;;) {
      const index = collectionOf(store).indexes[1]
      if (index !== undefined && [...store.read.entries(index)].length > 0) process.kill(process.pid, index.ready ? 'SIGTERM' : 'SIGKILL')
      await Promise.race([built, new Promise(setImmediate)])
    }
  },

  async 'ended in a commit' (store) {
    await store.write(() => endProcess(74))
  },

  async 'hanging' () {
    killAfter(100)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },

  async 'gone in time' () {
    killAfter(60_000)
  },

  /** On a small disk. */
  async full (store) {
    await store.write((tx) => tx.createCollection(things))
    const { acknowledged, failures } = await fill(store)
    // There is space again when something has been removed.
    for (let id = 0; id < 20; id++) await remove(store, id)
    await insert(store, { _id: -1, content: CONTENT })
    await store.close()
    const again = await openStore(directory)
    report({ acknowledged: acknowledged - 20 + 1, failures, counted: again.read.count(collectionOf(again)), findings: again.check().length })
  },

  /** Under a limit on the size of files, which cuts a write short. */
  async 'cut short' (store) {
    await store.write((tx) => tx.createCollection(things))
    const { acknowledged, failures } = await fill(store)
    report({ acknowledged, failures, counted: store.read.count(collectionOf(store)), findings: store.check().length })
  },

  /** On a disk that takes no more writes. */
  async broken (store) {
    await store.write((tx) => tx.createCollection(things))
    await insert(store, { _id: 1 })
    closeDataFiles()
    const failures: Failures = []
    for (let id = 2; id < 5; id++) await insert(store, { _id: id }).catch((error) => failures.push(error))
    const isReadable = store.read.document(collectionOf(store), recordIdFor(1))?.equals(encode({ _id: 1 }))
    report({ acknowledged: isReadable === true ? 1 : 0, failures, counted: store.read.count(collectionOf(store)), findings: store.check().length })
  }
}

/** Writes until it is not possible any more. */
async function fill (store: Store): Promise<{ acknowledged: number, failures: Failures }> {
  const failures: Failures = []
  let acknowledged = 0
  for (let id = 0; failures.length < 3; id += 4) {
    const outcomes = await Promise.allSettled([0, 1, 2, 3].map((n) => insert(store, { _id: id + n, content: CONTENT })))
    acknowledged += outcomes.filter(({ status }) => status === 'fulfilled').length
    for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason)
  }
  return { acknowledged, failures }
}

function report ({ failures, ...rest }: Report): void {
  process.send!({ ...rest, failures: failures.map(({ code, message }) => ({ code, message })) })
}

/** Takes the store's file away from it, so that every further write to it fails. */
function closeDataFiles (): void {
  for (const descriptor of readdirSync('/proc/self/fd').map(Number)) {
    if (targetOf(descriptor).endsWith('data.mdb')) closeSync(descriptor)
  }
}

function targetOf (descriptor: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return '' // the one that has listed the folder
  }
}

await scenarios[scenario](await openStore(directory))
process.exit(0)
