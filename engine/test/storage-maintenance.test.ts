import t from 'tap'
import { encode } from '../bson/value.js'
import type { LogEntry } from '../log.js'
import { createIndexes } from '../storage/create-indexes.js'
import { openStore } from '../storage/store.js'
import { collectionOf, ids, indexOf, indexSpec, insert, recordIdFor, storeOfThings, temporaryDirectory, temporaryStore, things } from './temporary-store.js'

const HOUR = 3_600_000
/** A clock that stands still until it is set. */
const clockAt = (time: number): { now: () => number, time: number } => {
  const clock = { time, now: () => clock.time }
  return clock
}

t.test('documents whose time has come are removed, and no others', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { at: 1 }, expireAfterSeconds: 3600 }], { now: () => 10 * HOUR })
  await insert(store,
    { _id: 'old', at: new Date(8 * HOUR) },
    { _id: 'at the very moment', at: new Date(9 * HOUR) },
    { _id: 'young', at: new Date(9 * HOUR + 1) },
    { _id: 'array', at: [new Date(20 * HOUR), new Date(1)] },
    { _id: 'young array', at: [new Date(20 * HOUR)] },
    { _id: 'before 1970', at: new Date(-1) },
    { _id: 'number', at: 1 },
    { _id: 'text', at: '1970' },
    { _id: 'none' })
  await store.maintenance.sweep()
  t.same(ids(store.read, collection), ['none', 'number', 'text', 'young', 'young array'])
  t.same(store.check(), [])
})

t.test('a descending or partial index expires documents as well', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { at: -1 }, expireAfterSeconds: 0, partialFilterExpression: { done: true } }], { now: () => HOUR })
  await insert(store, { _id: 1, at: new Date(5), done: true }, { _id: 2, at: new Date(5), done: false }, { _id: 3, at: new Date(2 * HOUR), done: true })
  await store.maintenance.sweep()
  t.same(ids(store.read, collection), [2, 3])
})

t.test('more documents than fit in one commit expire', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { at: 1 }, expireAfterSeconds: 0 }], { now: () => HOUR })
  await insert(store, ...Array.from({ length: 1200 }, (_, n) => ({ _id: n, at: new Date(n) })))
  await store.maintenance.sweep()
  t.equal(store.read.count(collection), 0)
})

t.test('a document that was changed in time stays', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { at: 1 }, expireAfterSeconds: 0 }], { now: () => HOUR })
  await insert(store, { _id: 1, at: new Date(1) }, { _id: 2, at: new Date(1) }, { _id: 3, at: new Date(1) })
  // These works are committed together with the first of the sweep, and before it.
  const changed = store.write((tx) => {
    tx.replace(collection, recordIdFor(1), encode({ _id: 1, at: new Date(1) }), encode({ _id: 1, at: new Date(2 * HOUR) }))
    tx.remove(collection, recordIdFor(2), encode({ _id: 2, at: new Date(1) }))
  })
  await Promise.all([changed, store.maintenance.sweep()])
  t.same(ids(store.read, collection), [1])
})

t.test('a collection or index that is dropped during a sweep is left alone', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { at: 1 }, expireAfterSeconds: 0 }], { now: () => HOUR })
  await insert(store, { _id: 1, at: new Date(1) })
  const dropped = store.write((tx) => tx.dropIndex(collection, indexOf(store, 'at_1')))
  await Promise.all([dropped, store.maintenance.sweep()])
  t.same(ids(store.read, collection), [1])
})

t.test('it sweeps by itself', async (t) => {
  const { store, collection } = await storeOfThings(t, [{ key: { at: 1 }, expireAfterSeconds: 0 }], { sweepInterval: 5 })
  await insert(store, { _id: 1, at: new Date(1) })
  while (store.read.count(collection) > 0) await new Promise(setImmediate)
})

t.test('a session that was not used for 30 minutes is forgotten', async (t) => {
  const clock = clockAt(0)
  const store = await temporaryStore(t, { now: clock.now })
  const [stale, used] = [Buffer.from('stale'), Buffer.from('used')]
  await store.write((tx) => [stale, used].forEach((lsid) => tx.putSession(lsid, Buffer.from('record'), undefined)))
  clock.time = HOUR / 4
  await store.write((tx) => tx.putSession(used, Buffer.from('record'), tx.session(used)))
  clock.time = HOUR / 2 + 1
  await store.maintenance.sweep()
  t.same(await store.write((tx) => [tx.session(stale), tx.session(used)]), [undefined, Buffer.from('record')])
})

t.test('many sessions are looked through', async (t) => {
  const clock = clockAt(0)
  const store = await temporaryStore(t, { now: clock.now })
  const lsids = Array.from({ length: 1100 }, (_, n) => Buffer.from(`session ${n}`))
  await store.write((tx) => lsids.forEach((lsid) => tx.putSession(lsid, Buffer.from('record'), undefined)))
  clock.time = HOUR
  await store.maintenance.sweep()
  t.same(await store.write((tx) => lsids.filter((lsid) => tx.session(lsid) !== undefined)), [])
})

t.test('closing does not wait until everything has expired', async (t) => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory, { now: () => HOUR })
  await createIndexes(store, things, [indexSpec({ key: { at: 1 }, expireAfterSeconds: 0 })])
  await insert(store, ...Array.from({ length: 3000 }, (_, n) => ({ _id: n, at: new Date(n) })))
  await Promise.all([store.maintenance.sweep(), store.close()])
  const again = await openStore(directory)
  t.teardown(() => again.close())
  t.ok(again.read.count(collectionOf(again)) > 0)
  t.same(again.check(), [])
})

t.test('what was asked for after the end is not begun', async (t) => {
  const store = await openStore(await temporaryDirectory(t))
  await store.close()
  await store.maintenance.sweep()
  t.pass('nothing is thrown')
})

t.test('maintenance that fails is logged, and tried again', async (t) => {
  const log: LogEntry[] = []
  const clock = clockAt(HOUR)
  const { store, collection } = await storeOfThings(t, [{ key: { at: 1 }, expireAfterSeconds: 0 }], { now: clock.now, log: (entry) => log.push(entry) })
  await insert(store, { _id: 1, at: new Date(1) })
  clock.time = NaN // with which no date can be compared
  await store.maintenance.sweep()
  t.match(log, [{ level: 'warn', msg: 'maintenance was put off' }])
  clock.time = HOUR
  await store.maintenance.sweep()
  t.equal(store.read.count(collection), 0)
})

t.test('an unfinished index that nobody builds is dropped by a sweep', async (t) => {
  const { store, collection } = await storeOfThings(t)
  await insert(store, { _id: 1 })
  await store.write((tx) => tx.addIndex(collection, encode({ v: 2, key: { a: 1 }, name: 'a_1' }), false))
  await store.maintenance.sweep()
  t.equal(collectionOf(store).indexes.length, 1)
  await createIndexes(store, things, [indexSpec({ key: { a: 1 } })])
  t.equal(indexOf(store, 'a_1').ready, true)
})
