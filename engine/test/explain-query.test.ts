import type { Db, Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, TIMES } from './helper.js'

async function start (t: Test): Promise<Db> {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection('notes')
  await notes.createIndex({ kind: 1 }, { sparse: true })
  await notes.insertMany(Array.from({ length: 10 }, (_, n) => ({ n, kind: [n % 2] })))
  return client.db('test')
}

t.test('a find is explained with its stages and what it has cost', async (t) => {
  const db = await start(t)
  const reply = await db.command({ explain: { find: 'notes', filter: { kind: 1 }, limit: 2 }, verbosity: 'executionStats' })
  t.strictSame(Object.keys(reply), ['explainVersion', 'queryPlanner', 'executionStats', 'command', 'serverInfo', 'ok', ...TIMES])
  t.match(reply.queryPlanner, {
    namespace: 'test.notes',
    winningPlan: {
      stage: 'LIMIT',
      limitAmount: 2,
      inputStage: { stage: 'FETCH', inputStage: { stage: 'IXSCAN', keyPattern: { kind: 1 }, indexName: 'kind_1', isMultiKey: true, isUnique: false, isSparse: true, isPartial: false, direction: 'forward' } }
    },
    rejectedPlans: []
  })
  t.match(reply.executionStats, { executionSuccess: true, nReturned: 2, totalKeysExamined: 2, totalDocsExamined: 2, executionStages: { stage: 'LIMIT' } })
})

t.test('a plan alone is explained without running it', async (t) => {
  const db = await start(t)
  t.notOk('executionStats' in await db.command({ explain: { find: 'notes' }, verbosity: 'queryPlanner' }))
  t.ok('executionStats' in await db.command({ explain: { find: 'notes' } }))
})

t.test('counts and distinct values are explained', async (t) => {
  const db = await start(t)
  t.match(await db.command({ explain: { count: 'notes', query: { n: { $gt: 3 } }, skip: 2 } }), {
    queryPlanner: { winningPlan: { stage: 'COUNT', inputStage: { stage: 'COLLSCAN' } } },
    executionStats: { nReturned: 0, totalDocsExamined: 10, executionStages: { stage: 'COUNT', nCounted: 4 } }
  })
  t.match(await db.command({ explain: { distinct: 'notes', key: 'n', query: { kind: 0 } } }), { executionStats: { nReturned: 5, totalKeysExamined: 5 } })
})

t.test('a count of all documents is that of the counter', async (t) => {
  const db = await start(t)
  const stage = 'RECORD_STORE_FAST_COUNT'
  const explained = async (command: Document): Promise<Document> => await db.command({ explain: { count: 'notes', ...command } })
  t.match(await explained({}), {
    queryPlanner: { namespace: 'test.notes', winningPlan: { stage }, rejectedPlans: [] },
    executionStats: { nReturned: 0, totalKeysExamined: 0, totalDocsExamined: 0, executionStages: { stage, nReturned: 0, nCounted: 10, nSkipped: 0 } }
  })
  t.match(await explained({ query: {}, skip: 3, limit: 5 }), { executionStats: { executionStages: { stage, nCounted: 5, nSkipped: 3 } } })
  t.notOk('executionStats' in await db.command({ explain: { count: 'notes' }, verbosity: 'queryPlanner' }))
  t.match(await explained({ hint: { _id: 1 } }), { queryPlanner: { winningPlan: { stage: 'COUNT' } } }, 'a hint is obeyed')
  t.match(await explained({ count: 'nothing' }), { queryPlanner: { winningPlan: { stage: 'COUNT', inputStage: { stage: 'EOF' } } } })
})

t.test('a collection that is not there has a plan to do nothing', async (t) => {
  const db = await start(t)
  t.match(await db.command({ explain: { find: 'none', filter: { a: 1 } } }), { queryPlanner: { winningPlan: { stage: 'EOF' } }, executionStats: { nReturned: 0, totalDocsExamined: 0 } })
})

t.test('what cannot be explained is refused', async (t) => {
  const db = await start(t)
  for (const [members, code] of [
    [{ explain: { nope: 1 } }, 59], [{ explain: {} }, 59], [{ explain: { find: 'notes', nope: 1 } }, 40415],
    [{ explain: { find: 'notes', filter: { $nope: 1 } } }, 2], [{ explain: { find: 'notes' }, verbosity: 'loud' }, 2], [{ explain: { find: 'notes', hint: 'none' } }, 2]
  ] as const) await t.rejects(db.command(members), { code }, JSON.stringify(members))
})
