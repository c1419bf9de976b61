import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EngineProcess } from '../../engine-process.js'
import type { StartOrder } from '../../ipc.js'
import type { Fault, FaultContext, Outcome } from '../fault.js'
import { toFormat1 } from '../format-1.js'
import { mustServe } from '../served.js'
import { checkStored, copyData, storedIds } from '../stored.js'

const DOCUMENTS = 30_000

/** Killed at any moment of a first start, of one that drops an index left unfinished, and of one that upgrades the data. */
export const startKill: Fault = {
  name: 'start-kill',
  id: 'F-28',
  title: 'kill -9 during a start: the first one, after a crash, an upgrade',
  rounds: 100,

  async run (context): Promise<Outcome> {
    const template = join(context.directory, 'template')
    const old = join(context.directory, 'old')
    await fill(template)
    copyData(template, old)
    await toFormat1(old)
    const wrong: string[] = []
    let lost = 0
    for (let round = 0; round < context.rounds; round++) {
      const source = [undefined, template, old][round % 3]
      const data = join(context.directory, 'data')
      if (source === undefined) emptyDirectory(data)
      else copyData(source, data)
      for (let kills = 1 + context.random.below(3); kills > 0; kills--) await startAndKill(context, data)
      const count = (await storedIds(data)).size
      if (source !== undefined) lost += DOCUMENTS - count
      wrong.push(...(await checkStored(data)).map((text) => `round ${round}: ${text}`))
      context.progress(`round ${round}`)
    }
    return { rounds: context.rounds, acknowledged: DOCUMENTS, lost, duplicated: 0, wrong }
  }
}

function emptyDirectory (path: string): void {
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path)
}

/** Its last change is an index of which an engine that is killed leaves half. */
async function fill (directory: string): Promise<void> {
  const served = await mustServe(directory)
  const writes = served.connect().db('test').collection<{ _id: number, a: number }>('writes')
  await writes.createIndex({ a: 1 })
  for (let from = 0; from < DOCUMENTS; from += 1000) await writes.insertMany(Array.from({ length: 1000 }, (_, n) => ({ _id: from + n, a: n })))
  const built = writes.createIndex({ a: -1 }).catch(() => {})
  await delay(50)
  served.kill('SIGKILL')
  await built
  await served.exited
}

async function startAndKill ({ random }: FaultContext, data: string): Promise<void> {
  const engine = new EngineProcess(() => {})
  const order: StartOrder = { type: 'start', dataDirectory: data, listen: { port: 0 }, heartbeat: 1000 }
  const started = engine.start(order, 60_000).catch(() => {}) // it is not meant to succeed
  if (random.below(2) === 0) await started
  await delay(random.below(1500))
  process.kill(engine.pid, 'SIGKILL') // fails if it has ended by itself, as it must not
  await engine.exited
  await started
}
