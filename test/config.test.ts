import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { TSchema } from 'typebox'
import { Environment } from '../schemas/config.js'
import { ConfigError, loadConfig, readEnvFile, type Variables } from '../src/config.js'
import { temporaryDirectory } from './helper.js'

const run = promisify(execFile)
const strongSecret = 'q9YJ0x7Vb2nLr5TfKd8WmZ3HcPa6SgEu'

function problemsOf (variables: Variables): string[] {
  try {
    loadConfig(variables)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

function load (t: Test, variables: Variables = {}) {
  return loadConfig({ DATA_DIR: temporaryDirectory(t), ...variables })
}

t.test('no variable has to be set', async (t) => {
  const config = load(t)
  t.match(config, { host: '127.0.0.1', port: 3000, publicUrl: 'http://localhost:3000', secureCookies: false, trustProxy: [], corsOrigins: [], logLevel: 'info' })
  t.notOk('mongodbUri' in config)
})

t.test('secrets are made on the first start and kept where only the owner can read them', async (t) => {
  const directory = temporaryDirectory(t)
  const first = loadConfig({ DATA_DIR: directory })
  t.match(first.sessionSecrets, [/^[\w-]{43}$/])
  t.match(first.passwordPepper, /^[\w-]{43}$/)
  t.not(first.passwordPepper, first.sessionSecrets[0])
  for (const file of ['session-secret', 'password-pepper']) t.equal(statSync(join(directory, file)).mode & 0o777, 0o600)
  t.same(loadConfig({ DATA_DIR: directory }), first)
})

t.test('of several first starts at once, all use the same secret', async (t) => {
  const file = join(temporaryDirectory(t), 'secret')
  const module = new URL('../src/secrets.js', import.meta.url).href
  const script = `import { keptSecret } from ${JSON.stringify(module)}; console.log(keptSecret(${JSON.stringify(file)}))`
  const starts = Array.from({ length: 4 }, () => run(process.execPath, [...process.execArgv, '--input-type=module', '--eval', script]))
  const secrets = (await Promise.all(starts)).map(({ stdout }) => stdout)
  t.equal(new Set(secrets).size, 1)
})

t.test('a secret file that is damaged stops the start', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'session-secret'), 'torn')
  t.match(problemsOf({ DATA_DIR: directory }), [/^SESSION_SECRET: .*damaged/])
})

t.test('a secret file that cannot be read stops the start', async (t) => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'session-secret'))
  t.match(problemsOf({ DATA_DIR: directory }), [/^SESSION_SECRET: .*EISDIR/])
})

t.test('a secret that can neither be read nor kept stops the start', async (t) => {
  const file = join(temporaryDirectory(t), 'file')
  writeFileSync(file, '')
  t.match(problemsOf({ DATA_DIR: file, PUBLIC_URL: 'https://quire.example' }), [/^SESSION_SECRET: .*cannot be kept/, /^PASSWORD_PEPPER: .*cannot be kept/])
})

t.test('secrets that are given are used, and nothing is written', async (t) => {
  const config = loadConfig({ DATA_DIR: '/nowhere/at/all', SESSION_SECRET: `${strongSecret}, older`, PASSWORD_PEPPER: 'pepper' })
  t.same(config.sessionSecrets, [strongSecret, 'older'])
  t.equal(config.passwordPepper, 'pepper')
})

t.test('every QUIRE_ variable is a limit by its camelCased name', async (t) => {
  t.match(load(t, { QUIRE_SESSION_IDLE_SECONDS: '2' }).limits, { sessionIdleSeconds: 2, bodyBytes: 1048576, bcryptCost: 12 })
})

t.test('an empty variable counts as not set', async (t) => {
  t.match(load(t, { PORT: '', MONGODB_URI: '', QUIRE_BODY_BYTES: '' }), { port: 3000, limits: { bodyBytes: 1048576 } })
})

t.test('every problem is named at once, with what is allowed', async (t) => {
  t.same(problemsOf({ PORT: 'http', LOG_LEVEL: 'loud', QUIRE_BCRYPT_COST: '3', QUIRE_BODY_BYTES: '0x400', QUIRE_TYPO_SECONDS: '1' }), [
    'QUIRE_TYPO_SECONDS: there is no such variable; .env.example lists all of them',
    'PORT: is not a whole number from 0 to 65535',
    'LOG_LEVEL: is not one of fatal, error, warn, info, debug, trace, silent',
    'QUIRE_BODY_BYTES: is not a whole number from 1024 to 8388608',
    'QUIRE_BCRYPT_COST: is not a whole number from 4 to 15'
  ])
})

t.test('a timeout for the headers that outlasts the one for the request is refused', async (t) => {
  t.match(problemsOf({ QUIRE_REQUEST_TIMEOUT_MS: '5000' }), [/^QUIRE_HEADERS_TIMEOUT_MS: /])
})

const accepted: [string, string[]][] = [
  ['MONGODB_URI', ['mongodb://localhost', 'mongodb+srv://user:word@cluster.example/quire?retryWrites=true', 'mongodb://%2Ftmp%2Fmongodb.sock']],
  ['PUBLIC_URL', ['http://localhost:8080', 'http://quire.example', 'http://[::1]:3000/']],
  ['TRUST_PROXY', ['10.0.0.1', '10.0.0.0/8, fd00::/8', '::1']],
  ['CORS_ORIGINS', ['https://app.example.com', 'http://localhost:5173,https://b.example']]
]
for (const [name, values] of accepted) {
  t.test(`${name} takes what it should`, async (t) => {
    for (const value of values) t.ok(load(t, { [name]: value }), value)
  })
}

const refused: [string, string[]][] = [
  ['MONGODB_URI', ['localhost:27017', 'postgres://localhost', 'mongodb://', 'mongodb:///quire']],
  ['PUBLIC_URL', ['quire.example', 'ftp://quire.example', 'http://quire.example/path', 'http://ann@quire.example', 'http://']],
  ['TRUST_PROXY', ['true', '1', 'loopback', 'proxy.example', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/']],
  ['CORS_ORIGINS', ['*', 'null', 'app.example.com', 'https://app.example.com/', 'https://*.example.com', 'HTTPS://app.example.com']]
]
for (const [name, values] of refused) {
  t.test(`${name} is refused when it is not one`, async (t) => {
    for (const value of values) t.match(problemsOf({ [name]: value }), [new RegExp(`^${name}: `)], value)
  })
}

t.test('an https origin makes cookies secure', async (t) => {
  t.match(load(t, { PUBLIC_URL: 'https://quire.example/' }), { publicUrl: 'https://quire.example', secureCookies: true })
})

t.test('behind https, secrets that can be guessed are refused, and not repeated', async (t) => {
  const weak = ['J0x7Vb2nLr5T', 'changeme-changeme-changeme-changeme', 'a'.repeat(64), 'your-256-bit-secret-your-256-bit-secret', 'example-0123456789abcdefghijklmnop']
  for (const secret of weak) {
    const problems = problemsOf({ PUBLIC_URL: 'https://quire.example', SESSION_SECRET: `${strongSecret},${secret}`, PASSWORD_PEPPER: secret })
    t.match(problems, [/^SESSION_SECRET: /, /^PASSWORD_PEPPER: /])
    t.notMatch(problems.join(), secret)
  }
  t.same(problemsOf({ PUBLIC_URL: 'https://quire.example', SESSION_SECRET: strongSecret, PASSWORD_PEPPER: strongSecret }), [])
})

t.test('a .env file is read, where there is one', async (t) => {
  const file = join(temporaryDirectory(t), '.env')
  t.same(readEnvFile(file), {})
  writeFileSync(file, 'PORT=8080 # a comment\nHOST="::1"\n')
  t.same(readEnvFile(file), { PORT: '8080', HOST: '::1' })
})

t.test('a copy of .env.example changes nothing, and names every variable', async (t) => {
  const example = readEnvFile('.env.example')
  t.same(Object.keys(example).sort(), Object.keys(Environment.properties).sort())
  t.match(load(t, { ...example, DATA_DIR: temporaryDirectory(t) }), { ...load(t), dataDir: String, sessionSecrets: [String], passwordPepper: String })
})

type Described = TSchema & { default?: string | number, description?: string }

t.test('the table in the README and .env.example are those of the schema', async (t) => {
  const variables = Object.entries(Environment.properties as Record<string, Described>)
  const rows = variables.map(([name, { default: value = '', description = '' }]) => `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${description} |`)
  t.match(readFileSync('README.md', 'utf8'), `<!-- configuration -->\n| variable | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n<!-- /configuration -->`)
  const lines = variables.map(([name, { default: value = '', description = '' }]) => `# ${description.replaceAll('`', '')}\n${name}=${value}\n`)
  t.equal(readFileSync('.env.example', 'utf8'), `# Every variable with its default. An empty one counts as not set.\n\n${lines.join('\n')}`)
})
