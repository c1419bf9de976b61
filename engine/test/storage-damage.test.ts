import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Random } from '../faults/random.js'
import { NO_PAGE, PAGE_HEADER_BYTES, readMeta, type Meta } from '../storage/data-file.js'
import { openEnvironment } from '../storage/environment.js'
import { rowPrefix } from '../storage/rows.js'
import { checkDirectory, openStore, type Store } from '../storage/store.js'
import { createIndexes } from '../storage/create-indexes.js'
import { verificationOf } from '../storage/verification.js'
import { collectionOf, idsByIndex, indexSpec, insert, remove, temporaryDirectory, things } from './temporary-store.js'

const FLIPS = 60
/** In the document with `_id` 399. */
const TEXT = '399 399 399'

interface Stopped { readonly directory: string, readonly file: string, readonly whole: Buffer, readonly meta: Meta }

/** A stopped store with branch, leaf and overflow pages and a list of free ones. */
async function stoppedStore (t: Test): Promise<Stopped> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await createIndexes(store, things, [indexSpec({ key: { text: 1 } })])
  for (let from = 0; from < 400; from += 100) await insert(store, ...Array.from({ length: 100 }, (_, n) => ({ _id: from + n, text: `${from + n} `.repeat(n % 50 === 0 ? 3000 : 10) })))
  for (let id = 0; id < 400; id += 4) await remove(store, id)
  await store.close()
  const file = join(directory, 'data.mdb')
  return { directory, file, whole: readFileSync(file), meta: readMeta(file)! }
}

function everything (store: Store): string {
  const documents = [...store.read.documents(collectionOf(store))].map(({ document }) => document.toString('latin1'))
  return JSON.stringify([documents, idsByIndex(store, 'text_1'), store.read.count(collectionOf(store))])
}

async function read (directory: string): Promise<string> {
  const store = await openStore(directory, { verifyFirst: Infinity })
  try {
    return everything(store)
  } finally {
    await store.close()
  }
}

t.test('F-08: whichever byte of the file changes, it is found or makes no difference', async (t) => {
  const { directory, file, whole } = await stoppedStore(t)
  const truth = await read(directory)
  const random = new Random(8)
  let found = 0
  for (let flip = 0; flip < FLIPS; flip++) {
    const bytes = Buffer.from(whole)
    const position = random.below(bytes.length)
    bytes[position] ^= 1 + random.below(255)
    writeFileSync(file, bytes)
    const answer = await read(directory).catch((error) => {
      found++
      return error.message.includes('damaged') ? truth : error.message
    })
    t.equal(answer, truth, `byte ${position}`)
  }
  t.ok(found > FLIPS / 20, `${found} were found`)
})

t.test('F-05: a file that ends before its last page is refused, wherever that is', async (t) => {
  const { directory, file, whole } = await stoppedStore(t)
  for (const length of [512, 4095, 4096, 8192, 12_288, whole.length >> 1]) {
    writeFileSync(file, whole.subarray(0, length))
    await t.rejects(openStore(directory), { message: /damaged/ }, `${length} bytes`)
    await t.rejects(checkDirectory(directory), { message: /damaged/ })
  }
})

t.test('F-05: a file whose last pages are free and were never written is whole, and is not read before the start', async (t) => {
  const directory = await temporaryDirectory(t)
  const environment = await openEnvironment(directory)
  const { documents } = environment.tables
  const keys = Array.from({ length: 500 }, (_, n) => rowPrefix(n))
  await environment.commit(() => {
    for (const key of keys) documents.putSync(key, Buffer.alloc(1000))
    for (const key of keys.slice(1).toReversed()) documents.removeSync(key)
  })
  await environment.close()
  const file = join(directory, 'data.mdb')
  const { lastPage, pageSize } = readMeta(file)!
  t.ok(statSync(file).size < lastPage * pageSize)
  const verification = verificationOf(directory)!
  verification.begin(0)
  t.equal(verification.isDone, false)
  verification.begin(Infinity)
  t.equal(verification.isDone, true)
})

/** Places of a page, and of the first meta page's tree of tables, that must not change. */
const changes: Array<[what: string, change: (bytes: Buffer, page: number) => void, finding: RegExp]> = [
  ['its number', (bytes, page) => bytes.writeUInt32LE(77, page), /is another/],
  ['the end of its list of nodes', (bytes, page) => bytes.writeUInt16LE(3, page + 20), /has no nodes/],
  ['the place of a node', (bytes, page) => bytes.writeUInt16LE(4090, page + PAGE_HEADER_BYTES), /node outside of it/],
  ['the length of a key', (bytes, page) => bytes.writeUInt16LE(5000, nodeOf(bytes, page) + 6), /too long/],
  ['a node that is less long', (bytes, page) => bytes.writeUInt16LE(0, nodeOf(bytes, page) + 6), /has gaps/],
  ['what a row is', (bytes, page) => bytes.writeUInt16LE(0, nodeOf(bytes, page) + 4), /beside the tables/],
  ['the flags of a table', (bytes, page) => bytes.writeUInt16LE(4, treeOf(bytes, page) + 4), /has flags 4/],
  ['the depth of a table', (bytes, page) => bytes.writeUInt16LE(99, treeOf(bytes, page) + 6), /depth 99/],
  ['how many rows a table has', (bytes, page) => bytes.writeUInt32LE(9999, treeOf(bytes, page) + 32), /entries instead of 9999/],
  ['the root of a table', (bytes, page) => bytes.writeUInt32LE(99_999, treeOf(bytes, page) + 40), /page 99999 is not there/],
  ['a table that leads to its own page', (bytes, page) => bytes.writeUInt32LE(page / 4096, treeOf(bytes, page) + 40), /used twice|is another/]
]

for (const [what, change, finding] of changes) {
  t.test(`F-08: damage of a page is found: ${what}`, async (t) => {
    const { directory, file, whole, meta } = await stoppedStore(t)
    t.not(meta.main.root, NO_PAGE)
    change(whole, meta.main.root * meta.pageSize)
    writeFileSync(file, whole)
    await t.rejects(openStore(directory), { message: finding })
  })
}

for (const [table, changed] of [['catalog', 'catalof'], ['meta', 'metb'], ['documents', 'documentt']]) {
  t.test(`F-08: a changed name of the table ${table}, which would hide all its rows, is found`, async (t) => {
    const { directory, file, whole, meta } = await stoppedStore(t)
    const page = meta.main.root * meta.pageSize
    whole.write(changed, whole.indexOf(table, page))
    writeFileSync(file, whole)
    await t.rejects(openStore(directory, { verifyFirst: Infinity }), { message: /damaged.*table/ })
    await t.rejects(checkDirectory(directory), { message: /damaged.*table/ })
  })
}

t.test('what is not verified before the start is verified after it, and damage is told', async (t) => {
  const { directory, file, whole } = await stoppedStore(t)
  const store = await openStore(directory, { verifyFirst: 0 })
  await store.close()
  // Pages that are free by now may have it, too.
  for (let at = whole.indexOf(TEXT); at >= 0; at = whole.indexOf(TEXT, at + 1)) whole.write('X', at)
  writeFileSync(file, whole)
  const failure = new Promise<Error>((resolve) => {
    openStore(directory, { verifyFirst: 0, onFailure: resolve }).then((damaged) => t.teardown(() => damaged.close()))
  })
  t.match(await failure, { message: /checksum of a row is wrong/ })
})

/** The first node of a page. */
function nodeOf (bytes: Buffer, page: number): number {
  return page + PAGE_HEADER_BYTES + bytes.readUInt16LE(page + PAGE_HEADER_BYTES)
}

/** The tree of the first table, which is the value behind its name. */
function treeOf (bytes: Buffer, page: number): number {
  const node = nodeOf(bytes, page)
  return node + 8 + bytes.readUInt16LE(node + 6)
}
