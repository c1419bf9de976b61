import { readFileSync } from 'node:fs'
import { UUID } from 'mongodb'
import t from 'tap'
import { commands } from '../commands/table.js'
import { startTestEngine } from './helper.js'

t.test('the handshake is that of the primary of a replica set of one, MongoDB 7.0', async (t) => {
  const { client, server } = await startTestEngine(t)
  const { address } = server
  const hello = await client.db('admin').command({ hello: 1 })
  t.match(hello, {
    isWritablePrimary: true,
    secondary: false,
    setName: 'quire',
    hosts: [address],
    me: address,
    primary: address,
    maxWireVersion: 21,
    maxBsonObjectSize: 16777216,
    maxMessageSizeBytes: 48000000,
    maxWriteBatchSize: 100000,
    logicalSessionTimeoutMinutes: 30,
    connectionId: Number,
    localTime: Date,
    readOnly: false,
    ok: 1
  })
  t.notOk('topologyVersion' in hello, 'or drivers would wait for changes')
  t.notOk('saslSupportedMechs' in hello)
})

t.test('the old spelling of the handshake says so in its own words', async (t) => {
  const { client } = await startTestEngine(t)
  for (const name of ['isMaster', 'ismaster']) {
    t.match(await client.db('admin').command({ [name]: 1, helloOk: true }), { ismaster: true, helloOk: true, maxWireVersion: 21 })
  }
})

t.test('the version is one of MongoDB 7.0', async (t) => {
  const { client } = await startTestEngine(t)
  const { version, versionArray, storageEngines } = await client.db().admin().buildInfo()
  t.match(version, /^7\.0\.\d+$/)
  t.equal(versionArray.slice(0, 3).join('.'), version)
  t.strictSame(storageEngines, ['lmdb'])
})

t.test('serverStatus counts what has been run and what has failed', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('admin')
  await db.command({ ping: 1 })
  await t.rejects(db.command({ ping: 1, x: 1 }))
  t.match(await db.command({ serverStatus: 1, repl: 0 }), {
    process: 'quire-engine',
    pid: process.pid,
    uptime: 0,
    connections: { current: Number },
    mem: { resident: Number },
    metrics: { commands: { ping: { total: 2, failed: 1 } }, cursor: { open: { total: 0 } } }
  })
})

t.test('a connection that needs no password has no user', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('admin')
  t.strictSame((await db.command({ connectionStatus: 1 })).authInfo, { authenticatedUsers: [], authenticatedUserRoles: [] })
  t.match(await db.command({ connectionStatus: 1, showPrivileges: true }), { authInfo: { authenticatedUserPrivileges: [] } })
  t.match(await db.command({ whatsmyuri: 1 }), { you: String })
})

t.test('the parameters are few, and an unknown one is an error', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('admin')
  t.match(await db.command({ getParameter: 1, featureCompatibilityVersion: 1 }), { featureCompatibilityVersion: { version: '7.0' } })
  t.match(await db.command({ getParameter: '*' }), { featureCompatibilityVersion: {}, enableTestCommands: false })
  await t.rejects(db.command({ getParameter: 1, other: 1 }), { code: 72 })
})

t.test('the log is elsewhere', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('admin')
  t.match(await db.command({ getLog: 'startupWarnings' }), { totalLinesWritten: 0, log: [] })
  t.match(await db.command({ getLog: '*' }), { names: ['global', 'startupWarnings'] })
  await t.rejects(db.command({ getLog: 'other' }), { code: 96 })
  await t.rejects(db.command({ getLog: null }), { code: 40414 })
})

t.test('sessions can be started, refreshed and ended', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('admin')
  const { id, timeoutMinutes } = await db.command({ startSession: 1 })
  t.equal(timeoutMinutes, 30)
  t.match(await db.command({ refreshSessions: [id] }), { ok: 1 })
  t.match(await db.command({ endSessions: [id, { id: new UUID() }] }), { ok: 1 })
  await t.rejects(db.command({ endSessions: [{ id: 'x' }] }), { code: 14 })
  await t.rejects(db.command({ endSessions: null }), { code: 40414 })
})

t.test("the README's table of commands is the table of commands", async (t) => {
  const readme = readFileSync('engine/README.md', 'utf8')
  const rows = commands.map(({ name, aliases = [], summary }) => `| ${[name, ...aliases].map((each) => `\`${each}\``).join(', ')} | ${summary} |`)
  const [section] = readme.slice(readme.indexOf('\n## Commands')).split('\n## ', 2).slice(1)
  const printed = section.split('\n').filter((line) => line.startsWith('| `'))
  t.strictSame(printed, rows)
  t.strictSame(commands.map(({ name }) => name), commands.map(({ name }) => name).sort(), 'in alphabetical order')
})
