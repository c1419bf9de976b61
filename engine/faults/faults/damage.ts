import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MongoClient, type Collection } from 'mongodb'
import { EX_DATAERR, exitCodeFor } from '../../exit-codes.js'
import { openInstance } from '../../instance.js'
import { DATA_FILE } from '../../storage/data-file.js'
import type { Fault, Outcome } from '../fault.js'
import { mustServe, stop } from '../served.js'
import { checkStored, copyData } from '../stored.js'

interface Note { readonly _id: number, readonly owner: number, readonly text: string }

const NOTES = 1200
const OWNERS = 20
const PAGE_BYTES = 4096

/** What became of damage: it made no difference, an engine refused to start, died or answered with an error, or nobody noticed. */
type Effect = 'irrelevant' | 'refused' | 'error' | 'served wrong'

/** One byte of a stopped engine's data has changed: a random one each round. */
export const bitRot: Fault = {
  name: 'bit-rot',
  id: 'F-08',
  title: 'a random byte changed in the data file',
  rounds: 500,

  run: ({ directory, rounds, random, progress }) => damage(directory, progress, (whole) => Array.from({ length: rounds }, () => {
    const position = random.below(whole.length)
    const bytes = Buffer.from(whole)
    bytes[position] ^= 1 + random.below(255)
    return { what: `byte ${position}`, bytes }
  }))
}

/** The data file has lost its end: at the boundaries of pages and sectors, one byte off, and anywhere. */
export const truncation: Fault = {
  name: 'truncation',
  id: 'F-05, F-08',
  title: 'the data file cut short',
  rounds: 60,

  run: ({ directory, rounds, random, progress }) => damage(directory, progress, (whole) => {
    const edges = [1, 100, 511, 512, 513, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 2 * PAGE_BYTES, 3 * PAGE_BYTES, whole.length - PAGE_BYTES, whole.length - 1]
    const others = Array.from({ length: Math.max(0, rounds - edges.length) }, () => random.pick([1, PAGE_BYTES]) * random.below(whole.length / PAGE_BYTES))
    return [...edges, ...others].map((length) => ({ what: `${length} bytes`, bytes: whole.subarray(0, length) }))
  })
}

async function damage (directory: string, progress: (text: string) => void, damages: (whole: Buffer) => Array<{ what: string, bytes: Buffer }>): Promise<Outcome> {
  const template = join(directory, 'template')
  const data = join(directory, 'data')
  const truth = await fill(template)
  const effects: Record<Effect, number> = { irrelevant: 0, refused: 0, error: 0, 'served wrong': 0 }
  const wrong: string[] = []
  for (const { what, bytes } of damages(readFileSync(join(template, DATA_FILE)))) {
    copyData(template, data)
    writeFileSync(join(data, DATA_FILE), bytes)
    const isFound = (await checkStored(data)).length > 0
    const effect = await effectOf(data, truth)
    effects[effect]++
    if (effect === 'served wrong') wrong.push(`${what}: served as if nothing were wrong`)
    if (effect !== 'irrelevant' && !isFound) wrong.push(`${what}: ${effect}, and a check finds nothing`)
    progress(JSON.stringify(effects))
  }
  const rounds = Object.values(effects).reduce((all, count) => all + count)
  return { rounds, acknowledged: NOTES, lost: 0, duplicated: 0, wrong, note: Object.entries(effects).map(([effect, count]) => `${count} ${effect}`).join(', ') }
}

/** Notes of many sizes, some of which have been removed again; resolves with all answers that there are. */
async function fill (directory: string): Promise<string> {
  const served = await mustServe(directory)
  const client = served.connect()
  const notes = notesOf(client)
  await notes.createIndexes([{ key: { owner: 1, _id: -1 } }, { key: { text: 1 } }])
  for (let from = 0; from < NOTES; from += 100) {
    await notes.insertMany(Array.from({ length: 100 }, (_, n) => ({ _id: from + n, owner: n % OWNERS, text: `${from + n} `.repeat(n % 50 === 0 ? 2000 : 20) })))
  }
  await notes.deleteMany({ _id: { $mod: [5, 0] } })
  const truth = await everything(client)
  await stop(served)
  return truth
}

/**
 * Starts an engine and asks for everything in every way. It runs in this process, which is quick: if damage can take an engine
 * down, this ends with it.
 */
async function effectOf (data: string, truth: string): Promise<Effect> {
  try {
    const engine = await openInstance({ dataDirectory: data, listen: { port: 0 } }, () => {}, { onLost () {}, onFailure () {} })
    const client = new MongoClient(`mongodb://${engine.address}/?directConnection=true`, { serverSelectionTimeoutMS: 1000 })
    try {
      return await everything(client) === truth ? 'irrelevant' : 'served wrong'
    } catch {
      return 'error'
    } finally {
      await client.close()
      await engine.close()
    }
  } catch (error) {
    return exitCodeFor(error) === EX_DATAERR || (error as Error).message.includes('newer version') ? 'refused' : 'error'
  }
}

/** By the natural order, by each index, by counter, and each note by its id. */
async function everything (client: MongoClient): Promise<string> {
  const notes = notesOf(client)
  const ids = Array.from({ length: NOTES }, (_, _id) => _id)
  return JSON.stringify([
    await notes.find().toArray(),
    await notes.find({}, { hint: { text: 1 } }).sort({ _id: 1 }).toArray(),
    await Promise.all(Array.from({ length: OWNERS }, (_, owner) => notes.find({ owner }).sort({ _id: -1 }).toArray())),
    await Promise.all(ids.map((_id) => notes.findOne({ _id }))),
    await notes.estimatedDocumentCount(),
    (await notes.listIndexes().toArray()).map(({ name }) => name)
  ])
}

function notesOf (client: MongoClient): Collection<Note> {
  return client.db('test').collection<Note>('notes')
}
