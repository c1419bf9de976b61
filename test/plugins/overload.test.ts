import t from 'tap'
import { setImmediate } from 'node:timers/promises'
import { buildApp, expectProblem } from '../helper.js'

/** Keeps the event loop from everything else. */
function block (milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

t.test('R-8 while the event loop is late, requests are refused, and liveness is not', async (t) => {
  const app = await buildApp(t, { QUIRE_EVENT_LOOP_DELAY_MS: '100' })
  let response = await app.inject('/readyz')
  while (response.statusCode === 200) {
    block(500)
    await setImmediate() // the timer that measures comes late
    response = await app.inject('/readyz')
  }
  expectProblem(t, response, 'OVERLOADED')
  t.match(response.headers['retry-after'], /^\d+$/)
  t.equal((await app.inject('/livez')).statusCode, 200)
  while ((await app.inject('/readyz')).statusCode !== 200) await setImmediate()
})

t.test('with a limit of 0 they never are', async (t) => {
  const app = await buildApp(t, { QUIRE_EVENT_LOOP_DELAY_MS: '0' })
  block(500)
  await setImmediate()
  t.equal((await app.inject('/readyz')).statusCode, 200)
})
