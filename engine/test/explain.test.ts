import type { Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine } from './helper.js'

/** Explains commands on a collection of 10 documents, of which 5 have each value of the indexed `even`. */
async function startExplaining (t: Test): Promise<{ count: () => Promise<number>, explain: (command: Document, verbosity?: string) => Promise<Document> }> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('numbers').insertMany(Array.from({ length: 10 }, (_, n) => ({ n, even: n % 2 === 0 })))
  await db.collection('numbers').createIndex({ even: 1 })
  return {
    count: () => db.collection('numbers').countDocuments(),
    explain: (command, verbosity = 'executionStats') => db.command({ explain: command, verbosity })
  }
}

t.test('a delete is explained without being done', async (t) => {
  const { count, explain } = await startExplaining(t)
  t.match(await explain({ delete: 'numbers', deletes: [{ q: { even: true }, limit: 0 }] }), {
    explainVersion: '1',
    queryPlanner: { namespace: 'test.numbers', winningPlan: { stage: 'DELETE', inputStage: { stage: 'FETCH', inputStage: { stage: 'IXSCAN', indexName: 'even_1' } } } },
    executionStats: { nReturned: 0, totalDocsExamined: 5, executionStages: { stage: 'DELETE', nWouldDelete: 5 } },
    ok: 1
  })
  t.match(await explain({ delete: 'numbers', deletes: [{ q: { even: true }, limit: 1 }] }), { executionStats: { executionStages: { nWouldDelete: 1 } } })
  t.equal(await count(), 10)
})

t.test('an update is explained without being done', async (t) => {
  const { count, explain } = await startExplaining(t)
  const { executionStats, queryPlanner } = await explain({ update: 'numbers', updates: [{ q: { n: { $gt: 3 } }, u: { $set: { x: 1 } }, multi: true }] })
  t.match(queryPlanner.winningPlan, { stage: 'UPDATE', inputStage: { stage: 'COLLSCAN' } })
  t.match(executionStats.executionStages, { stage: 'UPDATE', nReturned: 0, nMatched: 6 })
  t.match(await explain({ update: 'missing', updates: [{ q: {}, u: { x: 1 }, upsert: true }] }), { queryPlanner: { winningPlan: { stage: 'UPDATE', inputStage: { stage: 'EOF' } } } })
  t.equal(await count(), 10)
})

t.test('findAndModify is explained as what it does', async (t) => {
  const { explain } = await startExplaining(t)
  const update = await explain({ findAndModify: 'numbers', query: { n: 1 }, update: { $set: { x: 1 } } }, 'queryPlanner')
  t.match(update, { queryPlanner: { winningPlan: { stage: 'UPDATE' } } })
  t.notOk('executionStats' in update)
  t.match(await explain({ findAndModify: 'numbers', query: { n: 1 }, remove: true }), { queryPlanner: { winningPlan: { stage: 'DELETE' } } })
})

t.test('what is wrong with a command is wrong with its explanation', async (t) => {
  const { explain } = await startExplaining(t)
  const cases: Array<[Document, number]> = [
    [{ ping: 1 }, 59],
    [{ update: 'numbers', updates: [{ q: {}, u: { $none: 1 } }] }, 9],
    [{ update: 'numbers', updates: [{ q: {}, u: {} }, { q: {}, u: {} }] }, 16],
    [{ delete: 'numbers', deletes: [{ q: {}, limit: 2 }] }, 9],
    [{ findAndModify: 'numbers', remove: true, new: true }, 9]
  ]
  for (const [command, code] of cases) await t.rejects(explain(command), { code }, JSON.stringify(command))
  await t.rejects(explain({ find: 'numbers' }, 'all'), { code: 2 })
})
