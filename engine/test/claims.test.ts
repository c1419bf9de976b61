import t from 'tap'
import { encode } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { Ending } from '../storage/ending.js'
import type { Store } from '../storage/store.js'
import { perform, type WriteContext } from '../write/write-context.js'
import { storeOfThings } from './temporary-store.js'

/** Longer than any test may take. */
const FOR_EVER_MS = 2 ** 31 - 1

function contextOf (data: Store, checkInterrupt: () => void): WriteContext {
  return { data, checkInterrupt, now: new Date(), retry: undefined, onInvalid: undefined }
}

t.test('a write that waits for a claim is tried again when that ends, and not before', async (t) => {
  const { store, collection } = await storeOfThings(t)
  let tries = 0
  const { written } = await store.exclusively(collection, () => new Promise<{ written: Promise<void> }>((resolve) => {
    let looks = 0
    const checkInterrupt = (): void => {
      if (++looks === 3) resolve({ written })
    }
    const written = perform(contextOf(store, checkInterrupt), (tx) => {
      tries++
      tx.insert(collection, encode({ _id: 1 }))
    })
  }))
  t.equal(tries, 1)
  await written
  t.equal(tries, 2)
  t.equal(store.read.count(collection), 1)
})

t.test('a write that waits for a claim ends when it is interrupted', async (t) => {
  const { store, collection } = await storeOfThings(t)
  let looks = 0
  const checkInterrupt = (): void => {
    if (++looks === 3) throw new EngineError('Interrupted', 'operation was interrupted')
  }
  await store.exclusively(collection, async () => {
    const written = perform(contextOf(store, checkInterrupt), (tx) => tx.insert(collection, encode({ _id: 1 })))
    await t.rejects(written, { message: 'operation was interrupted' })
  })
  t.equal(store.read.count(collection), 0)
})

t.test('who waits for an end learns at once that it has come', async (t) => {
  const ending = new Ending()
  const waiting = [ending.within(FOR_EVER_MS), ending.within(FOR_EVER_MS)]
  ending.come()
  t.strictSame(await Promise.all(waiting), [true, true])
  t.equal(await ending.within(FOR_EVER_MS), true)
})

t.test('who has waited in vain for an end leaves nothing behind', async (t) => {
  const ending = new Ending()
  const waiting = ending.within(1)
  t.equal(ending.count, 1)
  t.equal(await waiting, false)
  t.equal(ending.count, 0)
})
