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
 * How many connections there may be, and how they end. Fastify closes when the last connection has, and a client
 * may keep one open for ever; so once the server stops, every answer says that it was the last one on its
 * connection, idle ones are closed, and at the deadline all of them.
 */
export default fp(async function connections (app) {
  const { server, config: { limits } } = app
  const state = { draining: false }
  let inFlight = 0
  server.maxConnections = limits.connections
  // Without a listener Node answers 417 with an empty body; RFC 9110 §10.1.1 lets a server pass over what it does not know.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  app.decorate('connections', state)

  app.addHook('onRequest', async (_request, { raw }) => {
    inFlight++
    raw.once('close', () => { inFlight-- })
  })
  app.addHook('onSend', async (_request, reply) => {
    if (state.draining) reply.header('connection', 'close')
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
