import { randomUUID } from 'node:crypto'
import t from 'tap'
import { buildApp, expectProblem, signUp } from '../../../helper.js'

const app = await buildApp(t)
const writers = Array.from({ length: 20 }, (_, index) => index)

t.test('of 20 writers with the same If-Match exactly one writes (F-17)', async (t) => {
  const ann = await signUp(app)
  for (const write of ['patch', 'put'] as const) {
    const note = await ann.create({ by: null })
    const responses = await Promise.all(writers.map((by) => ann[write](`/v1/notes/${note.id}`, { by }, { headers: { 'if-match': `"${note.rev}"` } })))
    const [written, ...more] = responses.filter(({ statusCode }) => statusCode === 200)
    t.strictSame([more.length, written!.json()], [0, (await ann.get(`/v1/notes/${note.id}`)).json()])
    for (const response of responses.filter(({ statusCode }) => statusCode !== 200)) {
      expectProblem(t, response, 'PRECONDITION_FAILED')
      t.strictSame(response.json().current, written!.json())
    }
  }
})

t.test('20 patches of different fields without If-Match all land, one revision each (F-17)', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({})
  const responses = await Promise.all(writers.map((writer) => ann.patch(`/v1/notes/${id}`, { [`by${writer}`]: writer })))
  t.strictSame(generations(responses.map((response) => response.json())), writers.map((writer) => writer + 2))
  t.match((await ann.get(`/v1/notes/${id}`)).json(), Object.fromEntries(writers.map((writer) => [`by${writer}`, writer])))
})

t.test('revisions of a note that many append to form one chain (R-4)', async (t) => {
  const ann = await signUp(app)
  const { id } = await ann.create({ log: [] })
  await Promise.all(writers.slice(0, 8).map(async (writer) => {
    for (let written = false; !written;) {
      const { log, rev } = (await ann.get(`/v1/notes/${id}`)).json()
      const response = await ann.patch(`/v1/notes/${id}`, { log: [...log, writer] }, { headers: { 'if-match': `"${rev}"` } })
      written = response.statusCode === 200
    }
  }))
  const { log, rev } = (await ann.get(`/v1/notes/${id}`)).json()
  t.strictSame(log.toSorted((a: number, b: number) => a - b), writers.slice(0, 8))
  t.match(rev, /^9-/)
})

t.test('of 20 creations with one id exactly one creates', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  const posted = await Promise.all(writers.map((by) => ann.post('/v1/notes', { id, by })))
  t.equal(posted.filter(({ statusCode }) => statusCode === 201).length, 1)
  t.equal(posted.filter(({ statusCode }) => statusCode === 409).length, 19)
})

t.test('of 20 PUTs with one id one creates and the others replace', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  const responses = await Promise.all(writers.map((by) => ann.put(`/v1/notes/${id}`, { by })))
  t.equal(responses.filter(({ statusCode }) => statusCode === 201).length, 1)
  t.strictSame(generations(responses.map((response) => response.json())), writers.map((writer) => writer + 1))
})

t.test('of 20 PUTs with If-None-Match: * exactly one creates', async (t) => {
  const ann = await signUp(app)
  const id = randomUUID()
  const responses = await Promise.all(writers.map((by) => ann.put(`/v1/notes/${id}`, { by }, { headers: { 'if-none-match': '*' } })))
  const created = responses.filter(({ statusCode }) => statusCode === 201)
  t.equal(created.length, 1)
  for (const response of responses.filter((response) => response !== created[0])) {
    expectProblem(t, response, 'PRECONDITION_FAILED')
    t.match(response.json().current, created[0]!.json())
  }
})

t.test('of 20 deletions exactly one deletes', async (t) => {
  const ann = await signUp(app)
  for (const query of ['', '?purge=true']) {
    const { id } = await ann.create({})
    const responses = await Promise.all(writers.map(() => ann.delete(`/v1/notes/${id}${query}`)))
    t.equal(responses.filter(({ statusCode }) => statusCode === 204).length, 1)
    t.equal(responses.filter(({ statusCode }) => statusCode === 404).length, 19)
  }
})

function generations (notes: { rev: string }[]): number[] {
  return notes.map(({ rev }) => Number.parseInt(rev)).toSorted((a, b) => a - b)
}
