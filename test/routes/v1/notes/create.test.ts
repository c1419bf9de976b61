import { randomUUID } from 'node:crypto'
import t from 'tap'
import { buildApp, expectProblem, signUp } from '../../../helper.js'

const app = await buildApp(t)

t.test('a new note is answered whole, with its address and its ETag', async (t) => {
  const ann = await signUp(app)
  const response = await ann.post('/v1/notes', { title: 'Groceries', tags: ['home'], items: [{ name: 'milk', done: false }] })
  const { id, rev, ...note } = response.json()
  t.equal(response.statusCode, 201)
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.match(rev, /^1-[0-9a-f]{12}$/)
  t.match(response.headers, { location: `/v1/notes/${id}`, etag: `"${rev}"` })
  t.match(note, { owner: ann.user.id, notebook: String, createdAt: note.updatedAt, title: 'Groceries', tags: ['home'], items: [{ name: 'milk', done: false }] })
  t.notOk('deletedAt' in note)
})

t.test('what was created can be read at its address', async (t) => {
  const ann = await signUp(app)
  const response = await ann.post('/v1/notes', { title: 'Groceries' })
  const read = await ann.get(String(response.headers.location))
  t.equal(read.statusCode, 200)
  t.equal(read.headers.etag, response.headers.etag)
  t.strictSame(read.json(), response.json())
})

t.test('nothing is coerced, stripped or repaired', async (t) => {
  const ann = await signUp(app)
  const fields = { number: 42, text: '42', none: null, empty: {}, list: [], nested: { empty: {}, list: [[], {}] }, date: '2026-11-22T10:00:00.000Z', '': 'no name', ' ': 1 }
  t.match((await ann.create(fields)), fields)
})

t.test('names that mean something to the machinery are names like others', async (t) => {
  const ann = await signUp(app)
  const names = ['toJSON', 'toBSON', 'toObject', 'toString', 'valueOf', 'length', 'constructor', 'hasOwnProperty', 'prototype', 'fields', 'stamp', 'trashed', 'sortTitle', 'then', 'isMongooseObject', 'type', 'default']
  const fields: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, { [name]: 1, __v: 1, _doc: { name } }]))
  fields['constructor'] = { name: 'Date' }
  const { id } = await ann.create(fields)
  const read = JSON.parse((await ann.get(`/v1/notes/${id}`)).body)
  for (const name of names) t.equal(JSON.stringify(read[name]), JSON.stringify(fields[name]), name)
})

t.test('arrays of documents are read back under names that every object inherits', async (t) => {
  const ann = await signUp(app)
  const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith('__'))
  for (const name of names) {
    const { id } = await ann.create({ [name]: [{ a: 1 }, {}] })
    t.match((await ann.get(`/v1/notes/${id}`)).body, `"${name}":[{"a":1},{}]`)
  }
})

t.test('a client may choose the id', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  t.equal((await ann.create({ id })).id, id)
})

t.test('an id that is taken is refused, and the note that has it is shown', async (t) => {
  const ann = await signUp(app)
  const note = await ann.create({ title: 'first' })
  const response = await ann.post('/v1/notes', { id: note.id, title: 'second' })
  expectProblem(t, response, 'NOTE_EXISTS')
  t.strictSame(response.json().current, note)
})

t.test('an id that is taken by a note in the trash is refused', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({ title: 'first' })
  await ann.delete(`/v1/notes/${id}`)
  const response = await ann.post('/v1/notes', { id })
  expectProblem(t, response, 'NOTE_EXISTS')
  t.match(response.json().current, { id, title: 'first', deletedAt: String })
})

t.test('an id has one spelling', async (t) => {
  const ann = await signUp(app)
  for (const id of [randomUUID().toUpperCase(), `urn:uuid:${randomUUID()}`, 'x', '', 1, null, {}]) {
    expectProblem(t, await ann.post('/v1/notes', { id }), 'VALIDATION_FAILED')
  }
})

t.test('a note goes into the default notebook, by name or without', async (t) => {
  const ann = await signUp(app)
  const { notebook } = await ann.create({})
  t.equal((await ann.create({ notebook })).notebook, notebook)
})

t.test("a notebook that does not exist, or is another user's, is not found", async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const { notebook } = await bob.create({})
  const [foreign, unknown] = [await ann.post('/v1/notes', { notebook }), await ann.post('/v1/notes', { notebook: randomUUID() })]
  expectProblem(t, foreign, 'NOTEBOOK_NOT_FOUND')
  t.strictSame({ ...foreign.json(), requestId: '' }, { ...unknown.json(), requestId: '' })
})

t.test('the title is a string of at most 1,000 characters', async (t) => {
  const ann = await signUp(app)
  for (const title of ['', 'é'.repeat(1000), '😀'.repeat(1000)]) t.equal((await ann.create({ title }))['title'], title)
  for (const title of ['x'.repeat(1001), 1, null, ['x'], {}, true]) expectProblem(t, await ann.post('/v1/notes', { title }), 'VALIDATION_FAILED')
})

t.test('tags are unique strings', async (t) => {
  const ann = await signUp(app)
  t.strictSame((await ann.create({ tags: [] }))['tags'], [])
  for (const tags of [['a', 'a'], ['__proto__', 'b', '__proto__'], [1], [null], 'a', null, {}]) expectProblem(t, await ann.post('/v1/notes', { tags }), 'VALIDATION_FAILED')
})

t.test('a body is an object', async (t) => {
  const ann = await signUp(app)
  for (const body of ['[]', 'null', '1', '"text"']) expectProblem(t, await ann.post('/v1/notes', body), 'VALIDATION_FAILED')
})

t.test('what belongs to the server is refused, whatever the value (S-024)', async (t) => {
  const ann = await signUp(app)
  for (const name of ['owner', 'rev', 'createdAt', 'updatedAt', 'deletedAt', '_id', '__v', '_', '_anything']) {
    for (const value of [ann.user.id, null, '', {}, []]) {
      const response = await ann.post('/v1/notes', { title: 'fine', [name]: value })
      expectProblem(t, response, 'RESERVED_FIELD')
      t.match(response.json().errors, [{ pointer: `/${name}`, code: 'RESERVED_FIELD' }])
    }
  }
  t.strictSame((await ann.get('/v1/notes')).json(), { items: [] })
})

t.test('the names of the server are free below the top level', async (t) => {
  const ann = await signUp(app)
  const below = { id: 1, owner: null, rev: [], _id: {}, __v: 'x', notebook: 5 }
  t.match(await ann.create({ below, list: [below] }), { below, list: [below] })
})

t.test('keys that cannot be stored are refused with a pointer, wherever they are (S-021)', async (t) => {
  const ann = await signUp(app)
  const bodies: [pointer: string, body: string][] = [
    ['/$set', '{"$set":{"owner":"x"}}'],
    ['/x.y', '{"x.y":1}'],
    ['/a/1/$set', '{"a":[{"b":1},{"$set":1}]}'],
    ['/obj/_bsontype', '{"obj":{"metadata":{},"_bsontype":"Code"}}'],
    ['/a/b\u0000c', '{"a":{"b\\u0000c":1}}'],
    ['/a/__proto__', '{"a":{"__proto__":{"admin":true}}}'],
    ['/a/constructor/prototype', '{"a":{"constructor":{"prototype":{}}}}'],
    ['/a/$ref', '{"a":{"$ref":"users","$id":1}}']
  ]
  for (const [pointer, body] of bodies) {
    const response = await ann.post('/v1/notes', body)
    expectProblem(t, response, 'FORBIDDEN_KEY')
    t.match(response.json().errors, [{ pointer }], body)
  }
})

t.test('a note is as deep and as wide as the limits allow, and not more (S-017, S-018)', async (t) => {
  const ann = await signUp(app)
  const deep = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  const wide = (keys: number) => Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, index]))
  t.equal((await ann.post('/v1/notes', deep(32))).statusCode, 201)
  expectProblem(t, await ann.post('/v1/notes', deep(33)), 'JSON_TOO_DEEP')
  t.equal((await ann.post('/v1/notes', wide(2000))).statusCode, 201)
  expectProblem(t, await ann.post('/v1/notes', wide(2001)), 'JSON_TOO_WIDE')
})

t.test('a body of the greatest size is stored, also when it is larger in the database (S-018)', async (t) => {
  const ann = await signUp(app)
  const length = ((1 << 20) - '{"a":[1]}'.length) / 2
  const response = await ann.post('/v1/notes', `{"a":[1${',1'.repeat(Math.floor(length))}]}`)
  t.equal(response.statusCode, 201)
  t.equal((await ann.get(`/v1/notes/${response.json().id}`)).body, response.body)
})
