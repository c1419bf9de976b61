import { Binary, Decimal128, Double, Int32, Long, Timestamp, UUID, type Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { readFields } from '../commands/arguments.js'
import type { Command } from '../commands/command.js'
import { commands } from '../commands/table.js'
import { startTestEngine } from './helper.js'
import { connectRaw, message } from './raw-client.js'

/** Answers with what it has been given, one argument of each kind. */
const probe: Command = {
  name: 'probe',
  aliases: ['Probe'],
  summary: 'For tests',
  isRetryable: true,
  fields: {
    probe: 'collection',
    array: 'array',
    binary: 'binary',
    bool: 'bool',
    count: 'number',
    document: 'document',
    hint: ['string', 'document'],
    int64: 'int64',
    integer: 'number',
    need: 'string',
    readConcern: 'document',
    string: 'string',
    writeConcern: 'document'
  },

  run (context) {
    const { args } = context
    const statements = args.documents('array')?.map((statement) => readFields('probe.array', { q: 'document', n: 'number' }, statement).integer('n') ?? null)
    return {
      ns: context.namespace('probe').toString(),
      array: statements,
      binary: args.binary('binary')?.bytes.toString('hex'),
      bool: args.bool('bool', true),
      count: args.count('count'),
      document: args.document('document'),
      has: args.has('hint') || args.has('array'),
      int64: args.int64('int64'),
      integer: args.integer('integer'),
      lsid: context.lsid?.toString('hex'),
      need: args.has('need') ? args.requiredString('need') : undefined,
      required: args.value('integer')?.type === 16 && args.integer('integer') === -1 ? args.requiredString('need') : undefined,
      retry: context.retry?.txnNumber,
      string: args.string('string')
    }
  }
}

async function startProbe (t: Test): Promise<(members?: Document) => Promise<Document>> {
  const { client } = await startTestEngine(t, { commands: [...commands, probe] })
  const db = client.db('test')
  return (members = {}) => db.command({ probe: 'notes', ...members })
}

t.test('arguments arrive with their types', async (t) => {
  const probe = await startProbe(t)
  t.match(await probe({
    array: [{ n: 1 }, { q: {} }], binary: Buffer.of(1, 2), bool: false, count: 3, document: { a: 1 }, hint: 'x', int64: Long.fromNumber(5), integer: -2.7, string: 'é'
  }), {
    ns: 'test.notes', array: [1, null], binary: '0102', bool: false, count: 3, document: { a: 1 }, has: true, int64: 5, integer: -2, string: 'é'
  })
})

t.test('what is not given, or given as null, is absent', async (t) => {
  const probe = await startProbe(t)
  const absent = { ns: 'test.notes', bool: true, has: false, lsid: String, ok: 1 }
  t.match(await probe(), absent)
  const nothing = await probe({ array: null, bool: null, count: null, document: null, string: null })
  t.match(nothing, absent)
  t.notOk('count' in nothing)
})

t.test('a bool may be any number, and a number of any numeric type', async (t) => {
  const probe = await startProbe(t)
  for (const [bool, expected] of [[0, false], [1, true], [new Double(0.5), true], [new Double(-0), false], [Long.fromNumber(0), false], [Decimal128.fromString('0.1'), true]]) {
    t.equal((await probe({ bool })).bool, expected)
  }
  for (const count of [new Int32(7), new Double(7.9), Long.fromNumber(7), Decimal128.fromString('7')]) {
    t.equal((await probe({ count })).count, 7)
  }
  t.equal((await probe({ integer: NaN })).integer, 0)
})

t.test('documents may come as a sequence instead of an array', async (t) => {
  const { server } = await startTestEngine(t, { commands: [...commands, probe] })
  const raw = await connectRaw(t, server.address)
  const body = { probe: 'notes', $db: 'test' }
  raw.send(message(body, { sequences: { array: [{ n: 7 }, {}] } }))
  t.match((await raw.reply()).body, { array: [7, null], has: true })
  raw.send(message(body, { sequences: { document: [] } }))
  t.match((await raw.reply()).body, { code: 14 })
  raw.send(message(body, { sequences: { unknown: [] } }))
  t.match((await raw.reply()).body, { code: 40415 })
})

const refusals: ReadonlyArray<[title: string, code: number, members: Document, errmsg?: string]> = [
  ['an unknown argument', 40415, { foo: 1 }, "BSON field 'probe.foo' is an unknown field."],
  ['an unknown argument of a statement', 40415, { array: [{ foo: 1 }] }, "BSON field 'probe.array.foo' is an unknown field."],
  ['a string for a document', 14, { document: 'x' }, "BSON field 'probe.document' is the wrong type 'string', expected type 'object'"],
  ['a string for a bool', 14, { bool: 'x' }, "BSON field 'probe.bool' is the wrong type 'string', expected types '[bool, long, int, decimal, double']"],
  ['an int for a long', 14, { int64: 1 }],
  ['an array for one of two types', 14, { hint: [] }, "BSON field 'probe.hint' is the wrong type 'array', expected types '[string, object']"],
  ['something else among documents', 14, { array: [{}, 1] }, "BSON field 'probe.array.1' is the wrong type 'int', expected type 'object'"],
  ['a missing argument', 40414, { integer: -1 }, "BSON field 'probe.need' is missing but a required field"],
  ['a negative count', 51024, { count: -1 }, "BSON field 'count' value must be >= 0, actual value '-1'"],
  ['a collection that is no string', 73, { probe: 1 }, 'collection name has invalid type int'],
  ['an empty collection', 73, { probe: '' }],
  ['a collection with a dollar', 73, { probe: 'a$b' }],
  ['a namespace of 256 bytes', 73, { probe: 'x'.repeat(251) }],
  ['a negative time limit', 51024, { maxTimeMS: -1 }],
  ['another version of the API', 322, { apiVersion: '2' }],
  ['apiStrict without a version', 72, { apiStrict: true }],
  ['a command outside of the stable API to a strict client', 323, { apiVersion: '1', apiStrict: true }],
  ['read concern snapshot', 72, { readConcern: { level: 'snapshot' } }],
  ['an unknown read concern', 2, { readConcern: { level: 'total' } }],
  ['an unknown member of a read concern', 40415, { readConcern: { wait: true } }],
  ['a write concern of more nodes than a set has', 9, { writeConcern: { w: 51 } }],
  ['a negative write concern', 9, { writeConcern: { w: -1 } }],
  ['an unknown member of a write concern', 40415, { writeConcern: { w: 1, x: 1 } }],
  ['a transaction of a command that cannot be part of one', 263, { txnNumber: Long.fromNumber(1), autocommit: false, startTransaction: true }],
  ['a negative transaction number', 72, { txnNumber: Long.fromNumber(-1) }]
]

t.test('what a command does not take is refused', async (t) => {
  const probe = await startProbe(t)
  for (const [title, code, members, errmsg] of refusals) await t.rejects(probe(members), { code, ...(errmsg && { errmsg }) }, title)
})

t.test('what any command takes is taken', async (t) => {
  const probe = await startProbe(t)
  for (const members of [
    { comment: { any: 'thing' } }, { maxTimeMS: 0 }, { maxTimeMS: 1000 }, { $readPreference: { mode: 'secondary' } },
    { readConcern: {} }, ...['local', 'available', 'majority', 'linearizable'].map((level) => ({ readConcern: { level } })),
    { readConcern: { level: 'local', afterClusterTime: new Timestamp({ t: 1, i: 1 }) } },
    { writeConcern: {} }, { writeConcern: { w: 0 } }, { writeConcern: { w: 1, j: true, wtimeout: 100 } }, { writeConcern: { w: 'majority' } },
    { apiVersion: '1', apiStrict: false }
  ]) t.match(await probe(members), { ok: 1 }, JSON.stringify(members))
})

t.test('a retryable write is known by its session and number', async (t) => {
  const probe = await startProbe(t)
  t.match(await probe({ txnNumber: Long.fromNumber(7) }), { retry: 7, lsid: /^[0-9a-f]{32}$/ })
})

t.test('a session is a UUID', async (t) => {
  const { server } = await startTestEngine(t, { commands: [...commands, probe] })
  const raw = await connectRaw(t, server.address)
  const id = new UUID()
  for (const [lsid, reply] of [
    [{ id }, { lsid: id.toHexString(false), ok: 1 }],
    [{ id: new Binary(id.buffer, Binary.SUBTYPE_DEFAULT) }, { code: 72 }],
    [{ id: new Binary(Buffer.alloc(3), Binary.SUBTYPE_UUID) }, { code: 72 }],
    [{ id: 'x' }, { code: 14 }],
    [{}, { code: 40414 }]
  ]) {
    raw.send(message({ probe: 'notes', $db: 'test', lsid }))
    t.match((await raw.reply()).body, reply)
  }
})

t.test('a command that is not retryable takes no transaction number, and none goes without a session', async (t) => {
  const { client, server } = await startTestEngine(t, { commands: [...commands, probe] })
  await t.rejects(client.db().command({ ping: 1, txnNumber: Long.fromNumber(1) }), { code: 50768 })
  const raw = await connectRaw(t, server.address)
  raw.send(message({ probe: 'notes', $db: 'test', txnNumber: Long.fromNumber(1) }))
  t.match((await raw.reply()).body, { code: 72 })
})

t.test('concerns are refused by commands that cannot honour them', async (t) => {
  const { client } = await startTestEngine(t)
  await t.rejects(client.db().command({ ping: 1, writeConcern: { w: 1 } }), { code: 72 })
  await t.rejects(client.db().command({ ping: 1, readConcern: { level: 'majority' } }), { code: 72 })
  t.match(await client.db().command({ ping: 1, readConcern: { level: 'local' } }), { ok: 1 }, 'with which a driver sends a time')
})

t.test('commands have their exact names, and what has none of them does not exist', async (t) => {
  const { client, server } = await startTestEngine(t, { commands: [...commands, probe] })
  t.equal((await client.db('test').command({ Probe: 'notes' })).ns, 'test.notes')
  await t.rejects(client.db().command({ Ping: 1 }), { code: 59, codeName: 'CommandNotFound', errmsg: "no such command: 'Ping'" })
  await t.rejects(client.db().command({ toString: 1 }), { code: 59 })
  const raw = await connectRaw(t, server.address)
  raw.send(message({}))
  t.match((await raw.reply()).body, { code: 59 })
})

t.test('the database must be named, and have a name that one can have', async (t) => {
  const { server } = await startTestEngine(t)
  const raw = await connectRaw(t, server.address)
  for (const [$db, code] of [[undefined, 40414], ['', 73], ['a.b', 73], ['a b', 73], ['x'.repeat(64), 73], [5, 14], ['x'.repeat(63), undefined]]) {
    raw.send(message({ ping: 1, ...($db !== undefined && { $db }) }))
    t.equal((await raw.reply()).body.code, code, String($db))
  }
})

t.test('an argument that is given twice is an error', async (t) => {
  const { server } = await startTestEngine(t)
  const raw = await connectRaw(t, server.address)
  const twice = message({ ping: 1, comment: 1, COMMENT: 1, $db: 'x' })
  twice.write('comment', twice.indexOf('COMMENT'))
  raw.send(twice)
  t.match((await raw.reply()).body, { code: 40413, errmsg: "BSON field 'ping.comment' is a duplicate field" })
})

t.test('a command that runs too long, or for nobody, is interrupted', async (t) => {
  const long: Command = {
    name: 'long',
    summary: 'Runs until it is interrupted',
    fields: { long: 'any' },
    async run (context) {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve))
        context.checkInterrupt()
      }
    }
  }
  const { client, server, log } = await startTestEngine(t, { commands: [...commands, long] })
  await t.rejects(client.db().command({ long: 1, maxTimeMS: 30 }), { code: 50, codeName: 'MaxTimeMSExpired' })
  const raw = await connectRaw(t, server.address)
  raw.send(message({ long: 1, $db: 'x' }))
  raw.socket.destroy()
  await raw.closed
  const last = t.rejects(client.db().command({ long: 1 }), { code: 11600 })
  await client.db().command({ ping: 1 })
  await server.close()
  await last
  t.strictSame(log, [])
})
