import { once } from 'node:events'
import t from 'tap'
import { openSocket, textUntilClosed } from '../raw-socket.js'
import { startServer } from '../server-process.js'

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
