import { randomUUID } from 'node:crypto'
import t from 'tap'
import { buildApp, expectProblem, signUp } from '../../../helper.js'

const app = await buildApp(t)

t.test('PUT replaces all of the fields', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({ title: 'old', tags: ['a'] })
  const response = await ann.put(`/v1/notes/${note.id}`, { items: [1] })
  const replaced = response.json()
  t.equal(response.statusCode, 200)
  t.equal(response.headers.etag, `"${replaced.rev}"`)
  t.strictSame(replaced, { ...serverFields(note), rev: replaced.rev, updatedAt: replaced.updatedAt, items: [1] })
  t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), replaced)
})

t.test('PUT creates a note with an id that is free', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  const response = await ann.put(`/v1/notes/${id}`, { title: 'new' })
  t.equal(response.statusCode, 201)
  t.match(response.headers, { location: `/v1/notes/${id}`, etag: `"${response.json().rev}"` })
  t.match(response.json(), { id, owner: ann.user.id, title: 'new' })
  t.strictSame((await ann.get(`/v1/notes/${id}`)).json(), response.json())
})

t.test('PUT creates with the id of its address and no other', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  expectProblem(t, await ann.put(`/v1/notes/${id}`, { id: randomUUID() }), 'RESERVED_FIELD')
  expectProblem(t, await ann.put(`/v1/notes/${id}`, { rev: '1-000000000000' }), 'RESERVED_FIELD')
  t.equal((await ann.put(`/v1/notes/${id}`, { id })).statusCode, 201)
})

t.test('PUT does not touch a note in the trash', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({ title: 'mine' })
  await ann.delete(`/v1/notes/${id}`)
  const response = await ann.put(`/v1/notes/${id}`, { title: 'again' })
  expectProblem(t, response, 'NOTE_EXISTS')
  t.match(response.json().current, { id, title: 'mine', deletedAt: String })
})

t.test('what was read can be edited and written back', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({ title: 'old', more: 1 })
  const replaced: typeof note = (await ann.put(`/v1/notes/${note.id}`, { ...note, title: 'new' })).json()
  t.match(replaced, { ...serverFields(note), rev: String, updatedAt: String, title: 'new', more: 1 })
  const patched = await ann.patch(`/v1/notes/${note.id}`, { ...replaced, title: 'newer' })
  t.match(patched.json(), { id: note.id, title: 'newer', more: 1 })
})

t.test('so can a note of the greatest width', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create(Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, index])))
  t.equal((await ann.put(`/v1/notes/${note.id}`, note)).statusCode, 200)
})

for (const verb of ['put', 'patch'] as const) {
  t.test(`${verb.toUpperCase()} refuses another value for what belongs to the server (S-024)`, async (t) => {
    const ann = await signUp(app)
    const note = await ann.create({ title: 'mine' })
    const names = ['id', 'notebook', 'owner', 'rev', 'createdAt', 'updatedAt', 'deletedAt', '_id', '__v']
    for (const [name, value] of names.flatMap((name) => [randomUUID(), null, '', {}, []].map((value) => [name, value] as const))) {
      const response = await ann[verb](`/v1/notes/${note.id}`, { [name]: value })
      expectProblem(t, response, 'RESERVED_FIELD')
      t.match(response.json().errors, [{ pointer: `/${name}` }])
    }
    t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), note)
  })
}

t.test('PATCH sets, merges and removes fields', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({ title: 'old', tags: ['a'], nested: { keep: 1, drop: 2 } })
  const response = await ann.patch(`/v1/notes/${note.id}`, { title: null, nested: { drop: null, add: { deep: [] } }, extra: 0 })
  const { rev, updatedAt } = response.json()
  t.equal(response.statusCode, 200)
  t.equal(response.headers.etag, `"${rev}"`)
  t.strictSame(response.json(), { ...serverFields(note), rev, updatedAt, tags: ['a'], nested: { keep: 1, add: { deep: [] } }, extra: 0 })
  t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), response.json())
})

t.test('PATCH is a JSON Merge Patch by either of its types', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  for (const type of ['application/merge-patch+json', 'application/json', 'application/merge-patch+json; charset=utf-8']) {
    const response = await ann.patch(`/v1/notes/${id}`, { type }, { headers: { 'content-type': type } })
    t.match(response.json(), { type })
  }
})

t.test('any other type of patch is answered with those that are known', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  const response = await ann.patch(`/v1/notes/${id}`, [{ op: 'add', path: '/a', value: 1 }], { headers: { 'content-type': 'application/json-patch+json' } })
  expectProblem(t, response, 'UNSUPPORTED_MEDIA_TYPE')
  t.equal(response.headers['accept-patch'], 'application/merge-patch+json, application/json')
})

t.test('a merge patch is no body for the other methods', async (t) => {
  const ann = await signUp(app)
  const options = { headers: { 'content-type': 'application/merge-patch+json' } }
  expectProblem(t, await ann.post('/v1/notes', {}, options), 'UNSUPPORTED_MEDIA_TYPE')
  expectProblem(t, await ann.put(`/v1/notes/${randomUUID()}`, {}, options), 'UNSUPPORTED_MEDIA_TYPE')
})

t.test('PATCH speaks one dialect (S-025)', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({})
  for (const body of ['{"$set":{"owner":"x"}}', '{"owner.role":"admin"}', '{"a":{"$unset":null}}', '{"a.b":null}']) {
    expectProblem(t, await ann.patch(`/v1/notes/${note.id}`, body), 'FORBIDDEN_KEY')
  }
  expectProblem(t, await ann.patch(`/v1/notes/${note.id}`, '[{"$set":{}}]'), 'VALIDATION_FAILED')
  t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), note)
})

t.test('PATCH keeps the types of title and tags', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({ title: 'x', tags: ['a'] })
  for (const patch of [{ title: 1 }, { title: 'x'.repeat(1001) }, { tags: 'a' }, { tags: ['a', 'a'] }, { tags: { 0: 'a' } }]) {
    expectProblem(t, await ann.patch(`/v1/notes/${id}`, patch), 'VALIDATION_FAILED')
  }
  t.notOk('tags' in (await ann.patch(`/v1/notes/${id}`, { tags: null })).json())
})

t.test('patches cannot grow a note past the limits of a body (S-018)', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({ deep: { a: { b: {} } }, big: 'x'.repeat(1 << 19) })
  const inner = JSON.parse(`${'{"a":'.repeat(29)}{}${'}'.repeat(29)}`)
  expectProblem(t, await ann.patch(`/v1/notes/${id}`, { bigger: 'x'.repeat(1 << 19) }), 'BODY_TOO_LARGE')
  expectProblem(t, await ann.patch(`/v1/notes/${id}`, { deep: { a: { b: inner, c: { d: inner } } } }), 'JSON_TOO_DEEP')
  const keys = (prefix: string) => Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [prefix + index, 0]))
  t.equal((await ann.patch(`/v1/notes/${id}`, keys('a'))).statusCode, 200)
  expectProblem(t, await ann.patch(`/v1/notes/${id}`, keys('b')), 'JSON_TOO_WIDE')
})

t.test('every write gives a new revision and no earlier time', async (t) => {
  const ann = await signUp(app)
  let note = await ann.create({ title: 'same' })
  for (const [verb, generation] of [['patch', 2], ['put', 3], ['patch', 4]] as const) {
    const written = (await ann[verb](`/v1/notes/${note.id}`, { title: 'same' })).json()
    t.match(written.rev, new RegExp(`^${generation}-[0-9a-f]{12}$`))
    t.ok(written.updatedAt >= String(note['updatedAt']))
    t.equal(written.createdAt, note['createdAt'])
    note = written
  }
})

t.test('what does not exist cannot be read, patched, deleted, purged or restored', async (t) => {
  const ann = await signUp(app)
  const url = `/v1/notes/${randomUUID()}`
  const responses = [await ann.get(url), await ann.get(`${url}?deleted=include`), await ann.patch(url, {}), await ann.delete(url), await ann.delete(`${url}?purge=true`), await ann.post(`${url}/restore`)]
  for (const response of responses) expectProblem(t, response, 'NOTE_NOT_FOUND')
})

t.test('an address of a note is a UUID in lower case', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  for (const name of ['x', id.toUpperCase(), `{${id}}`, '__proto__', 'constructor', '%00', `${id}%00`]) {
    expectProblem(t, await ann.get(`/v1/notes/${name}`), 'VALIDATION_FAILED')
  }
})

/** A note without what its user put into it. */
function serverFields ({ id, notebook, owner, rev, createdAt, updatedAt }: Record<string, unknown>) {
  return { id, notebook, owner, rev, createdAt, updatedAt }
}
