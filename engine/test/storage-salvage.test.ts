import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Random } from '../faults/random.js'
import { encode } from '../bson/value.js'
import { createIndexes } from '../storage/create-indexes.js'
import { openEnvironment } from '../storage/environment.js'
import { Namespace } from '../storage/namespace.js'
import { readMeta, readMetas, type Meta } from '../storage/data-file.js'
import { documentRow, rowPrefix } from '../storage/rows.js'
import { salvage, type Salvaged } from '../storage/salvage.js'
import { SalvagedPages } from '../storage/salvaged-pages.js'
import { openStore, type Store } from '../storage/store.js'
import { ids, indexSpec, insert, recordIdFor, remove, temporaryDirectory, temporaryStore, things } from './temporary-store.js'

const DAMAGES = 30
/** In a meta page (mdb.c: MDB_meta). */
const TRANSACTION_AT = 152
const capped = new Namespace('test', 'capped')
const series = new Namespace('test', 'series')

/** A stopped store with branch, leaf and overflow pages, free ones, and a time series. */
async function stoppedStore (t: Test): Promise<{ directory: string, file: string, whole: Buffer, truth: Set<string> }> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await createIndexes(store, things, [indexSpec({ key: { text: 1 } })])
  for (let from = 0; from < 300; from += 100) await insert(store, ...Array.from({ length: 100 }, (_, n) => ({ _id: from + n, text: `${from + n} `.repeat(n % 50 === 0 ? 3000 : 10) })))
  for (let id = 0; id < 300; id += 4) await remove(store, id)
  await store.write((tx) => {
    const collection = tx.createCollection(series, encode({ timeseries: { timeField: 'at', metaField: 'of' } }))
    for (let n = 0; n < 50; n++) tx.insert(collection, encode({ _id: 1, at: new Date(n), of: 1 }))
  })
  const truth = everything(store)
  await store.close()
  const file = join(directory, 'data.mdb')
  return { directory, file, whole: readFileSync(file), truth }
}

function everything (store: Store): Set<string> {
  return new Set(store.catalog.collections().flatMap((collection) => [...store.read.documents(collection)].map(({ document }) => document.toString('latin1'))))
}

async function salvaged (t: Test, directory: string): Promise<{ store: Store, report: Salvaged }> {
  const store = await temporaryStore(t)
  return { store, report: await salvage(directory, store) }
}

function losesNothing ({ collections, lost }: Salvaged): boolean {
  return lost.length === 0 && collections.every(({ saved, counted, lost }) => (counted === undefined || saved === counted) && lost.length === 0)
}

t.test('F-08: wherever a page is overwritten, salvage saves what is right, and tells whether that is all', async (t) => {
  const { directory, file, whole, truth } = await stoppedStore(t)
  const random = new Random(9)
  for (let round = 0; round < DAMAGES; round++) {
    const bytes = Buffer.from(whole)
    const at = random.below(bytes.length)
    for (let place = at; place < Math.min(bytes.length, at + random.pick([1, 1, 20, 4096])); place++) bytes[place] = random.below(256)
    writeFileSync(file, bytes)
    const { store, report } = await salvaged(t, directory)
    const saved = everything(store)
    t.strictSame([...saved].filter((document) => !truth.has(document)), [], `byte ${at}: nothing else is saved`)
    if (losesNothing(report)) t.equal(saved.size, truth.size, `byte ${at}: nothing is lost in silence`)
    t.strictSame(store.check(), [])
    await store.close()
  }
})

/** What is left of a file, and what salvage makes of it. */
async function salvageOf (t: Test, change: (bytes: Buffer, meta: Meta) => Buffer): Promise<{ saved: Set<string>, truth: Set<string>, report: Salvaged, store: Store }> {
  const { directory, file, whole, truth } = await stoppedStore(t)
  writeFileSync(file, change(whole, readMeta(file)!))
  const { store, report } = await salvaged(t, directory)
  t.same(store.check(), [])
  return { saved: everything(store), truth, report, store }
}

t.test('F-05: salvage of a file that has lost its end saves what is before it', async (t) => {
  const { saved, report } = await salvageOf(t, (bytes) => bytes.subarray(0, bytes.length >> 1))
  t.ok(saved.size > 50, `${saved.size} were saved`)
  t.equal(losesNothing(report), false)
})

t.test('F-08: salvage finds the documents to which nothing leads any more', async (t) => {
  const { saved, truth, report } = await salvageOf(t, (bytes, { main, pageSize }) => bytes.fill(0xff, main.root * pageSize, (main.root + 1) * pageSize))
  t.same(saved, truth)
  t.match(report.lost, [/^page 0 of the catalog: nothing leads to it$/])
})

t.test('F-08: salvage without meta pages saves all that is there, and says that it may be more', async (t) => {
  const { saved, truth, report } = await salvageOf(t, (bytes, { pageSize }) => bytes.fill(0, 0, 2 * pageSize))
  t.strictSame([...truth].filter((document) => !saved.has(document)), [])
  t.match(report.lost[0], /^both meta pages: documents that had been removed may be back$/)
})

t.test('what looks like a meta page in the middle of a document is none', async (t) => {
  const { file, whole, directory } = await stoppedStore(t)
  const metas = readMetas(file)
  t.equal(metas.length, 2)
  whole.copy(whole, 4 * 4096, 4096, 2 * 4096)
  whole.writeUInt32LE(0xffff, 4 * 4096 + TRANSACTION_AT)
  writeFileSync(file, whole)
  t.same(readMetas(file), metas)
  writeFileSync(file, whole.fill(0, 0, 2 * 4096))
  t.same(readMetas(file), [])
  t.ok((await salvaged(t, directory)).report.collections.length > 0)
})

t.test('F-08: salvage with one meta page has the commit that this is of', async (t) => {
  const { report } = await salvageOf(t, (bytes, { pageSize, transaction }) => bytes.fill(0, transaction % 2 * pageSize, (transaction % 2 + 1) * pageSize))
  t.match(report.lost, ['a meta page, and with it perhaps the last commit'])
})

t.test('F-08: salvage keeps documents whose collection cannot be told', async (t) => {
  const { saved, truth, report, store } = await salvageOf(t, (bytes) => {
    for (let at = bytes.indexOf('things\0'); at >= 0; at = bytes.indexOf('things\0', at + 1)) bytes[at] ^= 1
    return bytes
  })
  t.same(saved, truth)
  t.match(report.lost, [/^row [0-9a-f]{8} of the catalog cannot be read$/])
  t.match(report.collections.find(({ namespace }) => namespace.database === 'salvaged')!.lost, ['its name, options and indexes'])
  t.equal(store.catalog.collections('salvaged').length, 1)
})

t.test('salvage of a time series saves documents that are the same but for their time', async (t) => {
  const { directory } = await stoppedStore(t)
  const { store, report } = await salvaged(t, directory)
  t.equal(losesNothing(report), true)
  t.equal(ids(store.read, store.catalog.find(series)!).length, 50)
})

t.test('salvage leaves out what is whole but contradicts something, and names it', async (t) => {
  const { directory } = await stoppedStore(t)
  const store = await openStore(directory)
  await createIndexes(store, things, [indexSpec({ key: { u: 1 }, unique: true, sparse: true })])
  await store.write((tx) => tx.insert(tx.createCollection(capped, encode({ capped: true, size: 10_000 })), encode({ _id: 1 })))
  const [{ id: thingsId }, { id: cappedId }] = [things, capped].map((namespace) => store.catalog.find(namespace)!)
  await store.close()
  const environment = await openEnvironment(directory)
  await environment.commit(() => {
    const { catalog, documents, garbage } = environment.tables
    catalog.putSync(rowPrefix(5000), Buffer.from('not an entry'))
    documents.putSync(documentRow(thingsId, recordIdFor('b')), encode({ _id: 'a' }))
    documents.putSync(documentRow(thingsId, recordIdFor('c')), encode({}))
    for (const _id of ['d', 'e']) documents.putSync(documentRow(thingsId, recordIdFor(_id)), encode({ _id, u: 1 }))
    documents.putSync(documentRow(cappedId, Buffer.alloc(8)), encode({ _id: 1 }))
    documents.putSync(documentRow(4000, recordIdFor('f')), encode({ _id: 'f' }))
    garbage.putSync(rowPrefix(4000), Buffer.from('documents'))
  })
  await environment.close()
  const { store: target, report } = await salvaged(t, directory)
  const lost = (namespace: Namespace): string[] => report.collections.find((found) => String(found.namespace) === String(namespace))!.lost
  t.match(lost(things), [/another document/, /another document/, /^index u_1: .*duplicate key/])
  t.match(lost(capped), [/^record [0-9a-f]{16}: .*duplicate key/])
  t.match(report.lost, ['row 00001388 of the catalog cannot be read'])
  t.equal(report.collections.length, 3, 'what had been dropped is not there')
  t.same(ids(target.read, target.catalog.find(things)!).slice(-2), ['d', 'e'])
  t.same(target.check(), [])
})

t.test('salvage notes a page that cannot be read', async (t) => {
  const { file } = await stoppedStore(t)
  const pages = new SalvagedPages(file, readMeta(file)!)
  pages.close()
  t.same([...pages.table('documents')], [])
  t.match(pages.damaged, [{ table: 'documents', finding: 'cannot be read' }, { table: 'documents', finding: /^leads to 0 of/ }])
})

t.test('salvage refuses data of a newer format', async (t) => {
  const { directory } = await stoppedStore(t)
  const environment = await openEnvironment(directory)
  environment.tables.meta.stored.putSync(Buffer.from('format'), Buffer.from('999'))
  await environment.close()
  await t.rejects(salvage(directory, await temporaryStore(t)), { message: /format 999.*newer version/ })
})
