import { once } from 'node:events'
import t from 'tap'
import { openSocket, textUntilClosed } from './raw-socket.js'
import { ServerProcess, startServer } from './server-process.js'

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

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`F-21 ${signal} ends the server with 0, with idle, silent and stalled connections open`, async (t) => {
    const server = await startServer(t, { QUIRE_SHUTDOWN_MS: '1000' })
    const [idle, stalled] = [await openSocket(server.url), await openSocket(server.url), await openSocket(server.url)]
    idle.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
    stalled.write('POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nContent-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n\r\n{')
    await once(idle, 'data')
    server.process.kill(signal)
    t.same(await server.exited, [0, null])
  })
}

t.test('F-22 a second signal ends the server at once', async (t) => {
  const server = await startServer(t, { QUIRE_SHUTDOWN_MS: '60000' })
  const stalled = await openSocket(server.url)
  stalled.write('POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nContent-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n\r\n{')
  const stopping = server.line(/^stopping/)
  await fetch(`${server.url}/livez`)
  server.process.kill('SIGTERM')
  await stopping
  const ended = textUntilClosed(stalled)
  server.process.kill('SIGTERM')
  t.same(await server.exited, [1, null])
  await ended
})

t.test('F-22 the server goes on when nobody reads its log any more', async (t) => {
  const server = await startServer(t)
  server.process.stdout!.destroy()
  for (let request = 0; request < 3; request++) t.equal((await fetch(`${server.url}/livez`)).status, 200)
  server.process.kill('SIGTERM')
  t.same(await server.exited, [0, null])
})
