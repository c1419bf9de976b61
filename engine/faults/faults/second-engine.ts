import { join } from 'node:path'
import type { Fault, FaultContext, Outcome } from '../fault.js'
import { mustServe, serve, stop } from '../served.js'
import { checkStored, storedIds } from '../stored.js'

/** Another engine on the directory of one that lives is refused; the lock of one that was killed is taken over. */
export const secondEngine: Fault = {
  name: 'second-engine',
  id: 'F-33',
  title: 'a second engine on the directory, and the lock of a dead one',
  rounds: 10,

  async run ({ directory, rounds, progress }: FaultContext): Promise<Outcome> {
    const data = join(directory, 'data')
    const wrong: string[] = []
    for (let round = 0; round < rounds; round++) {
      const first = await mustServe(data)
      const [second] = await Promise.all([serve(data), first.connect().db('test').collection<{ _id: number }>('writes').insertOne({ _id: round })])
      if (!('stderr' in second)) {
        wrong.push(`round ${round}: two engines run`)
        await stop(second)
      } else if (!second.stderr.includes(String(first.pid))) wrong.push(`round ${round}: refused without the pid of the first: ${second.stderr}`)
      first.kill('SIGKILL')
      await first.exited
      progress(`round ${round}`)
    }
    const ids = await storedIds(data)
    wrong.push(...await checkStored(data))
    return { rounds, acknowledged: rounds, lost: rounds - ids.size, duplicated: 0, wrong }
  }
}
