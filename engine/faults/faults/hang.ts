import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { Supervisor } from '../../supervisor.js'
import { sum, type Fault, type Outcome } from '../fault.js'
import { startLoad } from '../workload/load.js'
import { judge } from '../workload/verdict.js'

const SILENCE_MS = 2_000

/** The engine is alive, but does nothing any more. */
export const hang: Fault = {
  id: 'hang',
  title: `SIGSTOP; killed after ${SILENCE_MS / 1000} s of silence (in production 30 s)`,
  rounds: 10,

  async run ({ directory, rounds, random, progress }) {
    const engine = new Supervisor({ dataDirectory: join(directory, 'data'), log: () => {}, timing: { heartbeat: 100, silence: SILENCE_MS } })
    await engine.start()
    const client = new MongoClient(engine.uri, { serverSelectionTimeoutMS: 10_000 })
    const outcomes: Outcome[] = []
    try {
      for (let round = 1; round <= rounds; round++) {
        const db = client.db(`round${round}`)
        const { history, stop } = await startLoad(client, db.databaseName, random)
        await delay(50 + random.below(300))
        const up = once(engine, 'up')
        process.kill(engine.pid, 'SIGSTOP')
        const stopped = performance.now()
        await up
        while (history.outageSince(stopped) === undefined) await delay(20)
        await stop()
        const { lost, duplicated, wrong } = await judge(db, history)
        outcomes.push({ rounds: 1, acknowledged: history.acknowledged, lost: lost.length, duplicated: duplicated.length, wrong, outage: history.outageSince(stopped) })
        progress(`round ${round}`)
      }
    } finally {
      await client.close()
      await engine.close()
    }
    return sum(outcomes)
  }
}
