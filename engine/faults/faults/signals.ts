import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { Supervisor, type Timing } from '../../supervisor.js'
import { sum, type Fault, type FaultContext, type Outcome } from '../fault.js'
import { checkRunning } from '../stored.js'
import { startLoad } from '../workload/load.js'
import { judge } from '../workload/verdict.js'

const SILENCE_MS = 2_000

/** The engine's process is killed under single writes, transactions and index builds; its supervisor starts another. */
export const kill: Fault = {
  name: 'kill',
  id: 'F-01, F-02',
  title: 'kill -9 under load',
  rounds: 200,
  run: (context) => signalEngines(context, 'SIGKILL')
}

/** The engine is alive, but does nothing any more. */
export const hang: Fault = {
  name: 'hang',
  id: 'hang',
  title: `SIGSTOP; killed after ${SILENCE_MS / 1000} s of silence (in production 30 s)`,
  rounds: 10,
  run: (context) => signalEngines(context, 'SIGSTOP', { heartbeat: 100, silence: SILENCE_MS })
}

async function signalEngines (context: FaultContext, signal: NodeJS.Signals, timing: Partial<Timing> = {}): Promise<Outcome> {
  const engine = new Supervisor({ dataDirectory: join(context.directory, 'data'), log: () => {}, timing })
  await engine.start()
  const client = new MongoClient(engine.uri, { serverSelectionTimeoutMS: 10_000 })
  const outcomes: Outcome[] = []
  try {
    for (let round = 1; round <= context.rounds; round++) {
      outcomes.push(await oneRound(context, { engine, client, signal, round }))
      context.progress(`round ${round}: ${sum(outcomes).acknowledged} acknowledged`)
    }
  } finally {
    await client.close()
    await engine.close()
  }
  return sum(outcomes)
}

interface Round { readonly engine: Supervisor, readonly client: MongoClient, readonly signal: NodeJS.Signals, readonly round: number }

async function oneRound ({ random, directory }: FaultContext, { engine, client, signal, round }: Round): Promise<Outcome> {
  const db = client.db(`round${round}`)
  const { history, stop } = await startLoad(client, db.databaseName, random)
  await delay(50 + random.below(450))
  const up = once(engine, 'up')
  process.kill(engine.pid, signal)
  const struck = performance.now()
  await up
  while (history.outageSince(struck) === undefined) await delay(20)
  await delay(random.below(100))
  await stop()
  const { lost, duplicated, wrong } = await judge(db, history)
  const findings = await checkRunning(client, join(directory, 'backup'))
  await db.dropDatabase()
  return {
    rounds: 1,
    acknowledged: history.acknowledged,
    lost: lost.length,
    duplicated: duplicated.length,
    wrong: [...wrong, ...findings, ...lost.map((token) => `${token} is lost`)].map((text) => `round ${round}: ${text}`),
    outage: history.outageSince(struck)
  }
}
