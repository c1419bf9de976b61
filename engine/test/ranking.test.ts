import fc from './random.js'
import t from 'tap'
import { Ranking } from '../plan/ranking.js'

function taken (ranking: Ranking): number[] {
  const ids: number[] = []
  for (let id = ranking.take(); id !== undefined; id = ranking.take()) ids.push(id[0])
  return ids
}

t.test('records are taken from the highest sum of scores to the lowest, equal ones by their ids', async (t) => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(5)), { maxLength: 60 }), (entries) => {
    const ranking = new Ranking()
    const sums = new Map<number, number>()
    for (const [id, score] of entries) {
      ranking.add(Buffer.of(id), score)
      sums.set(id, (sums.get(id) ?? 0) + score)
    }
    const expected = [...sums].sort(([id, sum], [otherId, otherSum]) => otherSum - sum || id - otherId).map(([id]) => id)
    t.strictSame(taken(ranking), expected)
  }), { numRuns: 50 })
})

t.test('more records than fit into 100 MB are refused', async (t) => {
  const ranking = new Ranking()
  const id = Buffer.alloc(1000)
  const addAll = (): void => {
    for (let n = 0; n < 100_000; n++) {
      id.writeUInt32BE(n)
      ranking.add(id, 1)
    }
  }
  t.throws(addAll, { code: 292 })
})
