import { lstatSync } from 'node:fs'
import t from 'tap'
import { createServer } from '../server.js'
import { startTestEngine, withoutTimes } from './helper.js'
import { connectRaw, message, type RawClient } from './raw-client.js'

t.test('a server listens on a socket for its user alone, or on the loopback interface', async (t) => {
  const { server, store } = await startTestEngine(t)
  t.equal(lstatSync(server.address).mode & 0o777, 0o600)
  const onTcp = createServer({ store, commands: [], log: () => {} })
  t.teardown(() => onTcp.close())
  await onTcp.listen({ port: 0 })
  t.match(onTcp.address, /^127\.0\.0\.1:\d+$/)
})

t.test('an address that is taken is an error', async (t) => {
  const { server, store } = await startTestEngine(t)
  const second = createServer({ store, commands: [], log: () => {} })
  await t.rejects(second.listen({ path: server.address }), { code: 'EADDRINUSE' })
  await second.close()
})

t.test('connections are counted, and there is a limit to them', async (t) => {
  const { server, client } = await startTestEngine(t)
  const limit = 1000
  const clients: RawClient[] = []
  while (clients.length < limit) clients.push(await connectRaw(t, server.address))
  const late = await connectRaw(t, server.address)
  await late.closed
  clients[0].send(message({ serverStatus: 1, $db: 'admin' }))
  const { connections } = (await clients[0].reply()).body
  t.match(connections, { current: limit, totalRejected: 1 })
  for (const { socket } of clients) socket.destroy()
  t.same(withoutTimes(await client.db().command({ ping: 1 })), { ok: 1 }, 'and room again when they have gone')
})

t.test('closing twice, or before listening, is closing', async (t) => {
  const { server, store } = await startTestEngine(t)
  await Promise.all([server.close(), server.close()])
  await createServer({ store, commands: [], log: () => {} }).close()
})
