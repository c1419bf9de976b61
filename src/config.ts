import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import { Environment } from '../schemas/config.js'
import { keptSecret } from './secrets.js'

type CamelCase<Text extends string> = Text extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Text>

/** Every QUIRE_ variable, camelCased: QUIRE_BODY_BYTES is `limits.bodyBytes`. */
export type Limits = { [Name in keyof Environment as Name extends `QUIRE_${infer Rest}` ? CamelCase<Rest> : never]: Environment[Name] }

export interface Config {
  host: string
  port: number
  dataDir: string
  /** Absent: the embedded engine. */
  mongodbUri?: string
  /** An origin: scheme, host and port, without a path. */
  publicUrl: string
  secureCookies: boolean
  /** The first signs, all of them verify. */
  sessionSecrets: string[]
  passwordPepper: string
  trustProxy: string[]
  corsOrigins: string[]
  logLevel: Environment['LOG_LEVEL']
  limits: Limits
}

export type Variables = Record<string, string | undefined>

/** Everything that is wrong with the environment, one line each. Never contains a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: string[]

  constructor (problems: string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** The variables of a `.env` file, none when there is no such file. The real environment wins over it. */
export function readEnvFile (file: string): Variables {
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

/** Parses and validates the whole environment at once, and makes the secrets that it does not name. */
export function loadConfig (env: Variables): Config {
  const problems = unknownVariables(env)
  const variables = parse(env, problems)
  const config = assemble(variables, problems)
  if (problems.length === 0) keepSecrets(config, variables, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function unknownVariables (env: Variables): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('QUIRE_') && !Object.hasOwn(Environment.properties, name))
    .map((name) => `${name}: there is no such variable; .env.example lists all of them`)
}

function parse (env: Variables, problems: string[]): Environment {
  const variables: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries<TSchema>(Environment.properties)) {
    // An empty variable counts as absent, so that a copied .env.example changes nothing.
    const value = env[name] ? convert(schema, env[name]) : defaultOf(schema)
    if (value === undefined) continue
    variables[name] = value
    if (!Value.Check(schema, value)) problems.push(`${name}: ${JSON.stringify(env[name])} is not ${allowed(schema)}`)
  }
  return variables as Environment
}

function convert (schema: TSchema, text: string): unknown {
  const isInteger = 'type' in schema && schema.type === 'integer'
  return isInteger && /^\d{1,15}$/.test(text) ? Number(text) : text
}

function defaultOf (schema: TSchema): unknown {
  return 'default' in schema ? schema.default : undefined
}

function allowed (schema: TSchema): string {
  const { minimum, maximum, enum: values } = schema as { minimum?: number, maximum?: number, enum?: string[] }
  return values ? `one of ${values.join(', ')}` : `a whole number from ${minimum} to ${maximum}`
}

function assemble (variables: Environment, problems: string[]): Config {
  const publicUrl = variables.PUBLIC_URL ?? `http://localhost:${variables.PORT}`
  const config = {
    host: variables.HOST,
    port: variables.PORT,
    dataDir: resolve(variables.DATA_DIR),
    ...variables.MONGODB_URI && { mongodbUri: variables.MONGODB_URI },
    publicUrl: publicUrl.replace(/\/$/, ''),
    secureCookies: publicUrl.startsWith('https:'),
    sessionSecrets: list(variables.SESSION_SECRET),
    passwordPepper: variables.PASSWORD_PEPPER ?? '',
    trustProxy: list(variables.TRUST_PROXY),
    corsOrigins: list(variables.CORS_ORIGINS),
    logLevel: variables.LOG_LEVEL,
    limits: limitsOf(variables)
  }
  problems.push(...contradictions(config))
  return config
}

function list (text = ''): string[] {
  return text.split(',').map((item) => item.trim()).filter((item) => item !== '')
}

function limitsOf (variables: Environment): Limits {
  const limits = Object.entries(variables).filter(([name]) => name.startsWith('QUIRE_')).map(([name, value]) => [camelCase(name.slice(6)), value])
  return Object.fromEntries(limits) as Limits
}

function camelCase (name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

function contradictions ({ mongodbUri, publicUrl, secureCookies, sessionSecrets, passwordPepper, trustProxy, corsOrigins, limits }: Config): string[] {
  const secrets = [...sessionSecrets.map((secret) => ['SESSION_SECRET', secret]), ...passwordPepper ? [['PASSWORD_PEPPER', passwordPepper]] : []] as const
  return [
    ...mongodbUri && !/^mongodb(\+srv)?:\/\/[^/]/.test(mongodbUri) ? ['MONGODB_URI: is not a connection string: mongodb://… or mongodb+srv://…'] : [],
    ...isOrigin(publicUrl) ? [] : ['PUBLIC_URL: is not an origin: http:// or https://, a host, perhaps a port, and no path'],
    ...corsOrigins.filter((origin) => !isOrigin(origin)).map((origin) => `CORS_ORIGINS: ${JSON.stringify(origin)} is not an origin such as https://app.example.com`),
    ...trustProxy.filter((proxy) => !isNetwork(proxy)).map((proxy) => `TRUST_PROXY: ${JSON.stringify(proxy)} is not an address or CIDR block such as 10.0.0.0/8 (no hop counts, no \`true\`)`),
    ...secureCookies ? secrets.filter(([, secret]) => isWeak(secret)).map(([name]) => `${name}: is too short or an example; at least 32 random bytes with an https PUBLIC_URL`) : [],
    ...limits.headersTimeoutMs > limits.requestTimeoutMs ? ['QUIRE_HEADERS_TIMEOUT_MS: must not be larger than QUIRE_REQUEST_TIMEOUT_MS'] : []
  ]
}

function isOrigin (text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

function isNetwork (text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  // A prefix of 0 would trust everybody.
  return isIP(address) !== 0 && rest.length === 0 && (prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits))
}

function isWeak (secret: string): boolean {
  return Buffer.byteLength(secret) < 32 || new Set(secret).size < 10 || /change.?me|example|secret|password|default|your|insert|test/i.test(secret)
}

function keepSecrets (config: Config, variables: Environment, problems: string[]): void {
  const kept = (name: keyof Environment, file: string): string => {
    try {
      return keptSecret(join(config.dataDir, file))
    } catch (error) {
      problems.push(`${name}: is not set, and a generated one cannot be kept in DATA_DIR: ${(error as Error).message}`)
      return ''
    }
  }
  if (!variables.SESSION_SECRET) config.sessionSecrets = [kept('SESSION_SECRET', 'session-secret')]
  if (!variables.PASSWORD_PEPPER) config.passwordPepper = kept('PASSWORD_PEPPER', 'password-pepper')
}
