import fp from 'fastify-plugin'
import { problem } from '../src/errors.js'

/** A request has one Host, or is not answered (RFC 9112 §3.2): two parties that pick different ones disagree on whom it is for. */
export default fp(async function hosts (app) {
  app.addHook('onRequest', async ({ raw }) => {
    const count = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host').length
    if (count > 1 || (count === 0 && raw.httpVersion === '1.1')) throw problem('BAD_REQUEST', { detail: 'A request needs one Host header.' })
  })
}, { name: 'hosts' })
