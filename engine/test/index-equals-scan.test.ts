import fc from './random.js'
import t from 'tap'
import { openStore } from '../storage/store.js'
import { startTestEngine, temporaryDirectory } from './helper.js'
import { collections, filters, indexes, sorts, updates } from './query-arbitraries.js'
import { compareWays, fill } from './ways-of-finding.js'

t.test('whatever index is used, a query finds what a scan of the collection finds, in its order, in batches of any size', async (t) => {
  const store = await openStore(await temporaryDirectory(t))
  t.teardown(() => store.close())
  let number = 0
  await fc.assert(fc.asyncProperty(collections, indexes, fc.array(fc.tuple(filters, sorts), { minLength: 12, maxLength: 12 }), async (documents, specifications, queries) => {
    const collection = await fill(store, `c${number++}`, documents, specifications)
    for (const [filter, sort] of queries) await compareWays(store, collection, filter, sort)
  }), { numRuns: 150 })
})

t.test('whatever is updated and deleted, documents, index entries and counters fit together', async (t) => {
  const { client, store } = await startTestEngine(t)
  let number = 0
  const operations = fc.constantFrom('updateMany', 'updateOne', 'deleteOne', 'deleteMany')
  await fc.assert(fc.asyncProperty(collections, indexes, fc.array(fc.tuple(filters, updates, operations), { maxLength: 4 }), async (documents, specifications, changes) => {
    const { namespace } = await fill(store, `c${number++}`, documents, specifications)
    const collection = client.db(namespace.database).collection(namespace.collection)
    for (const [filter, update, operation] of changes) {
      const change = operation === 'deleteOne' || operation === 'deleteMany' ? collection[operation](filter) : collection[operation](filter, update)
      await change.catch(() => {}) // what an update cannot do to a document is refused
    }
    const findings = store.check()
    if (findings.length > 0) throw new Error(JSON.stringify(findings))
  }), { numRuns: 50 })
})
