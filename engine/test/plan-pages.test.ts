import { UUID, type Collection, type Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { explained } from './explained.js'
import { startTestEngine } from './helper.js'

const LIMIT = 20

/** Notes of two owners in turn; every fifth one is in the trash, and ten at a time were changed in the same millisecond. */
function notes (from: number, to: number, owners: readonly UUID[]): Document[] {
  return Array.from({ length: to - from }, (_, at) => from + at).map((n) => ({
    _id: new UUID(), owner: owners[n % 2], trashed: n % 5 === 0, updatedAt: new Date(1e12 + Math.floor(n / 10))
  }))
}

t.test('a page costs what is on it, however many notes there are', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection('notes')
  await collection.createIndex({ owner: 1, trashed: 1, updatedAt: -1, _id: -1 })
  const owners = [new UUID(), new UUID()] as const
  let size = 0
  for (const wanted of [10, 1000, 20_000]) {
    await collection.insertMany(notes(size, wanted, owners))
    size = wanted
    await t.test(`of ${size}`, (t) => checkPages(t, collection, owners[1]))
  }
})

async function checkPages (t: Test, collection: Collection, owner: UUID): Promise<void> {
  const filter = { owner, trashed: false }
  for (const direction of [-1, 1] as const) {
    const options = { sort: { updatedAt: direction, _id: direction }, limit: LIMIT }
    const first = await collection.find(filter, options).toArray()
    const { documents, stages } = await explained(collection, filter, options)
    t.equal(stages, 'LIMIT > FETCH > IXSCAN')
    t.ok(documents <= LIMIT + 1, `the first page: ${documents} documents`)
    const last = first[first.length - 1]
    const behind = direction < 0 ? '$lte' : '$gte'
    const next = { ...filter, updatedAt: { [behind]: last.updatedAt }, $or: [{ updatedAt: { $ne: last.updatedAt } }, { _id: { [direction < 0 ? '$lt' : '$gt']: last._id } }] }
    const second = await explained(collection, next, options)
    t.ok(second.documents <= LIMIT + 10, `the second page: ${second.documents} documents, of which ten may be of the last millisecond`)
    const found = await collection.find(next, options).toArray()
    t.notOk(found.some(({ _id }) => first.some((other) => other._id.equals(_id))), 'no note is on two pages')
  }
}
