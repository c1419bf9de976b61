import { Timestamp } from 'bson'
import t from 'tap'
import { toJs, type Value } from '../bson/value.js'
import { createClock } from '../update/clock.js'

const words = (value: Value): string => {
  const { t, i } = toJs(value) as Timestamp
  return `${t}:${i}`
}

t.test('timestamps count within a second', async (t) => {
  const clock = createClock(() => 5999)
  t.same([1, 2, 3].map(() => words(clock.next())), ['5:1', '5:2', '5:3'])
  t.same(clock.last, { t: 5, i: 3 })
})

t.test('a new second begins at 1', async (t) => {
  let now = 5000
  const clock = createClock(() => now)
  clock.next()
  now = 6000
  t.equal(words(clock.next()), '6:1')
})

t.test('timestamps grow while the system clock goes back', async (t) => {
  let now = 5000
  const clock = createClock(() => now)
  clock.next()
  now = 1000
  t.equal(words(clock.next()), '5:2')
})

t.test('timestamps go on after those of an earlier run', async (t) => {
  const clock = createClock(() => 5000, { t: 9, i: 4 })
  t.equal(words(clock.next()), '9:5')
})

t.test('a full counter borrows the next second', async (t) => {
  const clock = createClock(() => 5000, { t: 5, i: 0xffff_ffff })
  t.equal(words(clock.next()), '6:1')
})
