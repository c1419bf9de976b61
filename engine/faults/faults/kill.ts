import { join } from 'node:path'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { Supervisor } from '../../supervisor.js'
import { sum, type Fault, type FaultContext, type Outcome } from '../fault.js'
import { checkRunning } from '../stored.js'
import { startLoad } from '../workload/load.js'
import { judge } from '../workload/verdict.js'

/** The engine's process is killed under single writes, transactions and index builds; its supervisor starts another. */
export const kill: Fault = {
  id: 'F-01, F-02',
  title: 'kill -9 under load',
  rounds: 200,

  async run (context) {
    const engine = new Supervisor({ dataDirectory: join(context.directory, 'data'), log: () => {} })
    await engine.start()
    const client = new MongoClient(engine.uri, { serverSelectionTimeoutMS: 10_000 })
    const outcomes: Outcome[] = []
    try {
      for (let round = 1; round <= context.rounds; round++) {
        outcomes.push(await oneRound(context, engine, client, round))
        context.progress(`round ${round}: ${sum(outcomes).acknowledged} acknowledged`)
      }
    } finally {
      await client.close()
      await engine.close()
    }
    return sum(outcomes)
  }
}

async function oneRound ({ random, directory }: FaultContext, engine: Supervisor, client: MongoClient, round: number): Promise<Outcome> {
  const db = client.db(`round${round}`)
  const { history, stop } = await startLoad(client, db.databaseName, random)
  await delay(50 + random.below(450))
  const up = once(engine, 'up')
  process.kill(engine.pid, 'SIGKILL')
  const killed = performance.now()
  await up
  while (history.outageSince(killed) === undefined) await delay(20)
  await delay(random.below(100))
  await stop()
  const { lost, duplicated, wrong } = await judge(db, history)
  const findings = await checkRunning(client, join(directory, 'backup'))
  await db.dropDatabase()
  const prefix = `round ${round}: `
  return {
    rounds: 1,
    acknowledged: history.acknowledged,
    lost: lost.length,
    duplicated: duplicated.length,
    wrong: [...wrong, ...findings, ...lost.map((token) => `${token} is lost`)].map((text) => prefix + text),
    outage: history.outageSince(killed)
  }
}
