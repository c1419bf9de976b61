import type { Document } from 'mongodb'
import t from 'tap'
import { sameBson, startAggregations } from './aggregate-cases.js'
import { StreamClient } from './change-stream-client.js'

/** Those who are let in see it, and what is open in it. */
const ifOpen = { $cond: { if: { $in: ['all', { $ifNull: ['$for', ['all']] }] }, then: '$$DESCEND', else: '$$PRUNE' } }

const report: Document = {
  _id: 1,
  for: ['all', 'owner'],
  title: 'a',
  parts: [
    { for: ['owner'], text: 'hidden', inner: { for: ['all'], text: 'hidden with it' } },
    { for: ['all'], text: 'b', notes: [[{ for: ['owner'], n: 1 }, { n: 2 }, 3], 4] },
    'c'
  ],
  account: { for: ['owner'] },
  empty: {}
}

t.test('$redact says of each document at whatever level whether it stays', async (t) => {
  const aggregations = await startAggregations(t)
  const cases: Array<[expression: unknown, documents: Document[], result: Document[] | number]> = [
    [ifOpen, [report], [{ _id: 1, for: ['all', 'owner'], title: 'a', parts: [{ for: ['all'], text: 'b', notes: [[{ n: 2 }, 3], 4] }, 'c'], empty: {} }]],
    ['$$KEEP', [report], [report]],
    ['$$DESCEND', [report], [report]],
    ['$$PRUNE', [report], []],
    [{ $cond: ['$hidden', '$$PRUNE', '$$KEEP'] }, [{ _id: 1, hidden: true }, { _id: 2, inner: { hidden: true } }], [{ _id: 2, inner: { hidden: true } }]],
    [{ $cond: [{ $eq: ['$$CURRENT.level', '$$ROOT.level'] }, '$$DESCEND', '$$PRUNE'] }, [{ _id: 1, level: 5, a: { level: 5 }, b: { level: 1 } }], [{ _id: 1, level: 5, a: { level: 5 } }]],
    [{ $let: { vars: { result: '$$DESCEND' }, in: '$$result' } }, [{ _id: 1 }], [{ _id: 1 }]],
    ['keep', [{ _id: 1 }], [{ _id: 1 }]],
    ['other', [{ _id: 1 }], 17053],
    ['$missing', [{ _id: 1 }], 17053],
    [{ $cond: ['$_id', '$$DESCEND', 5] }, [{ _id: 1, inner: {} }], 17053],
    ['$$NONE', [], 17276]
  ]
  for (const [expression, documents, result] of cases) {
    const pipeline = [{ $redact: expression }]
    const title = JSON.stringify(pipeline)
    if (typeof result === 'number') t.equal(await aggregations.code(documents, pipeline), result, title)
    else sameBson(t, await aggregations.run(documents, pipeline), result, title)
  }
  sameBson(t, await aggregations.run([{ _id: 1, n: 1 }, { _id: 2, n: 2 }], [{ $facet: { big: [{ $redact: { $cond: [{ $gt: ['$n', 1] }, '$$KEEP', '$$PRUNE'] } }, { $project: { _id: 1 } }] } }]), [{ big: [{ _id: 2 }] }])
})

t.test('$$KEEP and its like are variables of $redact alone, which is for reading', async (t) => {
  const { db } = await startAggregations(t)
  await t.rejects(db.collection('a').aggregate([{ $project: { a: '$$KEEP' } }]).toArray(), { code: 17276 })
  await t.rejects(db.collection('a').updateOne({}, [{ $redact: '$$KEEP' }]), { code: 72 })
})

t.test('a change stream leaves out what $redact does not keep', async (t) => {
  const { engine: { client } } = await startAggregations(t)
  const db = client.db('test')
  const pruned = { $redact: { $cond: ['$secret', '$$PRUNE', '$$DESCEND'] } }
  const stream = await StreamClient.open(db, 'a', {}, { stages: [pruned, { $match: { fullDocument: { $exists: true } } }] })
  await db.collection<{ _id: number }>('a').insertMany([{ _id: 1, secret: true }, { _id: 2, inner: { secret: true } }] as never)
  t.match((await stream.take(1))[0].fullDocument, { _id: 2, inner: undefined })
})
