import { randomUUID } from 'node:crypto'
import t from 'tap'
import { buildApp, type Client, expectProblem, signUp } from '../../../helper.js'

const app = await buildApp(t)

type Call = (client: Client, id: string, headers: Record<string, string>) => ReturnType<Client['get']>

/** Every call that takes the id of a note; what PUT makes of a free id is another matter. */
const calls: Record<string, Call> = {
  GET: (client, id, headers) => client.get(`/v1/notes/${id}`, { headers }),
  'GET with the trash': (client, id, headers) => client.get(`/v1/notes/${id}?deleted=include`, { headers }),
  PATCH: (client, id, headers) => client.patch(`/v1/notes/${id}`, { stolen: true }, { headers }),
  DELETE: (client, id, headers) => client.delete(`/v1/notes/${id}`, { headers }),
  'DELETE for good': (client, id, headers) => client.delete(`/v1/notes/${id}?purge=true`, { headers }),
  restore: (client, id, headers) => client.post(`/v1/notes/${id}/restore`, undefined, { headers })
}

for (const [title, call] of Object.entries(calls)) {
  t.test(`${title} of another user's note is answered as if there were none (S-078, S-088)`, async (t) => {
    const [ann, bob] = [await signUp(app), await signUp(app)]
    const [note, trashed] = [await ann.create({ title: 'mine' }), await ann.create({ title: 'in the trash' })]
    await ann.delete(`/v1/notes/${trashed.id}`)
    const preconditions: Record<string, string>[] = [{}, { 'if-match': '*' }, { 'if-match': `"${note.rev}"` }, { 'if-none-match': '*' }, { 'if-none-match': `"${note.rev}"` }]
    for (const headers of preconditions) {
      const unknown = await call(bob, randomUUID(), headers)
      expectProblem(t, unknown, 'NOTE_NOT_FOUND')
      for (const { id } of [note, trashed]) t.strictSame(comparable(await call(bob, id, headers)), comparable(unknown))
    }
    t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), note)
  })
}

t.test("another user's id cannot be taken, and its note is not shown", async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const note = await ann.create({ title: 'mine' })
  for (const headers of [{}, { 'if-none-match': '*' }]) {
    expectProblem(t, await bob.put(`/v1/notes/${note.id}`, { stolen: true }, { headers }), 'NOTE_NOT_FOUND')
  }
  const response = await bob.post('/v1/notes', { id: note.id })
  expectProblem(t, response, 'NOTE_EXISTS')
  t.notOk('current' in response.json())
  t.strictSame((await ann.get(`/v1/notes/${note.id}`)).json(), note)
})

t.test("PUT with If-Match fails on another user's id as on one that is free (S-088)", async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const { id, rev } = await ann.create({})
  for (const tag of ['*', `"${rev}"`]) {
    const [foreign, unknown] = [await bob.put(`/v1/notes/${id}`, {}, { headers: { 'if-match': tag } }), await bob.put(`/v1/notes/${randomUUID()}`, {}, { headers: { 'if-match': tag } })]
    expectProblem(t, foreign, 'PRECONDITION_FAILED')
    t.strictSame(comparable(foreign), comparable(unknown))
  }
})

t.test("nobody lists another user's notes (S-079)", async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const { notebook } = await ann.create({})
  for (const query of ['', '?deleted=include', '?deleted=only', '?sort=title', `?notebook=${notebook}`]) {
    t.strictSame((await bob.get(`/v1/notes${query}`)).json(), { items: [] })
  }
})

t.test('without signing in there are no notes at all', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  const urls = [`GET /v1/notes/${id}`, `PUT /v1/notes/${id}`, `PATCH /v1/notes/${id}`, `DELETE /v1/notes/${id}`, `POST /v1/notes/${id}/restore`, 'GET /v1/notes', 'POST /v1/notes']
  for (const [method, url] of urls.map((line) => line.split(' ') as ['GET', string])) {
    expectProblem(t, await app.inject({ method, url, ...method !== 'GET' && { payload: {} } }), 'UNAUTHENTICATED')
  }
})

t.test('answers are for their user and no cache', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  for (const url of ['/v1/notes', `/v1/notes/${id}`, `/v1/notes/${randomUUID()}`]) {
    t.equal((await ann.get(url)).headers['cache-control'], 'private, no-store')
  }
})

function comparable ({ statusCode, headers, body }: Awaited<ReturnType<Client['get']>>) {
  const { date, 'content-length': length, ...others } = headers
  return { statusCode, headers: others, body: { ...JSON.parse(body), requestId: '' } }
}
