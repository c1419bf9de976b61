import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { MongoClient } from 'mongodb'
import { message } from '../../test/raw-client.js'
import type { Fault, Outcome } from '../fault.js'
import { hostileBytes, wrongTypes } from '../hostile-frames.js'
import { Random } from '../random.js'
import { mustServe, stop, type Served } from '../served.js'
import { checkStored } from '../stored.js'

const LANES = 8
const BATCH = 50
const PATIENCE_MS = 30_000
/** What the engine may have grown by since it was warm, in bytes. */
const GROWTH_BYTES = 64 * 1024 * 1024
const WITNESSES = 100

/** Bytes that no driver sends: the engine lives, serves everybody else, and does not grow. */
export const frames: Fault = {
  name: 'wire',
  id: 'wire',
  title: 'hostile frames',
  rounds: 100_000,

  async run ({ directory, rounds, random, progress }): Promise<Outcome> {
    const data = join(directory, 'data')
    const served = await mustServe(data)
    const client = served.connect({ maxPoolSize: 2 })
    const witnesses = client.db('witness').collection<{ _id: number }>('notes')
    await witnesses.insertMany(Array.from({ length: WITNESSES }, (_, _id) => ({ _id })))
    await Promise.all(Array.from({ length: LANES }, () => client.db('admin').command({ ping: 1 }))) // opens all connections of the client
    const count = descriptors(served)
    const lane = (part: number): Promise<string[][]> => Promise.all(Array.from({ length: LANES }, () => sendFrames(served, new Random(random.below(2 ** 32)), Math.ceil(part / LANES), client)))
    const warm = await lane(rounds / 5)
    const before = resident(served)
    progress('warm')
    const rest = await lane(rounds * 4 / 5)
    const [growth, open] = [resident(served) - before, await settled(served, count)]
    const wrong = [...warm, ...rest].flat()
    if (growth > GROWTH_BYTES) wrong.push(`it has grown by ${growth} bytes`)
    if (open > count) wrong.push(`${open - count} descriptors are open still`)
    const left = (await witnesses.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)
    const lost = Array.from({ length: WITNESSES }, (_, _id) => _id).filter((_id) => !left.includes(_id)).length
    const exit = await stop(served)
    if (exit.code !== 0) wrong.push(`it ended with ${exit.code ?? exit.signal}`)
    wrong.push(...await checkStored(data))
    return { rounds, acknowledged: WITNESSES, lost, duplicated: left.length - WITNESSES + lost, wrong, note: `memory grew by ${Math.round(growth / 1e6)} MB` }
  }
}

/** Half of them well formed but senseless, over one connection; for each of the others a connection of its own. */
async function sendFrames (served: Served, random: Random, count: number, client: MongoClient): Promise<string[]> {
  const wrong: string[] = []
  for (let sent = 0; sent < count; sent += 2 * BATCH) {
    await sendBatch(served, Array.from({ length: BATCH }, (_, n) => wrongTypes(random, n + 1))).catch((error) => wrong.push(`senseless: ${error.message}`))
    for (let n = 0; n < BATCH; n++) await sendAlone(served, hostileBytes(random)).catch((error) => wrong.push(`hostile: ${error.message}`))
    await client.db('admin').command({ ping: 1 }).catch((error) => wrong.push(`others are not served: ${error.message}`))
  }
  return wrong
}

/** Every frame must be answered, and the connection be as good as before. */
async function sendBatch (served: Served, batch: readonly Buffer[]): Promise<void> {
  const socket = await open(served)
  try {
    const answers = readAnswers(socket, batch.length + 1)
    socket.write(Buffer.concat([...batch, message({ ping: 1, $db: 'admin' }, { requestId: batch.length + 1 })]))
    await inTime(answers)
  } finally {
    socket.destroy()
  }
}

/** Whatever the engine makes of it, it must let go of the connection when this side does. */
async function sendAlone (served: Served, bytes: Buffer): Promise<void> {
  const socket = await open(served)
  socket.resume().on('error', () => {}) // it may be cut off while this side is writing
  const closed = once(socket, 'close')
  socket.end(bytes)
  await inTime(closed).finally(() => socket.destroy())
}

async function open ({ address }: Served): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  await once(socket, 'connect')
  return socket
}

/** Resolves when a number of replies has come, each of which must be to the next request. */
async function readAnswers (socket: Socket, count: number): Promise<void> {
  let buffered = Buffer.alloc(0)
  let answered = 0
  for await (const chunk of socket) {
    buffered = Buffer.concat([buffered, chunk])
    while (buffered.length >= 16 && buffered.length >= buffered.readInt32LE(0)) {
      if (buffered.readInt32LE(8) !== ++answered) throw new Error(`answer ${answered} is to request ${buffered.readInt32LE(8)}`)
      if (answered === count) return
      buffered = buffered.subarray(buffered.readInt32LE(0))
    }
  }
  throw new Error(`the connection was closed after ${answered} of ${count} answers`)
}

async function inTime (promise: Promise<unknown>): Promise<void> {
  const late = Symbol('late')
  if (await Promise.race([promise, delay(PATIENCE_MS, late, { ref: false })]) === late) throw new Error('no answer in time')
}

/** How many descriptors are open when the connections of before are gone. */
async function settled (served: Served, count: number): Promise<number> {
  for (let patience = 50; patience > 0 && descriptors(served) > count; patience--) await delay(100)
  return descriptors(served)
}

/** Both are known on Linux alone. */
function descriptors ({ pid }: Served): number {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : 0
}

function resident ({ pid }: Served): number {
  if (process.platform !== 'linux') return 0
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
