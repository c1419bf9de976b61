import { Int32, Long, type Collection, type Db } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine } from './helper.js'

interface World { readonly db: Db, readonly notes: Collection }

async function start (t: Test): Promise<World> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const notes = db.collection('notes')
  await notes.insertMany([
    { kind: 'a', n: 1, tags: ['x', 'y'] }, { kind: 'a', n: Long.fromNumber(1), tags: ['y', ['z']] }, { kind: 'b', n: 1.5, tags: [] }, { kind: null, tags: 'x' }, { n: null, deep: [{ v: 1 }, { v: [2, 1] }] }
  ])
  return { db, notes }
}

t.test('documents are counted, all or those that match', async (t) => {
  const { db } = await start(t)
  const count = async (members: object): Promise<number> => (await db.command({ count: 'notes', ...members })).n
  t.equal(await count({}), 5)
  t.equal(await count({ query: {} }), 5)
  t.equal(await count({ query: { kind: 'a' } }), 2)
  t.equal(await count({ query: { kind: null } }), 2)
  t.equal(await count({ query: { kind: 'none' } }), 0)
  t.strictSame((await db.command({ count: 'notes' }, { promoteValues: false })).n, new Int32(5))
})

t.test('a count is cut by skip and limit, with a query and without', async (t) => {
  const { db } = await start(t)
  for (const query of [undefined, { _id: { $exists: true } }]) {
    const count = async (members: object): Promise<number> => (await db.command({ count: 'notes', query, ...members })).n
    t.equal(await count({ limit: 3 }), 3)
    t.equal(await count({ limit: -3 }), 3)
    t.equal(await count({ limit: 0 }), 5)
    t.equal(await count({ skip: 4, limit: 3 }), 1)
    t.equal(await count({ skip: 9 }), 0)
  }
})

t.test('what is not there is counted as nothing', async (t) => {
  const { db } = await start(t)
  t.equal((await db.command({ count: 'none', query: { a: 1 } })).n, 0)
  t.strictSame((await db.command({ distinct: 'none', key: 'a' })).values, [])
})

t.test('a count refuses what it cannot do', async (t) => {
  const { db } = await start(t)
  for (const [members, code] of [
    [{ skip: -1 }, 51024], [{ query: 1 }, 14], [{ query: { $nope: 1 } }, 2], [{ hint: 'none' }, 2], [{ collation: { locale: 'de' } }, 238], [{ nope: 1 }, 40415]
  ] as const) await t.rejects(db.command({ count: 'notes', ...members }), { code }, JSON.stringify(members))
})

t.test('different values are listed once each, as they are met', async (t) => {
  const { notes } = await start(t)
  t.strictSame(await notes.distinct('kind'), ['a', 'b', null])
  t.strictSame(await notes.distinct('n'), [1, 1.5, null])
  t.strictSame(await notes.distinct('n', { kind: 'a' }), [1])
})

t.test('an array gives its elements, one level deep', async (t) => {
  const { notes } = await start(t)
  t.strictSame(await notes.distinct('tags'), ['x', 'y', ['z']])
  t.strictSame(await notes.distinct('deep.v'), [1, 2])
  t.strictSame(await notes.distinct('deep.0.v'), [1])
})

t.test('values of more than 16 MiB are refused', async (t) => {
  const { db, notes } = await start(t)
  for (const fill of ['a', 'b', 'c']) await notes.insertOne({ text: fill.repeat(6 * 1024 * 1024) })
  t.equal((await db.command({ distinct: 'notes', key: 'text', query: { text: /^[ab]/ } })).values.length, 2)
  await t.rejects(db.command({ distinct: 'notes', key: 'text' }), { code: 17217 })
})

t.test('a distinct refuses what it cannot do', async (t) => {
  const { db } = await start(t)
  for (const [members, code] of [
    [{}, 40414], [{ key: 1 }, 14], [{ key: 'a', query: { $nope: 1 } }, 2], [{ key: 'a', collation: { locale: 'de' } }, 238], [{ key: 'a', hint: 'none' }, 2]
  ] as const) await t.rejects(db.command({ distinct: 'notes', ...members }), { code }, JSON.stringify(members))
})
