import { once } from 'node:events'
import fc from './random.js'
import t from 'tap'
import type { Test } from 'tap'
import type { Command } from '../commands/command.js'
import { commands } from '../commands/table.js'
import { EngineError } from '../errors.js'
import { startTestEngine, type TestEngine, withoutTimes } from './helper.js'
import { bodySection, connectRaw, frame, message, query, uint32, withChecksum, type RawClient } from './raw-client.js'

const PING = { ping: 1, $db: 'admin' }

/** Ends when the test says so, with the text that it was called with. */
class Gate {
  readonly #open: Array<() => void> = []
  readonly command: Command = {
    name: 'wait',
    summary: 'Waits for the test',
    fields: { wait: 'string' },
    run: async ({ args }) => {
      await new Promise<void>((resolve) => this.#open.push(resolve))
      return { waited: args.requiredString('wait') }
    }
  }

  /** How many commands are running. */
  get waiting (): number {
    return this.#open.length
  }

  open (): void {
    this.#open.shift()?.()
  }
}

async function startRaw (t: Test, extra: readonly Command[] = []): Promise<TestEngine & { raw: RawClient, path: string }> {
  const engine = await startTestEngine(t, { commands: [...commands, ...extra] })
  return { ...engine, raw: await connectRaw(t, engine.server.address), path: engine.server.address }
}

t.test('the first words may be spoken in OP_QUERY, the rest in OP_MSG', async (t) => {
  const { raw } = await startRaw(t)
  raw.send(query({ ismaster: 1, helloOk: true }, 'admin.$cmd', 5), message(PING, { requestId: 6 }))
  const greeting = await raw.reply()
  t.match(greeting, { opcode: 1, responseTo: 5, body: { ismaster: true, helloOk: true, maxWireVersion: 21, ok: 1 } })
  const { body, ...envelope } = await raw.reply()
  t.strictSame({ ...envelope, body: withoutTimes(body) }, { opcode: 2013, responseTo: 6, body: { ok: 1 } })
})

t.test('OP_QUERY is for greetings only', async (t) => {
  const { raw } = await startRaw(t)
  raw.send(query({ ping: 1 }), query({}, 'admin.notes'), message(PING))
  t.match(await raw.reply(), { opcode: 1, body: { ok: 0, code: 352, codeName: 'UnsupportedOpQueryCommand' } })
  t.match(await raw.reply(), { opcode: 1, body: { ok: 0, code: 352 } })
  t.match(await raw.reply(), { body: { ok: 1 } })
})

t.test('a message with a checksum is answered', async (t) => {
  const { raw } = await startRaw(t)
  raw.send(withChecksum(message(PING, { flags: 1 })))
  t.match(await raw.reply(), { body: { ok: 1 } })
})

t.test('a message with moreToCome is carried out and not answered, even if it fails', async (t) => {
  const { raw, client } = await startRaw(t)
  const silent = { flags: 2 }
  raw.send(message(PING, silent), message({ nonsense: 1, $db: 'admin' }, silent), frame(2013, 3, uint32(2)), message(PING, { requestId: 9 }))
  t.equal((await raw.reply()).responseTo, 9)
  const { metrics } = await client.db().admin().serverStatus()
  t.equal(metrics.commands.ping.total, 2)
})

t.test('pipelined commands are answered in order, also behind a slow one', async (t) => {
  const gate = new Gate()
  const { raw } = await startRaw(t, [gate.command])
  const wait = { wait: 'slow', $db: 'admin' }
  raw.send(message(PING, { requestId: 1 }), message(wait, { requestId: 2 }), message(PING, { requestId: 3 }), message(wait, { requestId: 4 }), message(PING, { requestId: 5 }))
  const order = [(await raw.reply()).responseTo]
  t.equal(gate.waiting, 1, 'the second slow command has not begun')
  for (let opened = 0; opened < 2; opened++) {
    gate.open()
    order.push((await raw.reply()).responseTo, (await raw.reply()).responseTo)
  }
  t.strictSame(order, [1, 2, 3, 4, 5])
})

t.test('one slow client does not hold up another', async (t) => {
  const gate = new Gate()
  const { raw, path } = await startRaw(t, [gate.command])
  raw.send(message({ wait: 'x', $db: 'admin' }))
  const other = await connectRaw(t, path)
  other.send(message(PING))
  t.match(await other.reply(), { body: { ok: 1 } })
  gate.open()
  t.match(await raw.reply(), { body: { waited: 'x' } })
})

t.test('a message that cannot be read is an error, and the connection goes on', async (t) => {
  const { raw } = await startRaw(t)
  raw.send(frame(2013, 4, uint32(0), bodySection(PING), bodySection(PING)), message(PING, { requestId: 5 }))
  t.match(await raw.reply(), { responseTo: 4, body: { ok: 0, code: 40430, codeName: 'Location40430' } })
  t.match(await raw.reply(), { responseTo: 5, body: { ok: 1 } })
})

const violations: ReadonlyArray<[title: string, bytes: Buffer]> = [
  ['a length below that of a header', Buffer.from('0f000000', 'hex')],
  ['a length above 48,000,000', Buffer.from('016cdc02', 'hex')],
  ['a negative length', Buffer.from('ffffffff', 'hex')],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['OP_COMPRESSED', frame(2012, 1, Buffer.alloc(20))],
  ['OP_INSERT of old', frame(2002, 1, Buffer.alloc(20))],
  ['an unknown opcode', frame(77, 1)],
  ['an unknown required flag', message(PING, { flags: 4 })],
  ['a wrong checksum', message(PING, { flags: 1 })],
  ['OP_MSG without flags', frame(2013, 1)]
]

for (const [title, bytes] of violations) {
  t.test(`${title} closes the connection, and only that`, async (t) => {
    const { raw, path, log } = await startRaw(t)
    raw.send(bytes)
    await raw.closed
    t.match(log.at(-1), { level: 'warn', msg: /^connection closed: / })
    const other = await connectRaw(t, path)
    other.send(message(PING))
    t.match(await other.reply(), { body: { ok: 1 } })
  })
}

t.test('a fault of the engine is an InternalError for its client and a line with a stack in the log', async (t) => {
  const fail = (name: string, run: Command['run']): Command => ({ name, summary: 'Fails', fields: { [name]: 'any' }, run })
  const { raw, log } = await startRaw(t, [
    fail('throws', () => { throw new TypeError('oops') }),
    fail('rejects', async () => { throw new TypeError('oops') }),
    fail('refuses', async () => { throw new EngineError('OperationFailed', 'no', { hint: 'x' }) })
  ])
  for (const name of ['throws', 'rejects']) {
    raw.send(message({ [name]: 1, $db: 'admin' }))
    t.match((await raw.reply()).body, { ok: 0, errmsg: 'oops', code: 1, codeName: 'InternalError' })
    t.match(log.at(-1), { level: 'error', command: name, stack: /TypeError: oops\n/ })
  }
  raw.send(message({ refuses: 1, $db: 'admin' }))
  t.strictSame(withoutTimes((await raw.reply()).body), { ok: 0, errmsg: 'no', code: 96, codeName: 'OperationFailed', hint: 'x' })
  t.equal(log.length, 2)
})

t.test('a reply that cannot be written closes the connection', async (t) => {
  const nonsense = (name: string, run: () => unknown): Command => ({ name, summary: 'No reply', fields: { [name]: 'any' }, run: run as Command['run'] })
  const { path, log } = await startRaw(t, [nonsense('now', () => null), nonsense('later', async () => null)])
  for (const name of ['now', 'later']) {
    const raw = await connectRaw(t, path)
    raw.send(message({ [name]: 1, $db: 'admin' }))
    await raw.closed
    t.match(log.at(-1), { level: 'error', msg: 'connection closed after a fault', stack: String })
  }
})

t.test('a client that sends without reading is not read from, and loses nothing', async (t) => {
  const text = 'x'.repeat(100_000)
  const big: Command = { name: 'big', summary: 'A long reply', fields: { big: 'any' }, run: () => ({ text }) }
  const { raw, client } = await startRaw(t, [big])
  const COUNT = 500
  raw.socket.pause()
  for (let requestId = 1; requestId <= COUNT; requestId++) raw.send(message({ big: 1, $db: 'admin' }, { requestId }))
  const { metrics } = await client.db().admin().serverStatus()
  t.ok((metrics.commands.big?.total ?? 0) < 100, 'most of its commands have not been run')
  raw.socket.resume()
  for (let requestId = 1; requestId <= COUNT; requestId++) {
    const { responseTo, body } = await raw.reply()
    if (responseTo !== requestId || body.text !== text) t.fail(`reply ${requestId}`)
  }
})

t.test('a message that never ends is dropped in time', async (t) => {
  const { server, log } = await startTestEngine(t, { patience: 200 })
  const raw = await connectRaw(t, server.address)
  raw.send(message(PING).subarray(0, 20))
  await raw.closed
  t.match(log, [{ level: 'warn', msg: 'a message did not arrive in time' }])
})

t.test('closing lets a running command answer first', async (t) => {
  const gate = new Gate()
  const { raw, server } = await startRaw(t, [gate.command])
  raw.send(message(PING), message({ wait: 'x', $db: 'admin' }), message(PING))
  await raw.reply()
  const closed = server.close()
  gate.open()
  t.match(await raw.reply(), { body: { waited: 'x' } })
  await raw.closed
  await closed
})

t.test('closing drops a client that does not take its replies', async (t) => {
  const big: Command = { name: 'big', summary: 'A long reply', fields: { big: 'any' }, run: () => ({ text: 'x'.repeat(10_000_000) }) }
  const { server } = await startTestEngine(t, { commands: [...commands, big], patience: 300 })
  const raw = await connectRaw(t, server.address)
  raw.socket.pause()
  raw.send(message({ big: 1, $db: 'admin' }))
  await once(raw.socket, 'readable')
  await server.close()
  raw.socket.resume()
  await raw.closed
})

t.test('garbage of any kind never harms the engine', async (t) => {
  const { path, client, log } = await startRaw(t)
  const before = process.memoryUsage().arrayBuffers
  const good = [message(PING), query({ ismaster: 1 }), message(PING, { sequences: { a: [{ b: 1 }] } }), withChecksum(message(PING, { flags: 1 }))]
  const damaged = fc.tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 6 }), fc.nat(80))
    .map(([bytes, changes, cut]) => {
      const copy = Buffer.from(bytes)
      for (const [at, byte] of changes) copy[at % copy.length] = byte
      return copy.subarray(0, Math.max(1, copy.length - Math.max(0, cut - 60)))
    })
  const framed = fc.tuple(fc.constantFrom(2013, 2004, 1, 2012), fc.uint8Array({ maxLength: 64 })).map(([opcode, content]) => frame(opcode, 1, content))
  const garbage = fc.array(fc.oneof(damaged, damaged, framed, fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes))), { minLength: 1, maxLength: 5 })
  await fc.assert(fc.asyncProperty(garbage, async (frames) => {
    const raw = await connectRaw(t, path)
    raw.send(...frames)
    raw.socket.end()
    raw.socket.resume()
    await raw.closed
  }), { numRuns: 1000 })
  t.same(withoutTimes(await client.db().command({ ping: 1 })), { ok: 1 })
  t.strictSame(log.filter(({ level }) => level === 'error'), [])
  t.ok(process.memoryUsage().arrayBuffers - before < 20_000_000)
})
