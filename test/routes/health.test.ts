import t from 'tap'
import { buildApp } from '../helper.js'

const app = await buildApp(t)

for (const url of ['/livez', '/readyz']) {
  t.test(`S-118 ${url} says that all is well, and nothing else`, async (t) => {
    const response = await app.inject(url)
    t.equal(response.statusCode, 200)
    t.same(response.json(), { status: 'ok' })
  })
}
