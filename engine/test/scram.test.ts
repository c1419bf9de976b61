import { MongoClient } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { commands } from '../commands/table.js'
import type { LogEntry } from '../log.js'
import { createServer } from '../server.js'
import { openStore } from '../storage/store.js'
import { temporaryDirectory, withoutTimes } from './helper.js'
import { deriveCredentials, ScramConversation } from '../wire/scram.js'

const PASSWORD = 'correct-horse'
const ADMIN_ONLY = { authSource: 'admin', authMechanism: 'SCRAM-SHA-256' } as const

/** A server on TCP that asks for a password, and a way to connect to it as anybody. */
async function startWithPassword (t: Test): Promise<{ log: LogEntry[], connect: (auth?: { username: string, password: string }) => MongoClient }> {
  const log: LogEntry[] = []
  const store = await openStore(await temporaryDirectory(t))
  const server = createServer({ store, commands, log: (entry) => log.push(entry), credentials: deriveCredentials('quire', PASSWORD) })
  await server.listen({ port: 0 })
  t.teardown(async () => {
    await server.close()
    await store.close()
  })
  return {
    log,
    connect (auth) {
      const client = new MongoClient(`mongodb://${server.address}/?directConnection=true`, auth && { auth, ...ADMIN_ONLY })
      t.teardown(() => client.close())
      return client
    }
  }
}

t.test('with the password a client may do everything', async (t) => {
  const { connect } = await startWithPassword(t)
  const client = connect({ username: 'quire', password: PASSWORD })
  t.match(await client.db('test').command({ connectionStatus: 1 }), { authInfo: { authenticatedUsers: [{ user: 'quire', db: 'admin' }] } })
  t.match(await client.db('admin').command({ hello: 1, saslSupportedMechs: 'admin.quire' }), { saslSupportedMechs: ['SCRAM-SHA-256'] })
  t.match(await client.db('admin').command({ whatsmyuri: 1 }), { you: /^127\.0\.0\.1:\d+$/ })
})

t.test('with a wrong password or name a client cannot even connect', async (t) => {
  const { connect } = await startWithPassword(t)
  for (const auth of [{ username: 'quire', password: 'wrong' }, { username: 'somebody', password: PASSWORD }]) {
    await t.rejects(connect(auth).connect(), { code: 18, codeName: 'AuthenticationFailed' })
  }
})

t.test('without signing in there is the handshake, ping, and nothing else', async (t) => {
  const { connect } = await startWithPassword(t)
  const db = connect().db('admin')
  t.same(withoutTimes(await db.command({ ping: 1 })), { ok: 1 })
  t.equal((await db.command({ hello: 1 })).maxWireVersion, 21)
  for (const { name, isPublic } of commands) {
    if (!isPublic) await t.rejects(db.command({ [name]: 1 }), { code: 13 }, name)
  }
})

t.test('without signing in nobody may send a long message', async (t) => {
  const { connect, log } = await startWithPassword(t)
  await t.rejects(connect().db('admin').command({ ping: 'x'.repeat(20_000) }))
  t.match(log[0], { msg: /message length 20\d\d\d is not between 16 and 16384/ })
})

t.test('other mechanisms, databases and orders of steps are refused', async (t) => {
  const { connect } = await startWithPassword(t)
  const client = connect()
  const start = { saslStart: 1, mechanism: 'SCRAM-SHA-256', payload: Buffer.from('n,,n=quire,r=abc') }
  await t.rejects(client.db('admin').command({ ...start, mechanism: 'SCRAM-SHA-1' }), { code: 2 })
  await t.rejects(client.db('test').command(start), { code: 18 })
  await t.rejects(client.db('admin').command({ saslContinue: 1, conversationId: 1, payload: Buffer.from('c=biws') }), { code: 17 })
  t.match(await client.db('admin').command(start), { conversationId: 1, done: false })
})

t.test('a proof can be tried once', async (t) => {
  const { connect } = await startWithPassword(t)
  const db = connect().db('admin')
  const proof = { saslContinue: 1, conversationId: 1, payload: Buffer.from('c=biws,r=x,p=AAAA') }
  await db.command({ saslStart: 1, mechanism: 'SCRAM-SHA-256', payload: Buffer.from('n,,n=quire,r=abc') })
  await t.rejects(db.command(proof), { code: 18 })
  await t.rejects(db.command(proof), { code: 17 })
})

t.test('where no password is set, signing in is refused', async (t) => {
  const store = await openStore(await temporaryDirectory(t))
  const server = createServer({ store, commands, log: () => {} })
  await server.listen({ port: 0 })
  t.teardown(() => server.close())
  const client = new MongoClient(`mongodb://${server.address}/?directConnection=true`, { auth: { username: 'quire', password: PASSWORD }, ...ADMIN_ONLY })
  await t.rejects(client.connect(), { code: 18 })
})

t.test('messages that are not SCRAM fail the authentication and nothing else', async (t) => {
  const credentials = deriveCredentials('quire', PASSWORD)
  for (const message of ['', 'n,,', 'n,,n=quire', 'n,,n=quire,r=', 'y,,n=quire,r=abc', 'n,,n=quire,r=abc,x=y', 'p=tls-unique,,n=quire,r=abc']) {
    t.throws(() => new ScramConversation(credentials).start(message), { code: 18 }, message)
  }
  for (const message of ['', 'c=biws,r=NONCE', 'c=biws,r=other,p=AAAA', 'c=eSws,r=NONCE,p=AAAA', 'c=biws,r=NONCE,p=AAAA', `c=biws,r=NONCE,p=${Buffer.alloc(32).toString('base64')}`]) {
    const conversation = new ScramConversation(credentials)
    const nonce = /^r=([^,]+)/.exec(conversation.start('n,,n=quire,r=abc'))?.[1] ?? ''
    t.throws(() => conversation.finish(message.replace('NONCE', nonce)), { code: 18 }, message)
  }
  t.throws(() => new ScramConversation(credentials).finish('c=biws,r=,p=AAAA'), { code: 18 }, 'a proof before anything was asked')
})
