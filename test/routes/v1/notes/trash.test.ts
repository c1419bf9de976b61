import t from 'tap'
import { buildApp, expectProblem, signUp } from '../../../helper.js'

const app = await buildApp(t)

t.test('a deleted note is in the trash, out of sight unless it is asked for', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({ title: 'mine' })
  const response = await ann.delete(`/v1/notes/${note.id}`)
  t.equal(response.statusCode, 204)
  t.equal(response.body, '')
  expectProblem(t, await ann.get(`/v1/notes/${note.id}`), 'NOTE_NOT_FOUND')
  expectProblem(t, await ann.get(`/v1/notes/${note.id}?deleted=exclude`), 'NOTE_NOT_FOUND')
  const trashed = (await ann.get(`/v1/notes/${note.id}?deleted=include`)).json()
  t.match(trashed, { id: note.id, title: 'mine', rev: /^2-/, deletedAt: trashed.updatedAt })
  t.not(trashed.deletedAt, undefined)
})

t.test('a note in the trash can be restored or purged, and nothing else', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  await ann.delete(`/v1/notes/${id}`)
  const before = (await ann.get(`/v1/notes/${id}?deleted=include`)).json()
  expectProblem(t, await ann.patch(`/v1/notes/${id}`, { a: 1 }), 'NOTE_NOT_FOUND')
  expectProblem(t, await ann.delete(`/v1/notes/${id}`), 'NOTE_NOT_FOUND')
  expectProblem(t, await ann.put(`/v1/notes/${id}`, { a: 1 }), 'NOTE_EXISTS')
  t.strictSame((await ann.get(`/v1/notes/${id}?deleted=include`)).json(), before)
})

t.test('a restored note is as it was, at a new revision', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({ title: 'mine', list: [1] })
  await ann.delete(`/v1/notes/${note.id}`)
  const response = await ann.post(`/v1/notes/${note.id}/restore`)
  const { rev, updatedAt } = response.json()
  t.equal(response.statusCode, 200)
  t.equal(response.headers.etag, `"${rev}"`)
  t.match(rev, /^3-/)
  t.strictSame(response.json(), { ...note, rev, updatedAt })
  t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), response.json())
})

t.test('restoring what is not in the trash changes nothing', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({})
  const response = await ann.post(`/v1/notes/${note.id}/restore`)
  t.equal(response.statusCode, 200)
  t.strictSame(response.json(), note)
})

t.test('a purged note is gone for good, and its id is free', async (t) => {
  const ann = await signUp(app)
  const [first, second] = [await ann.create({}), await ann.create({})]
  await ann.delete(`/v1/notes/${second.id}`)
  for (const { id } of [first, second]) {
    t.equal((await ann.delete(`/v1/notes/${id}?purge=true`)).statusCode, 204)
    expectProblem(t, await ann.get(`/v1/notes/${id}?deleted=include`), 'NOTE_NOT_FOUND')
    expectProblem(t, await ann.post(`/v1/notes/${id}/restore`), 'NOTE_NOT_FOUND')
    expectProblem(t, await ann.delete(`/v1/notes/${id}?purge=true`), 'NOTE_NOT_FOUND')
    t.equal((await ann.put(`/v1/notes/${id}`, {})).statusCode, 201)
  }
})

t.test('purge=false is the trash, and anything else is refused', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  for (const query of ['purge=1', 'purge=yes', 'purge=', 'purge=true&purge=true', 'force=true']) {
    expectProblem(t, await ann.delete(`/v1/notes/${id}?${query}`), 'VALIDATION_FAILED')
  }
  t.equal((await ann.delete(`/v1/notes/${id}?purge=false`)).statusCode, 204)
  t.equal((await ann.get(`/v1/notes/${id}?deleted=include`)).statusCode, 200)
})

t.test('a read knows deleted=include and deleted=exclude', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  for (const query of ['deleted=only', 'deleted=', 'deleted=true', 'deleted=include&deleted=include', 'fields=title']) {
    expectProblem(t, await ann.get(`/v1/notes/${id}?${query}`), 'VALIDATION_FAILED')
  }
})

t.test('lists leave the trash out, show it too, or show nothing else', async (t) => {
  const ann = await signUp(app)
  const [kept, thrown] = [await ann.create({}), await ann.create({})]
  await ann.delete(`/v1/notes/${thrown.id}`)
  const ids = async (query: string) => (await ann.get(`/v1/notes?sort=createdAt&${query}`)).json().items.map(({ id }: { id: string }) => id)
  t.strictSame(await ids(''), [kept.id])
  t.strictSame(await ids('deleted=exclude'), [kept.id])
  t.strictSame(await ids('deleted=only'), [thrown.id])
  t.strictSame(new Set(await ids('deleted=include')), new Set([kept.id, thrown.id]))
})
