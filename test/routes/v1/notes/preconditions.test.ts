import { randomUUID } from 'node:crypto'
import t from 'tap'
import { buildApp, type Client, expectProblem, signUp } from '../../../helper.js'

const app = await buildApp(t)

const writes: Record<string, (client: Client, id: string, headers: Record<string, string>) => ReturnType<Client['get']>> = {
  PUT: (client, id, headers) => client.put(`/v1/notes/${id}`, { by: 'put' }, { headers }),
  PATCH: (client, id, headers) => client.patch(`/v1/notes/${id}`, { by: 'patch' }, { headers }),
  DELETE: (client, id, headers) => client.delete(`/v1/notes/${id}`, { headers }),
  'DELETE for good': (client, id, headers) => client.delete(`/v1/notes/${id}?purge=true`, { headers }),
  restore: (client, id, headers) => client.post(`/v1/notes/${id}/restore`, undefined, { headers })
}

for (const [title, write] of Object.entries(writes)) {
  t.test(`${title} goes through when If-Match names the revision, among others or as *`, async (t) => {
    const ann = await signUp(app)
    for (const tags of [(rev: string) => `"${rev}"`, (rev: string) => `"x", W/"y" ,"${rev}"`, () => '*']) {
      const { id, rev } = await ann.create({})
      t.match((await write(ann, id, { 'if-match': tags(rev) })).statusCode, /^20[04]$/)
    }
  })

  t.test(`${title} does nothing when If-Match names another revision, and shows the note as it is`, async (t) => {
    const ann = await signUp(app)
    const note = await ann.create({ title: 'mine' })
    for (const tag of ['"1-000000000000"', `W/"${note.rev}"`, `"${note.rev}0"`, '""', '"a", "b"']) {
      const response = await write(ann, note.id, { 'if-match': tag })
      expectProblem(t, response, 'PRECONDITION_FAILED')
      t.strictSame(response.json().current, note)
    }
    t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), note)
  })

  t.test(`${title} does nothing when If-None-Match names the revision`, async (t) => {
    const ann = await signUp(app)
    const note = await ann.create({})
    for (const tag of ['*', `"${note.rev}"`, `W/"${note.rev}"`, `"x", "${note.rev}"`]) {
      const response = await write(ann, note.id, { 'if-none-match': tag })
      expectProblem(t, response, 'PRECONDITION_FAILED')
      t.strictSame(response.json().current, note)
    }
    t.match((await write(ann, note.id, { 'if-none-match': '"x"' })).statusCode, /^20[04]$/)
  })

  t.test(`${title} refuses preconditions that are not entity tags`, async (t) => {
    const ann = await signUp(app)
    const { id, rev } = await ann.create({})
    for (const value of [rev, `'${rev}'`, `"${rev}`, `${rev}"`, '', '* ,*', '"a" "b"', 'w/"a"', '"a",', '"a"b"']) {
      expectProblem(t, await write(ann, id, { 'if-match': value }), 'VALIDATION_FAILED')
      expectProblem(t, await write(ann, id, { 'if-none-match': value }), 'VALIDATION_FAILED')
    }
  })
}

t.test('GET answers 304 without a body when the client has the revision', async (t) => {
  const ann = await signUp(app)
  const { id, rev } = await ann.create({})
  for (const tag of [`"${rev}"`, `W/"${rev}"`, `"x" , "${rev}"`, '*']) {
    const response = await ann.get(`/v1/notes/${id}`, { headers: { 'if-none-match': tag } })
    t.equal(response.statusCode, 304)
    t.equal(response.body, '')
    t.equal(response.headers.etag, `"${rev}"`)
  }
})

t.test('GET answers the note when the client has another revision', async (t) => {
  const ann = await signUp(app)
  const { id, rev } = await ann.create({ title: 'old' })
  await ann.patch(`/v1/notes/${id}`, { title: 'new' })
  const response = await ann.get(`/v1/notes/${id}`, { headers: { 'if-none-match': `"${rev}"` } })
  t.equal(response.statusCode, 200)
  t.match(response.json(), { title: 'new' })
})

t.test('GET honours If-Match', async (t) => {
  const ann = await signUp(app)
  const { id, rev } = await ann.create({})
  t.equal((await ann.get(`/v1/notes/${id}`, { headers: { 'if-match': `"${rev}"` } })).statusCode, 200)
  expectProblem(t, await ann.get(`/v1/notes/${id}`, { headers: { 'if-match': '"x"' } }), 'PRECONDITION_FAILED')
})

t.test('PUT with If-None-Match: * creates, and does not replace', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  const headers = { 'if-none-match': '*' }
  t.equal((await ann.put(`/v1/notes/${id}`, { n: 1 }, { headers })).statusCode, 201)
  const response = await ann.put(`/v1/notes/${id}`, { n: 2 }, { headers })
  expectProblem(t, response, 'PRECONDITION_FAILED')
  t.match(response.json().current, { id, n: 1 })
})

t.test('PUT with If-Match does not create', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  for (const tag of ['*', '"1-000000000000"']) {
    const response = await ann.put(`/v1/notes/${id}`, {}, { headers: { 'if-match': tag } })
    expectProblem(t, response, 'PRECONDITION_FAILED')
    t.notOk('current' in response.json())
  }
  expectProblem(t, await ann.get(`/v1/notes/${id}`), 'NOTE_NOT_FOUND')
})

t.test('what does not exist is not found, whatever is demanded of it', async (t) => {
  const ann = await signUp(app)
  const url = `/v1/notes/${randomUUID()}`
  for (const headers of [{ 'if-match': '*' }, { 'if-match': '"x"' }, { 'if-none-match': '*' }]) {
    for (const response of [await ann.get(url, { headers }), await ann.patch(url, {}, { headers }), await ann.delete(url, { headers }), await ann.post(`${url}/restore`, undefined, { headers })]) {
      expectProblem(t, response, 'NOTE_NOT_FOUND')
    }
  }
})
