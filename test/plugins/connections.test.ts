import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { buildApp } from '../helper.js'
import { openSocket, parseAnswer, textUntilClosed } from '../raw-socket.js'

/** A listening app with a route that answers when the test says so. */
async function listen (t: Test, variables = {}) {
  const arrived: (() => void)[] = []
  const app = await buildApp(t, variables, async (app) => {
    app.get('/wait', { config: { public: true, offline: true } }, async () => {
      await new Promise<void>((resolve) => arrived.push(resolve))
      return 'done'
    })
  })
  return { app, arrived, url: await app.listen({ port: 0 }) }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

t.test('R-10 a request in flight is answered when the server stops, and its connection closed', async (t) => {
  const { app, arrived, url } = await listen(t)
  const [busy, idle, silent] = [await openSocket(url), await openSocket(url), await openSocket(url)]
  idle.write(get('/livez'))
  await once(idle, 'data')
  const [answer, ends] = [textUntilClosed(busy), [textUntilClosed(idle), textUntilClosed(silent)]]
  busy.write(get('/wait'))
  while (arrived.length === 0) await setImmediate()

  const closed = app.close()
  while (!app.connections.draining) await setImmediate()
  arrived[0]!()
  t.match(parseAnswer(await answer), { status: 200, headers: { connection: 'close' }, body: 'done' })
  await Promise.all([closed, ...ends])
})

t.test('R-10 while the server stops it is not ready, and takes no new connection', async (t) => {
  const { app, arrived, url } = await listen(t)
  const socket = await openSocket(url)
  const answers = textUntilClosed(socket)
  socket.write(get('/wait') + get('/readyz'))
  while (arrived.length === 0) await setImmediate()
  const closed = app.close()
  while (!app.connections.draining) await setImmediate()
  const refused = await openSocket(url).then(() => false, () => true)
  t.ok(refused)
  arrived[0]!()
  t.match(await answers, /^HTTP\/1\.1 200/)
  await closed
})

t.test('R-10 at the deadline the server closes whatever is still open', async (t) => {
  const { app, arrived, url } = await listen(t, { QUIRE_SHUTDOWN_MS: '300' })
  const [waiting, stalled] = [await openSocket(url), await openSocket(url)]
  const ends = [textUntilClosed(waiting), textUntilClosed(stalled)]
  waiting.write(get('/wait'))
  stalled.write('POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{')
  while (arrived.length === 0) await setImmediate()
  await app.close()
  await Promise.all(ends)
})

t.test('S-003 connections above the limit are refused, those below it served', async (t) => {
  const { app, url } = await listen(t, { QUIRE_CONNECTIONS: '2' })
  const [first] = [await openSocket(url), await openSocket(url)]
  const dropped = once(app.server, 'drop')
  const third = await openSocket(url)
  await Promise.all([textUntilClosed(third), dropped])
  first.write(get('/livez'))
  const [answer] = await once(first, 'data')
  t.match(String(answer), /^HTTP\/1\.1 200/)
})
