import fp from 'fastify-plugin'
import { problem } from '../src/errors.js'

/** A request has one Host, or is not answered (RFC 9112 §3.2): two parties that pick different ones disagree on whom it is for. */
export default fp(async function hosts (app) {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const count = hostsIn(raw.rawHeaders)
    const isRight = count === 1 || (count === 0 && raw.httpVersion === '1.0')
    done(isRight ? undefined : problem('BAD_REQUEST', { detail: 'A request needs one Host header.' }))
  })
}, { name: 'hosts' })

/** `rawHeaders` holds names and values in turn, as they came. */
function hostsIn (rawHeaders: string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count
}
