import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { DATA_FILE } from '../../storage/data-file.js'
import { FIRST_START_MARK } from '../../storage/first-start.js'
import { Disk, type Fate } from '../crash-image.js'
import type { Fault, FaultContext, Outcome } from '../fault.js'
import type { Random } from '../random.js'
import { readRecording, RECORDING, type Event } from '../recording.js'
import { mustServe, stop, type Served } from '../served.js'
import { checkStored, storedIds } from '../stored.js'
import { missingTracer, ONE_WRITER, traced } from '../tracer.js'

interface Write { readonly _id: string, readonly text: string }

const WRITERS = 6
const WRITES = 60

/**
 * An engine's writes and flushes are recorded from its first start on; then its data file is rebuilt as a power failure may
 * leave it at any moment: of what was not flushed, any part. Whatever was answered before must be there.
 */
export const powerLoss: Fault = {
  name: 'power-loss',
  id: 'F-03, F-04, F-05',
  title: 'power loss with any part of the unflushed writes',
  rounds: 1200,
  missing: missingTracer,

  async run (context) {
    const { events, writes } = await record(context)
    const replies = events.filter((event) => event.type === 'reply' && writes.has(event.requestId)).length
    const { early, ...outcome } = await replay(context, events, writes)
    return { ...outcome, acknowledged: replies, note: `${events.length} calls and answers recorded; ${early} answers before their flush` }
  }
}

/** By the number of a request: what it has written. */
type Writes = ReadonlyMap<number, readonly string[]>

async function record ({ directory, random, progress }: FaultContext): Promise<{ events: Event[], writes: Writes }> {
  const data = join(directory, 'data')
  const trace = join(directory, 'trace')
  mkdirSync(data)
  progress('recording')
  const served = await mustServe(data, { wrapper: traced('-o', trace, ...RECORDING), environment: ONE_WRITER })
  const writes = await work(served, random)
  await stop(served)
  return { events: readRecording(trace, join(realpathSync(data), DATA_FILE)), writes }
}

/** Inserts alone and in transactions, removals of other documents and index builds. */
async function work (served: Served, random: Random): Promise<Writes> {
  const writes = new Map<number, string[]>()
  const client = served.connect({ monitorCommands: true })
  const open = new Map<string, string[]>()
  client.on('commandStarted', ({ requestId, commandName, command: { insert, documents, lsid, autocommit } }) => {
    const session = lsid?.id.toString('hex')
    const ids = insert === 'writes' ? documents.map(({ _id }: Write) => _id) : []
    if (commandName === 'commitTransaction') writes.set(requestId, open.get(session) ?? [])
    else if (ids.length > 0 && autocommit === false) open.set(session, ids)
    else if (ids.length > 0) writes.set(requestId, ids)
  })
  const collection = client.db('test').collection<Write>('writes')
  await collection.createIndex({ text: 1 })
  const build = async (): Promise<void> => {
    await collection.createIndex({ text: -1, _id: 1 })
    await collection.dropIndex('text_-1__id_1')
  }
  await Promise.all(Array.from({ length: WRITERS }, async (_, writer) => {
    for (let n = 0; n < WRITES; n++) await oneWrite(client, `${writer}-${n}`, random)
  }).concat(build()))
  return writes
}

async function oneWrite (client: MongoClient, name: string, random: Random): Promise<void> {
  const db = client.db('test')
  const writes = db.collection<Write>('writes')
  const text = 'x'.repeat(random.pick([10, 300, 3000, 20_000]))
  const documents = [1, 2, 3].map((part) => ({ _id: `${name}-${part}`, text }))
  if (random.below(4) > 0) await writes.insertOne({ _id: name, text })
  else await client.withSession((session) => session.withTransaction(() => writes.insertMany(documents, { session })))
  if (random.below(3) === 0) {
    const others = db.collection<Write>('others')
    await others.insertOne({ _id: name, text })
    await others.deleteOne({ _id: name })
  }
}

/** How the unflushed writes fare: nothing but the certain, all but one, or each as it happens. */
const fates: ReadonlyArray<(random: Random) => () => Fate> = [
  () => () => 'missing',
  () => () => 'kept',
  (random) => () => random.pick(['kept', 'missing']),
  (random) => () => random.pick(['kept', 'missing', 'torn'])
]

async function replay ({ directory, rounds, random, progress }: FaultContext, events: readonly Event[], writes: Writes): Promise<Omit<Outcome, 'acknowledged'> & { early: number }> {
  const disk = new Disk()
  const answered: string[] = []
  const wrong: string[] = []
  let [images, lost, early] = [0, 0, 0]
  let isFirstStart = true
  for (const [index, event] of events.entries()) {
    const isAnswer = event.type === 'reply' && writes.has(event.requestId)
    if (isAnswer) answered.push(...writes.get(event.requestId)!)
    // After each answer only what is certain (F-04); at other moments by chance, as often as there are rounds.
    const choices = isAnswer ? [fates[0]] : random.below(events.length) < 1.2 * rounds ? [random.pick(fates)] : []
    for (const choose of choices) {
      const image = disk.image(choose(random), random, event.type === 'write' ? event : undefined)
      const found = await inspect(join(directory, 'image'), { image, isFirstStart }, answered)
      lost += found.lost.length
      if (isAnswer && found.lost.some((id) => writes.get(event.requestId)!.includes(id))) early++
      wrong.push(...found.wrong.map((text) => `event ${index}: ${text}`))
      progress(`image ${++images}`)
    }
    if (event.type === 'first start ended') isFirstStart = false
    disk.happen(event)
  }
  return { rounds: images, lost, duplicated: 0, wrong, early }
}

/** Starts on an image as an engine would. */
async function inspect (directory: string, { image, isFirstStart }: { image: Buffer, isFirstStart: boolean }, answered: readonly string[]): Promise<{ lost: string[], wrong: string[] }> {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  if (isFirstStart) writeFileSync(join(directory, FIRST_START_MARK), '')
  writeFileSync(join(directory, DATA_FILE), image)
  try {
    const ids = await storedIds(directory)
    const halves = [...ids].filter((id) => /-1$/.test(String(id)) && String(id).split('-').length === 3)
      .filter((id) => !ids.has(`${String(id).slice(0, -1)}2`) || !ids.has(`${String(id).slice(0, -1)}3`))
    return { lost: answered.filter((id) => !ids.has(id)), wrong: [...halves.map((id) => `half a transaction: ${id}`), ...await checkStored(directory)] }
  } catch (error) {
    return { lost: [], wrong: [(error as Error).message] }
  }
}
