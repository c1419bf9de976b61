import { createServer } from 'node:net'
import type { Document } from 'bson'
import { ReplyTime } from '../../engine/commands/cluster-time.js'
import { FrameReader } from '../../engine/wire/frames.js'
import { MAX_MESSAGE_BYTES } from '../../engine/wire/limits.js'
import { opcodes, opMsg, opReply, type Reply } from '../../engine/wire/reply.js'
import { makeDocument } from './documents.js'

/**
 * The limit of driver and socket: answers every message with a reply that was made beforehand and has the members of the
 * engine's, the times with which a replica set ends every reply as well: the driver has the same to do for both.
 * Run as a process of its own: `echo-server.js <socket> <documents in the reply to find>`; says `ready`.
 */
const [path, documents] = process.argv.slice(2)

const hello: Reply = { helloOk: true, isWritablePrimary: true, ismaster: true, setName: 'quire', hosts: [path], me: path, primary: path, secondary: false, maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000, logicalSessionTimeoutMinutes: 30, connectionId: 1, minWireVersion: 0, maxWireVersion: 21, readOnly: false, ok: 1 }
const written: Reply = { n: 1, nModified: 1, ok: 1 }
const firstBatch: Document[] = Array.from({ length: Number(documents) }, (_, number) => makeDocument(number))
const time = new ReplyTime({ operationTime: { t: Math.floor(Date.now() / 1000), i: 1 } }).encoded
const replies: Readonly<Record<string, Buffer>> = {
  find: opMsg({ cursor: { firstBatch, id: 0n, ns: 'bench.large' }, ok: 1 }, 0, time),
  hello: opMsg(hello, 0, time),
  insert: opMsg(written, 0, time),
  update: opMsg(written, 0, time)
}
const done = opMsg({ ok: 1 }, 0, time)

createServer((socket) => {
  const frames = new FrameReader()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    frames.push(chunk)
    for (let frame = frames.next(MAX_MESSAGE_BYTES); frame !== undefined; frame = frames.next(MAX_MESSAGE_BYTES)) socket.write(answer(frame))
  })
}).listen(path, () => process.stdout.write('ready\n'))
process.on('disconnect', () => process.exit())

function answer (frame: Buffer): Buffer {
  const id = frame.readInt32LE(4)
  if (frame.readInt32LE(12) === opcodes.query) return opReply(hello, id)
  // The name of the command is the first member: header, flags, kind of section, length, type.
  const name = frame.toString('latin1', 26, frame.indexOf(0, 26))
  const reply = Buffer.from(replies[name] ?? done)
  reply.writeInt32LE(id, 8)
  return reply
}
