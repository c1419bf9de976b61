import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    connections: {
      /** Whether the server is stopping: nobody new is served, whoever is being served gets the answer. */
      readonly draining: boolean
    }
  }
}

/**
 * How many connections there may be, and how they end. Each one ends with an answer that says so: after its share of
 * requests, or once the server stops. Fastify closes when the last connection has, and a client may keep one open
 * for ever; so then idle ones are closed, and at the deadline all of them.
 */
export default fp(async function connections (app) {
  const { server, config: { limits } } = app
  const state = { draining: false }
  const answers = new WeakMap<object, number>()
  let inFlight = 0
  server.maxConnections = limits.connections
  // Without a listener Node answers 417 with an empty body; RFC 9110 §10.1.1 lets a server pass over what it does not know.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  app.decorate('connections', state)

  app.addHook('onRequest', (_request, { raw }, done) => {
    inFlight++
    raw.once('close', () => { inFlight-- })
    done()
  })
  app.addHook('onSend', ({ socket }, reply, _payload, done) => {
    // Node has a limit of its own, but answers what comes after it with an empty 503, and leaves the connection open.
    const count = (answers.get(socket) ?? 0) + 1
    answers.set(socket, count)
    if (count === limits.requestsPerSocket || state.draining) reply.header('connection', 'close')
    done()
  })
  app.addHook('preClose', async () => {
    state.draining = true
    const deadline = performance.now() + limits.shutdownMs
    const sweep = setInterval(() => {
      if (inFlight === 0 || performance.now() > deadline) server.closeAllConnections()
      else server.closeIdleConnections()
    }, 100)
    server.once('close', () => clearInterval(sweep))
  })
}, { name: 'connections', dependencies: ['config'] })
