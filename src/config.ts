import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import { Environment } from '../schemas/config.js'
import { checks, contradictions, isHttps, listOf } from './config-checks.js'
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
  problems.push(...contradictions(variables))
  const config = assemble(variables)
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
  for (const [name, schema] of Object.entries<VariableSchema>(Environment.properties)) {
    // An empty variable counts as absent, so that a copy of .env.example changes nothing.
    const text = env[name] || undefined
    const value = text === undefined ? schema.default : convert(schema, text)
    if (value === undefined) continue
    variables[name] = value
    const wrong = Value.Check(schema, value) ? checks[name as keyof Environment]?.(String(value)) : `is not ${allowed(schema)}`
    if (wrong !== undefined) problems.push(`${name}: ${wrong}`)
  }
  return variables as Environment
}

type VariableSchema = TSchema & { type?: string, default?: unknown, minimum?: number, maximum?: number, enum?: string[] }

function convert ({ type }: VariableSchema, text: string): unknown {
  return type === 'integer' && /^\d{1,15}$/.test(text) ? Number(text) : text
}

function allowed ({ minimum, maximum, enum: values }: VariableSchema): string {
  return values ? `one of ${values.join(', ')}` : `a whole number from ${minimum} to ${maximum}`
}

function assemble (variables: Environment): Config {
  const { PUBLIC_URL: publicUrl = `http://localhost:${variables.PORT}`, MONGODB_URI: mongodbUri } = variables
  return {
    host: variables.HOST,
    port: variables.PORT,
    dataDir: resolve(variables.DATA_DIR),
    ...mongodbUri !== undefined && { mongodbUri },
    publicUrl: publicUrl.replace(/\/$/, ''),
    secureCookies: isHttps(publicUrl),
    sessionSecrets: listOf(variables.SESSION_SECRET),
    passwordPepper: variables.PASSWORD_PEPPER ?? '',
    trustProxy: listOf(variables.TRUST_PROXY),
    corsOrigins: listOf(variables.CORS_ORIGINS),
    logLevel: variables.LOG_LEVEL,
    limits: limitsOf(variables)
  }
}

function limitsOf (variables: Environment): Limits {
  const limits = Object.entries(variables).filter(([name]) => name.startsWith('QUIRE_'))
  return Object.fromEntries(limits.map(([name, value]) => [camelCase(name.slice('QUIRE_'.length)), value])) as Limits
}

function camelCase (name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
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
  if (config.sessionSecrets.length === 0) config.sessionSecrets = [kept('SESSION_SECRET', 'session-secret')]
  if (variables.PASSWORD_PEPPER === undefined) config.passwordPepper = kept('PASSWORD_PEPPER', 'password-pepper')
}
