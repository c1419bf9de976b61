import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type InjectOptions, type LightMyRequestResponse, type RouteOptions } from 'fastify'
import mongoose from 'mongoose'
import t, { type Test } from 'tap'
import app from '../src/app.js'
import { loadConfig, type Variables } from '../src/config.js'
import { catalogue, type ProblemCode } from '../src/errors.js'
import { serverOptions } from '../src/server-options.js'

const password = 'correct horse battery staple'

/** What tests change against production: less noise, cheap hashes, nothing refused for a rate or a busy machine. `buildApp` takes further variables. */
const testEnvironment = {
  LOG_LEVEL: 'silent',
  QUIRE_BCRYPT_COST: '4',
  QUIRE_EVENT_LOOP_DELAY_MS: '0',
  QUIRE_RATE_LOGIN_PER_MINUTE: '0',
  QUIRE_RATE_SIGNUP_PER_MINUTE: '0'
}

/**
 * The production app on a database of its own, closed when the test ends; a file may share one among its tests,
 * whose users are their own. (`teardown`, not `after`: at the top level only that one lets tap end.) `variables`
 * are environment variables; `routes` are added for what no route of the app does.
 */
export async function buildApp (t: Test, variables: Variables = {}, routes?: FastifyPluginAsync): Promise<FastifyInstance> {
  const server = await buildServer(t, variables)
  if (routes) await server.register(routes)
  await server.ready()
  return server
}

/** The same, before it is ready; `onRoute` sees every route of it. */
export async function buildServer (t: Test, variables: Variables = {}, onRoute: (route: RouteOptions) => void = () => {}): Promise<FastifyInstance> {
  const config = loadConfig({
    ...testEnvironment,
    DATA_DIR: temporaryDirectory(t),
    MONGODB_URI: variables['MONGODB_URI'] ?? await temporaryDatabase(t),
    ...variables
  })
  const server = Fastify(serverOptions(config))
  t.teardown(() => server.close())
  server.addHook('onRoute', onRoute)
  await server.register(app, { config })
  return server
}

/** A directory that is removed when the test ends. */
export function temporaryDirectory (t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'quire-test-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

let engine: ReturnType<typeof startFileEngine> | undefined

/** The address of a new database: on the server that QUIRE_TEST_MONGODB_URI names, else on an engine that the test file shares. */
export async function temporaryDatabase (t: Test): Promise<string> {
  const external = process.env['QUIRE_TEST_MONGODB_URI']
  const server = external ?? (await (engine ??= startFileEngine())).uri
  const uri = withDatabase(server, `quire-test-${randomBytes(6).toString('hex')}`)
  if (external) t.teardown(() => dropDatabase(uri))
  return uri
}

async function startFileEngine () {
  const { startEngine } = await import('../engine/index.js')
  const started = await startEngine({ dataDirectory: temporaryDirectory(t), log: () => {} })
  t.teardown(() => started.close())
  return started
}

function withDatabase (uri: string, name: string): string {
  return uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/]+)(\/[^?]*)?/, `$1/${name}`)
}

async function dropDatabase (uri: string): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(uri)
  await client.db().dropDatabase()
  await client.close()
}

export type Transport = 'cookie' | 'bearer'

type Options = Omit<InjectOptions, 'url' | 'method'>

/** A signed-in user who speaks HTTP: `await ann.post('/v1/notes', { title: 'Groceries' })` */
export interface Client {
  user: { id: string, email: string }
  email: string
  password: string
  /** The credentials of this client as request headers. */
  headers: Record<string, string>
  token?: string
  cookie?: string
  get (url: string, options?: Options): Promise<LightMyRequestResponse>
  delete (url: string, options?: Options): Promise<LightMyRequestResponse>
  post (url: string, body?: unknown, options?: Options): Promise<LightMyRequestResponse>
  put (url: string, body?: unknown, options?: Options): Promise<LightMyRequestResponse>
  patch (url: string, body?: unknown, options?: Options): Promise<LightMyRequestResponse>
  /** A new note of this user, or the failure of the test. */
  create (note: Record<string, unknown>): Promise<Record<string, unknown> & { id: string, rev: string }>
}

let users = 0

/** Signs up somebody new. */
export async function signUp (app: FastifyInstance, { transport = 'cookie' as Transport, email = `user${++users}@example.com` } = {}): Promise<Client> {
  const response = await app.inject({
    method: 'POST', url: '/v1/auth/signup', payload: { email, password, transport }, headers: { 'sec-fetch-site': 'same-origin' }
  })
  if (response.statusCode !== 201) throw new Error(`signup answered ${response.statusCode}: ${response.body}`)
  const { user, accessToken } = response.json()
  const cookie = response.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  return transport === 'bearer'
    ? { ...client(app, { authorization: `Bearer ${accessToken}` }), user, email, password, token: accessToken }
    : { ...client(app, { cookie, 'sec-fetch-site': 'same-origin' }), user, email, password, cookie }
}

function client (app: FastifyInstance, credentials: Record<string, string>) {
  const send = (method: NonNullable<InjectOptions['method']>, url: string, body?: unknown, { headers = {}, ...options }: Options = {}) => app.inject({
    method, url, ...body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }, ...options, headers: { ...credentials, ...body !== undefined && { 'content-type': 'application/json' }, ...headers }
  })
  const post: Client['post'] = (url, body, options) => send('POST', url, body, options)
  return {
    headers: credentials,
    get: (url: string, options?: Options) => send('GET', url, undefined, options),
    delete: (url: string, options?: Options) => send('DELETE', url, undefined, options),
    post,
    put: (url: string, body?: unknown, options?: Options) => send('PUT', url, body, options),
    patch: (url: string, body?: unknown, options?: Options) => send('PATCH', url, body, options),
    async create (note: Record<string, unknown>) {
      const response = await post('/v1/notes', note)
      if (response.statusCode !== 201) throw new Error(`creating a note answered ${response.statusCode}: ${response.body}`)
      return response.json()
    }
  }
}

/** Asserts that an answer is the problem `code`, whole and of the right type. */
export function expectProblem (t: Test, response: LightMyRequestResponse, code: ProblemCode): void {
  const body = response.json()
  t.equal(body.code, code)
  t.equal(response.statusCode, catalogue[code].status)
  t.match(response.headers['content-type'], /^application\/problem\+json/)
  t.match(body, { type: String, title: String, status: response.statusCode, detail: String, requestId: String, message: body.detail, errors: Array })
}
