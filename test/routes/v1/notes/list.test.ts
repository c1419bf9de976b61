import { randomUUID } from 'node:crypto'
import t from 'tap'
import { buildApp, type Client, expectProblem, signUp } from '../../../helper.js'

const app = await buildApp(t)

type Note = Record<string, unknown> & { id: string, title?: string, createdAt: string, updatedAt: string }

t.test('a user without notes has an empty list', async (t) => {
  const ann = await signUp(app)
  const response = await ann.get('/v1/notes')
  t.equal(response.statusCode, 200)
  t.strictSame(response.json(), { items: [] })
  t.equal(response.headers.link, undefined)
})

t.test('a list shows notes whole, the last changed first', async (t) => {
  const ann = await signUp(app)
  const first = await ann.create({ title: 'first', nested: { a: [] } })
  const second = await ann.create({ title: 'second' })
  await later(first)
  const changed = (await ann.patch(`/v1/notes/${first.id}`, { more: true })).json()
  t.strictSame((await ann.get('/v1/notes')).json(), { items: [changed, second] })
})

t.test('pages of any size make up the whole list, each with the way to the next but the last', async (t) => {
  const ann = await signUp(app)
  for (let n = 0; n < 7; n++) await ann.create({ n })
  const whole = (await ann.get('/v1/notes')).json().items
  for (const limit of [1, 2, 3, 6, 7, 8]) {
    const pages = await pagesOf(ann, `limit=${limit}`)
    t.strictSame(pages.flat(), whole, `limit ${limit}`)
    t.equal(pages.length, Math.ceil(7 / limit))
  }
})

t.test('next is also a link', async (t) => {
  const ann = await signUp(app)
  for (let n = 0; n < 3; n++) await ann.create({ n })
  const response = await ann.get('/v1/notes?limit=2&sort=createdAt')
  const [, url = '', parameters] = /^<(.+)>(.+)$/.exec(String(response.headers.link)) ?? []
  t.equal(parameters, '; rel="next"')
  t.equal(new URL(url, 'http://localhost').searchParams.get('cursor'), response.json().next)
  t.match((await ann.get(url)).json(), { items: [{ n: 2 }] })
})

t.test('every order of up to three fields holds over all pages', async (t) => {
  const ann = await signUp(app)
  const titles = ['b', 'a', undefined, 'b', '', 'B', 'é', 'z', '😀', '\uffff', 'a\u0000', 'a', undefined]
  const notes = await Promise.all(titles.map((title) => ann.create({ ...title !== undefined && { title } })))
  for (const { id } of notes.slice(0, 4)) await ann.patch(`/v1/notes/${id}`, { changed: true })
  const present = (await ann.get('/v1/notes')).json().items
  for (const sort of orders()) {
    const pages = await pagesOf(ann, `sort=${sort}&limit=5`)
    t.strictSame(pages.flat().map(({ id }) => id), present.toSorted(comparing(sort)).map(({ id }: Note) => id), sort)
  }
})

t.test('titles are ordered by their bytes, a missing one like an empty one', async (t) => {
  const ann = await signUp(app)
  for (const title of ['é', 'a', 'Z', '😀', '\uffff']) await ann.create({ title })
  await ann.create({})
  const items: Note[] = (await ann.get('/v1/notes?sort=title')).json().items
  t.strictSame(items.map(({ title }) => title), [undefined, 'Z', 'a', 'é', '\uffff', '😀'])
})

t.test('titles of the greatest length are ordered and paged, too', async (t) => {
  const ann = await signUp(app)
  const titles = ['\0'.repeat(1000), '\0'.repeat(999) + 'a', 'a'.repeat(1000), 'a'.repeat(999) + 'b', '漢'.repeat(1000), '😀'.repeat(1000)]
  for (const title of titles.toReversed()) await ann.create({ title })
  const pages = await pagesOf(ann, 'sort=title&limit=1')
  t.strictSame(pages.flat().map(({ title }) => title), titles)
})

t.test('a page of large notes ends before it is too heavy (S-023)', async (t) => {
  const ann = await signUp(app)
  for (const title of ['0', '1', '2', '3', '4', '5']) await ann.create({ title, text: 'x'.repeat(1_000_000) })
  const pages = await pagesOf(ann, 'sort=title')
  t.strictSame(pages.map((page) => page.map(({ title }) => title)), [['0', '1', '2', '3'], ['4', '5']])
})

t.test('a note that changes its title moves', async (t) => {
  const ann = await signUp(app)
  const [a, b] = [await ann.create({ title: 'a' }), await ann.create({ title: 'b' })]
  await ann.patch(`/v1/notes/${a.id}`, { title: 'c' })
  t.match((await ann.get('/v1/notes?sort=title')).json(), { items: [{ id: b.id }, { id: a.id }] })
  await ann.put(`/v1/notes/${a.id}`, {})
  t.match((await ann.get('/v1/notes?sort=title')).json(), { items: [{ id: a.id }, { id: b.id }] })
})

t.test('a page goes on where the one before ended, whatever has come, gone or moved', async (t) => {
  const ann = await signUp(app)
  const notes = []
  for (const title of ['a', 'c', 'e', 'g']) notes.push(await ann.create({ title }))
  const { next } = (await ann.get('/v1/notes?sort=title&limit=2')).json()
  await ann.delete(`/v1/notes/${notes[1]!.id}?purge=true`)
  await ann.create({ title: 'b' })
  await ann.create({ title: 'd' })
  const { items } = (await ann.get(`/v1/notes?sort=title&cursor=${next}`)).json()
  t.match(items, [{ title: 'd' }, { title: 'e' }, { title: 'g' }])
})

t.test('pages of the trash and of everything go on, too', async (t) => {
  const ann = await signUp(app)
  for (let n = 0; n < 6; n++) {
    const { id } = await ann.create({ n })
    if (n % 2 === 0) await ann.delete(`/v1/notes/${id}`)
  }
  const numbers = async (query: string) => (await pagesOf(ann, `limit=2&sort=createdAt&${query}`)).flat().map(({ n }) => n)
  t.strictSame(await numbers('deleted=exclude'), [1, 3, 5])
  t.strictSame(await numbers('deleted=only'), [0, 2, 4])
  t.strictSame(await numbers('deleted=include'), [0, 1, 2, 3, 4, 5])
})

t.test('a list can be of one notebook', async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const note = await ann.create({})
  const { notebook } = await bob.create({})
  t.strictSame((await ann.get(`/v1/notes?notebook=${note['notebook']}`)).json(), { items: [note] })
  t.strictSame((await ann.get(`/v1/notes?notebook=${notebook}`)).json(), { items: [] })
  t.strictSame((await ann.get(`/v1/notes?notebook=${randomUUID()}`)).json(), { items: [] })
})

t.test('a cursor is good for its user, filter and order alone (S-097)', async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const notes = [await ann.create({}), await ann.create({}), await bob.create({}), await bob.create({})]
  const { next } = (await ann.get('/v1/notes?limit=1')).json()
  t.equal((await ann.get(`/v1/notes?cursor=${next}&limit=3`)).statusCode, 200)
  expectProblem(t, await bob.get(`/v1/notes?cursor=${next}`), 'INVALID_CURSOR')
  for (const other of ['sort=updatedAt', 'sort=-updatedAt,title', 'deleted=include', 'deleted=only', `notebook=${notes[0]!['notebook']}`]) {
    expectProblem(t, await ann.get(`/v1/notes?cursor=${next}&${other}`), 'INVALID_CURSOR')
  }
})

t.test('a changed or broken cursor is refused (S-097)', async (t) => {
  const ann = await signUp(app)
  for (const title of ['a', 'b']) await ann.create({ title })
  const { next } = (await ann.get('/v1/notes?limit=1&sort=title')).json()
  const broken = [`${next}A`, next.slice(0, -1), `A${next}`, 'A', 'null', Buffer.from('["a"]').toString('base64url')]
  for (const cursor of broken) expectProblem(t, await ann.get(`/v1/notes?limit=1&sort=title&cursor=${cursor}`), 'INVALID_CURSOR')
  for (const cursor of ['', '%7B%7D', `${next}%3D`, '%00']) expectProblem(t, await ann.get(`/v1/notes?sort=title&cursor=${cursor}`), 'VALIDATION_FAILED')
})

t.test('what a list does not know is refused', async (t) => {
  const ann = await signUp(app)
  const queries = [
    'limit=0', 'limit=101', 'limit=-1', 'limit=1.5', 'limit=0x10', 'limit=1e1', 'limit=', 'limit=ten', 'limit=1&limit=2', 'limit%5B%5D=1',
    'sort=', 'sort=rev', 'sort=fields.title', 'sort=+title', 'sort=title,', 'sort=title,-title', 'sort=--title', 'sort=Title', 'sort=constructor',
    'sort=title&sort=createdAt', 'sort=title,createdAt,updatedAt,title', 'sort=_id', 'sort=title%20',
    'deleted=', 'deleted=yes', 'notebook=', 'notebook=x', 'notebook%5B%24ne%5D=x', 'cursor%5B%24gt%5D=',
    'tag=home', 'q=milk', 'filter=%7B%7D', 'fields=title', 'count=exact', 'offset=10', 'page=2', 'owner=x', '__proto__=x', 'constructor=x'
  ]
  for (const query of queries) expectProblem(t, await ann.get(`/v1/notes?${query}`), 'VALIDATION_FAILED')
})

async function pagesOf (client: Client, query: string): Promise<Note[][]> {
  const pages: Note[][] = []
  let cursor = ''
  do {
    const { items, next } = (await client.get(`/v1/notes?${query}${cursor}`)).json()
    pages.push(items)
    cursor = next === undefined ? '' : `&cursor=${next}`
  } while (cursor !== '')
  return pages
}

function orders (): string[] {
  const fields = ['title', 'createdAt', 'updatedAt']
  const longer = (order: string[]) => fields.filter((field) => !order.some((other) => other.endsWith(field))).flatMap((field) => [[...order, field], [...order, `-${field}`]])
  const one = longer([])
  const two = one.flatMap(longer)
  return [...one, ...two, ...two.flatMap(longer)].map((order) => order.join())
}

/** The order that a sort means, ties broken by id in the direction of the last field. */
function comparing (sort: string) {
  const fields = [...sort.split(','), sort.split(',').at(-1)!.startsWith('-') ? '-id' : 'id']
  return (a: Note, b: Note): number => {
    for (const field of fields) {
      const name = field.replace('-', '')
      const order = Buffer.compare(Buffer.from(String(a[name] ?? '')), Buffer.from(String(b[name] ?? '')))
      if (order !== 0) return field === name ? order : -order
    }
    return 0
  }
}

/** Waits for the clock to tell times apart. */
async function later ({ updatedAt }: Record<string, unknown>): Promise<void> {
  while (new Date().toISOString() <= String(updatedAt)) await new Promise(setImmediate)
}
