import closeWithGrace from 'close-with-grace'
import Fastify from 'fastify'
import app from './app.js'
import { ConfigError, loadConfig, readEnvFile, type Config } from './config.js'
import { serverOptions } from './server-options.js'

/** Beyond the time for requests in flight: closing sockets, the database connection and the engine. */
const closingMs = 1500

const config = readConfig()
const server = Fastify(serverOptions(config))

closeWithGrace({ delay: config.limits.shutdownMs + closingMs, logger: server.log }, async ({ signal, err }) => {
  if (err) server.log.fatal({ err }, 'stopping after an error that nothing has handled')
  else server.log.info({ signal }, 'stopping')
  await server.close()
})

try {
  await server.register(app, { config })
  await server.listen({ host: config.host, port: config.port, listenTextResolver: (address) => `ready at ${address}` })
} catch (error) {
  server.log.fatal({ err: error }, 'cannot start')
  await server.close()
  process.exit(1)
}

function readConfig (): Config {
  try {
    return loadConfig({ ...readEnvFile('.env'), ...process.env })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
