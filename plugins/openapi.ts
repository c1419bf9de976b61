import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import type { ProblemCode } from '../src/errors.js'
import { nameSchemas } from './openapi/name-schemas.js'
import { withProblems } from './openapi/problem-responses.js'

declare module 'fastify' {
  interface FastifySchema {
    /** The codes that this route throws, apart from those that every route of its kind can. */
    problems?: ProblemCode[]
  }
}

/** The page is made of its own files and asks only this server. */
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"

/** The description of the API, made from the routes: GET /openapi.json, and for people GET /docs. */
export default fp(async function openapi (app) {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Quire', version: '0.1.0', description: 'A document-store API for flexible JSON notes.', license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: app.config.publicUrl }],
      components: {
        securitySchemes: {
          cookie: { type: 'apiKey', in: 'cookie', name: app.config.secureCookies ? '__Host-quire' : 'quire' },
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
        }
      }
    },
    convertConstToEnum: false,
    transform: withProblems,
    transformObject: nameSchemas
  })
  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => { route.config = { ...route.config, public: true, offline: true } })
    await docs.register(swaggerUi, { routePrefix: '/docs', staticCSP: pagePolicy })
  })
}, { name: 'openapi', dependencies: ['config', 'query-strings'] })
