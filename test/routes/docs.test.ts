import t from 'tap'
import { catalogue } from '../../src/errors.js'
import { buildApp } from '../helper.js'

const app = await buildApp(t)

t.test('the reference loads nothing from elsewhere, and everything from here', async (t) => {
  const page = await app.inject('/docs/')
  t.equal(page.statusCode, 200)
  t.notMatch(page.body, /(src|href)="(https?:)?\/\//)
  t.match(page.headers['content-security-policy'], /^default-src 'none'; script-src 'self';/)
  const files = [...page.body.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => `/docs/${file}`)
  t.ok(files.length > 3)
  for (const file of [...files, '/docs/json']) t.equal((await app.inject(file)).statusCode, 200, file)
})

t.test('the page asks no validator', async (t) => {
  t.match((await app.inject('/docs/static/swagger-initializer.js')).body, 'validatorUrl: null')
})

t.test('the type of every problem leads to an entry of the error reference', async (t) => {
  const { type } = (await app.inject('/nope')).json()
  const [path, id] = type.split('#')
  const page = await app.inject(path)
  t.match(page.headers['content-type'], 'text/html')
  t.match(page.body, `id="${id}"`)
  for (const code of Object.keys(catalogue)) t.match(page.body, `<code>${code}</code>`)
})
