import t from 'tap'
import { ServerProcess, startServer } from '../server-process.js'

const sameOrigin = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
const ann = { email: 'ann@example.com', password: 'canary-password-of-ann', transport: 'bearer' }

t.test('every problem of the configuration is printed, and nothing runs', async (t) => {
  const server = new ServerProcess({ PORT: 'http', QUIRE_TYPO_MS: '1', TRUST_PROXY: 'true' })
  t.same(await server.exited, [1, null])
  t.match(server.errors, /^QUIRE_TYPO_MS: .*\nPORT: .*\nTRUST_PROXY: .*\n$/)
  t.same(server.log, [])
})

t.test('an address that is taken stops the start', async (t) => {
  const first = await startServer(t)
  const { port } = new URL(first.url)
  await t.rejects(startServer(t, { PORT: port }), /EADDRINUSE/)
})

t.test('the log says where the server is, and who asked for what, and keeps secrets to itself (S-116)', async (t) => {
  const server = await startServer(t)
  const answer = await fetch(`${server.url}/v1/auth/signup?canary=query`, { method: 'POST', headers: sameOrigin, body: JSON.stringify(ann) })
  t.equal(answer.status, 400)
  const { user, accessToken } = await (await fetch(`${server.url}/v1/auth/signup`, { method: 'POST', headers: sameOrigin, body: JSON.stringify(ann) })).json() as { user: { id: string }, accessToken: string }
  await fetch(`${server.url}/v1/notes`, { method: 'POST', headers: { ...sameOrigin, authorization: `Bearer ${accessToken}`, cookie: 'a=canary-cookie', 'user-agent': 'canary-agent', 'x-request-id': 'canary-id' }, body: '{"title":"canary-note"}' })
  server.process.kill()
  t.same(await server.exited, [0, null])
  t.match(server.log.at(-2), { level: 'info', time: /Z$/, msg: 'request', method: 'POST', path: '/v1/notes', status: 201, user: user.id, requestId: /^[\da-f-]{36}$/ })
  t.notMatch(JSON.stringify(server.log), new RegExp(`canary|${accessToken}`))
})
