import { randomUUID } from 'node:crypto'
import mongoose, { type mongo } from 'mongoose'
import t from 'tap'
import type { NoteRow } from '../../src/models/note.js'
import { NoteRows } from '../../src/stores/note-rows.js'
import { NoteStore } from '../../src/stores/note-store.js'
import { buildApp } from '../helper.js'

const app = await buildApp(t)
const { models, stores: { notes, notebooks } } = app
const { limits, sessionSecrets } = app.config
const rows = models.Note.collection as never as mongo.Collection<NoteRow>

t.test('every write carries a later stamp, given by the database', async (t) => {
  const ann = randomUUID()
  const { id } = await notes.create(ann, {})
  const stamps = [await stampOf(id)]
  const writes = [() => notes.patch(ann, id, { title: null }, {}), () => notes.replace(ann, id, {}, {}), () => notes.trash(ann, id, {}), () => notes.restore(ann, id, {})]
  for (const write of writes) {
    await write()
    stamps.push(await stampOf(id))
  }
  t.ok(stamps[0]!.greaterThan(0))
  for (const [index, stamp] of stamps.slice(1).entries()) t.ok(stamp.greaterThan(stamps[index]!), `write ${index + 2}`)
})

t.test("the user's fields are apart from the server's", async (t) => {
  const { id } = await notes.create(randomUUID(), { title: 'mine', stamp: 1, fields: { trashed: true } } as object)
  const row = await rowOf(id)
  t.strictSame(row.fields, { title: 'mine', stamp: 1, fields: { trashed: true } })
  t.strictSame(Object.keys(row).toSorted(), ['_id', 'createdAt', 'deletedAt', 'fields', 'notebook', 'owner', 'rev', 'sortTitle', 'stamp', 'trashed', 'updatedAt'])
})

t.test('the time of a note does not go back with the clock (F-20)', async (t) => {
  let now = Date.parse('2026-11-22T10:00:00.000Z')
  const store = new NoteStore(models, notebooks, { cursorSecrets: sessionSecrets, limits }, () => now)
  const ann = randomUUID()
  const { id } = await store.create(ann, {})
  now -= 3_600_000
  t.match(await store.patch(ann, id, {}, {}), { updatedAt: '2026-11-22T10:00:00.000Z' })
  now += 7_200_000
  t.match(await store.patch(ann, id, {}, {}), { createdAt: '2026-11-22T10:00:00.000Z', updatedAt: '2026-11-22T11:00:00.000Z' })
})

t.test('who loses every race to write a note is told to come back', async (t) => {
  const ann = randomUUID()
  const { id } = await notes.create(ann, {})
  const updateOne: typeof rows.updateOne = async (filter, update) => {
    await notes.patch(ann, id, {}, {})
    return await rows.updateOne(filter, update)
  }
  const slow = new NoteRows({ findOne: rows.findOne.bind(rows), updateOne } as typeof rows, limits.queryMs, Date.now)
  await t.rejects(slow.update({ userId: ann, id, permission: 'note:write' }, {}, () => ({})), { code: 'OVERLOADED', headers: { 'retry-after': '1' } })
})

t.test('the default notebook is made once, however often it is made', async (t) => {
  const ann = randomUUID()
  await Promise.all([notebooks.createDefault(ann), notebooks.createDefault(ann)])
  await notebooks.createDefault(ann)
  t.match(await models.Notebook.find({ owner: ann }).lean(), { length: 1, 0: { _id: new mongoose.mongo.UUID(ann), name: 'Notes' } })
})

t.test('a note can go into any notebook of its user', async (t) => {
  const [ann, notebook] = [randomUUID(), randomUUID()]
  await models.Notebook.create({ _id: notebook, owner: ann, name: 'Work', createdAt: new Date(), updatedAt: new Date() })
  t.match(await notes.create(ann, { notebook }), { notebook })
  t.match((await notes.replace(ann, randomUUID(), { notebook } as object, {})).note, { notebook })
})

async function rowOf (id: string): Promise<NoteRow> {
  return (await rows.findOne({ _id: new mongoose.mongo.UUID(id) }))!
}

async function stampOf (id: string): Promise<mongo.Timestamp> {
  return (await rowOf(id)).stamp
}
