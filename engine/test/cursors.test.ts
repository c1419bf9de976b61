import t from 'tap'
import type { Test } from 'tap'
import { AT_ONCE, Cursors, type Batch, type CursorSource } from '../commands/cursors.js'

const NOTES = 'test.notes'
const USERS = 'test.users'
const LIMITS = { documents: 1, bytes: 1 }
const noInterrupt = (): void => {}
const ASKING = { checkInterrupt: noInterrupt, isTimed: false, patience: AT_ONCE }

/** Gives so many empty batches. */
function source (batches: number): CursorSource {
  return { next: () => ({ documents: [], isLast: --batches === 0 }) }
}

function open (t: Test, now?: () => number): Cursors {
  const cursors = new Cursors(now)
  t.teardown(() => cursors.close())
  return cursors
}

t.test('a cursor gives its batches and is gone after the last', async (t) => {
  const cursors = open(t)
  const id = cursors.add(NOTES, source(2))
  t.ok(id > 0n)
  t.equal((await cursors.next(id, NOTES, LIMITS, ASKING)).isLast, false)
  t.equal((await cursors.next(id, NOTES, LIMITS, ASKING)).isLast, true)
  await t.rejects(cursors.next(id, NOTES, LIMITS, ASKING), { code: 43 })
})

t.test('a cursor belongs to its collection', async (t) => {
  const cursors = open(t)
  const id = cursors.add(NOTES, source(2))
  await t.rejects(cursors.next(id, USERS, LIMITS, ASKING), { code: 13 })
  t.equal(cursors.kill(id, USERS), false)
  t.equal(cursors.kill(id, NOTES), true)
  t.equal(cursors.kill(id, NOTES), false)
})

t.test('a cursor is used by one at a time', async (t) => {
  const cursors = open(t)
  let finish = (_: Batch): void => {}
  const id = cursors.add(NOTES, { next: () => new Promise((resolve) => { finish = resolve }) })
  const first = cursors.next(id, NOTES, LIMITS, ASKING)
  await t.rejects(cursors.next(id, NOTES, LIMITS, ASKING), { code: 143 })
  finish({ documents: [], isLast: false })
  t.equal((await first).isLast, false)
})

t.test('a cursor may be read for as long as its command has left, however long it is idle', async (t) => {
  let now = 0
  const cursors = open(t, () => now)
  const takes = (milliseconds: number, awaitsData = false): CursorSource => ({
    awaitsData,
    next (_limits, checkInterrupt) {
      now += milliseconds
      checkInterrupt()
      return { documents: [], isLast: false }
    }
  })
  const id = cursors.add(NOTES, takes(40), { timeLeft: 100 })
  for (let batch = 0; batch < 2; batch++) {
    await cursors.next(id, NOTES, LIMITS, ASKING)
    now += 1000
  }
  await t.rejects(cursors.next(id, NOTES, LIMITS, ASKING), { code: 50 })
  await t.rejects(cursors.next(id, NOTES, LIMITS, ASKING), { code: 43 }, 'and is gone then')
  const late = cursors.add(NOTES, takes(0), { timeLeft: -1 })
  await t.rejects(cursors.next(late, NOTES, LIMITS, ASKING), { code: 50 }, 'at once when nothing is left')
  const waits = cursors.add(NOTES, takes(40, true), { timeLeft: 1 })
  t.equal((await cursors.next(waits, NOTES, LIMITS, ASKING)).isLast, false, 'one that waits has no such limit')
})

t.test('a cursor that failed is gone', async (t) => {
  const cursors = open(t)
  const id = cursors.add(NOTES, { next: () => { throw new Error('lost') } })
  await t.rejects(cursors.next(id, NOTES, LIMITS, ASKING), /lost/)
  await t.rejects(cursors.next(id, NOTES, LIMITS, ASKING), { code: 43 })
})

t.test('the cursors of a session end with it', async (t) => {
  const cursors = open(t)
  const [session, other] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)]
  cursors.add(NOTES, source(1), { lsid: session })
  const kept = cursors.add(NOTES, source(1), { lsid: other })
  cursors.killSession(session)
  t.equal(cursors.open, 1)
  t.equal(cursors.kill(kept, NOTES), true)
})

t.test('a cursor that nobody asks for is forgotten after ten minutes', async (t) => {
  let now = 0
  const cursors = open(t, () => now)
  const used = cursors.add(NOTES, source(9))
  const idle = cursors.add(NOTES, source(9))
  now = 599_999
  cursors.sweep()
  t.equal(cursors.open, 2)
  await cursors.next(used, NOTES, LIMITS, ASKING)
  now = 600_001
  cursors.sweep()
  t.equal(cursors.kill(idle, NOTES), false)
  t.equal(cursors.kill(used, NOTES), true)
})

t.test('there is a limit to the number of open cursors', async (t) => {
  const cursors = open(t)
  for (let opened = 0; opened < 10_000; opened++) cursors.add(NOTES, source(1))
  t.throws(() => cursors.add(NOTES, source(1)), { code: 96 })
})
