import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Document } from 'bson'
import t, { type Test } from 'tap'
import { encode, valueFrom } from '../bson/value.js'
import { acquireLock } from '../lock.js'
import { createIndexes } from '../storage/create-indexes.js'
import { Namespace } from '../storage/namespace.js'
import { openStore, type Store } from '../storage/store.js'
import { quireDb } from './cli-process.js'
import { collectionOf, ids, idsByIndex, indexSpec, insert, remove, temporaryDirectory, things } from './temporary-store.js'

const DOCUMENTS = 600
const events = new Namespace('test', 'events')
const latest = new Namespace('test', 'latest')

interface Damaged { readonly from: string, readonly to: string, readonly file: string, readonly whole: Buffer }

/** A stopped store with an index, long documents, removed ones, a capped collection and a view. */
async function stoppedStore (t: Test): Promise<Damaged> {
  const directory = await temporaryDirectory(t)
  const from = join(directory, 'from')
  const store = await openStore(from)
  await createIndexes(store, things, [indexSpec({ key: { a: 1 }, unique: true })])
  for (let first = 0; first < DOCUMENTS; first += 100) await insert(store, ...Array.from({ length: 100 }, (_, n) => thing(first + n)))
  for (let id = 0; id < DOCUMENTS; id += 10) await remove(store, id)
  await store.write((tx) => {
    const capped = tx.createCollection(events, encode({ capped: true, size: 100_000 }))
    for (let n = 9; n >= 0; n--) tx.insert(capped, encode({ _id: n }))
    tx.createView(latest, events, valueFrom([{ $sort: { _id: -1 } }]))
  })
  await store.close()
  const file = join(from, 'data.mdb')
  return { from, to: join(directory, 'to'), file, whole: readFileSync(file) }
}

function thing (id: number): Document {
  return { _id: id, a: DOCUMENTS - id, text: `text ${id} `.repeat(id % 50 === 1 ? 1000 : 10) }
}

/** The ids that were not removed. */
const remaining = Array.from({ length: DOCUMENTS }, (_, id) => id).filter((id) => id % 10 !== 0)

async function openSalvaged (t: Test, directory: string): Promise<Store> {
  const store = await openStore(directory, { verifyFirst: Infinity })
  t.teardown(() => store.close())
  t.same(store.check(), [])
  return store
}

/** Where the bytes of a document stand; pages that are free by now may have it, too. */
function placesOf (bytes: Buffer, id: number): number[] {
  const wanted = encode(thing(id)).subarray(4, 60)
  const places: number[] = []
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) places.push(at)
  return places
}

t.test('salvage of whole data saves everything, in its order and with its indexes', async (t) => {
  const { from, to, file, whole } = await stoppedStore(t)
  const { code, stdout } = await quireDb('salvage', from, to)
  t.equal(code, 0)
  t.equal(stdout, `test.things: ${remaining.length} documents saved\ntest.events: 10 documents saved\n`)
  const store = await openSalvaged(t, to)
  t.strictSame(ids(store.read, collectionOf(store)), remaining)
  t.strictSame(idsByIndex(store, 'a_1'), remaining.toReversed())
  t.strictSame(ids(store.read, store.catalog.find(events)!), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
  t.equal(String(store.catalog.view(latest)?.viewOn), 'test.events')
  t.ok(readFileSync(file).equals(whole), 'the source is as it was')
  t.strictSame(readdirSync(from).sort(), ['data.mdb', 'lock.mdb'])
})

t.test('F-08: salvage loses the documents whose bytes have changed, names them, and saves all others', async (t) => {
  const { from, to, file, whole } = await stoppedStore(t)
  for (const id of [77, 151]) for (const at of placesOf(whole, id)) whole[at + 40] ^= 1
  writeFileSync(file, whole)
  const { code, stdout, stderr } = await quireDb('salvage', from, to)
  t.equal(code, 1)
  t.match(stdout, `test.things: ${remaining.length - 2} of ${remaining.length} documents saved`)
  t.equal(stdout.match(/^test\.things: lost record [0-9a-f]+: its checksum is wrong$/gm)?.length, 2)
  t.match(stderr, /not everything could be saved/)
  const store = await openSalvaged(t, to)
  const left = remaining.filter((id) => id !== 77 && id !== 151)
  t.strictSame(ids(store.read, collectionOf(store)), left)
  t.strictSame(idsByIndex(store, 'a_1'), left.toReversed())
})

t.test('salvage saves nothing where there is nothing, and leaves no directory then', async (t) => {
  const { from, to, file } = await stoppedStore(t)
  truncateSync(file, 0)
  t.match(await quireDb('salvage', from, to), { code: 1, stderr: /nothing in .* can be read/ })
  t.strictSame(readdirSync(join(to, '..')), ['from'])
})

t.test('salvage refuses data in use', async (t) => {
  const { from, to } = await stoppedStore(t)
  const lock = await acquireLock(from)
  t.teardown(() => lock.release())
  t.match(await quireDb('salvage', from, to), { code: 1, stderr: new RegExp(`process ${process.pid}`) })
})

t.test('salvage wants data, and two directories', async (t) => {
  const directory = await temporaryDirectory(t)
  t.match(await quireDb('salvage', directory, join(directory, 'to')), { code: 1, stderr: /data\.mdb is missing/ })
  t.match(await quireDb('salvage', directory), { code: 2 })
})
