import Type, { type Static } from 'typebox'

/**
 * Every environment variable the server reads, with its default. README's table and .env.example are
 * compared with this file by a test. A name that begins with QUIRE_ is a limit and carries its unit.
 */
export const Environment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on' }),
  PORT: integer(0, 65535, 3000, 'Port to listen on; 0 picks a free one'),
  DATA_DIR: Type.String({ default: './data', description: 'Where the embedded engine and generated secrets are kept' }),
  MONGODB_URI: Type.Optional(Type.String({ description: 'A MongoDB deployment to use instead of the embedded engine' })),
  PUBLIC_URL: Type.Optional(Type.String({ description: 'Origin under which browsers reach the server; unset: `http://localhost:PORT`' })),
  SESSION_SECRET: Type.Optional(Type.String({ description: 'Signs sessions; a comma list rotates, the first signs; unset: made on first start' })),
  PASSWORD_PEPPER: Type.Optional(Type.String({ description: 'Keys the password hashes; unset: made on first start' })),
  TRUST_PROXY: Type.String({ default: '', description: 'Proxies whose forwarded headers count: comma list of addresses and CIDR blocks' }),
  CORS_ORIGINS: Type.String({ default: '', description: 'Other origins whose pages may call the API: comma list, exact' }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info', description: 'Least severe level that is logged' }),

  QUIRE_BODY_BYTES: integer(1024, 8 << 20, 1 << 20, 'Largest request body'),
  QUIRE_JSON_DEPTH_LEVELS: integer(4, 64, 32, 'Deepest nesting of a document'),
  QUIRE_JSON_KEYS: integer(16, 100_000, 2000, 'Most keys in a document'),
  QUIRE_HEADER_BYTES: integer(4096, 65536, 16384, 'Largest request line and headers'),
  QUIRE_HEADERS_TIMEOUT_MS: integer(100, 60_000, 10_000, 'Time to receive the headers'),
  QUIRE_REQUEST_TIMEOUT_MS: integer(100, 600_000, 30_000, 'Time to receive a whole request'),
  QUIRE_HANDLER_TIMEOUT_MS: integer(100, 60_000, 9000, 'Time to answer a received request'),
  QUIRE_SOCKET_TIMEOUT_MS: integer(100, 600_000, 10_000, 'Silence after which a socket is closed'),
  QUIRE_KEEP_ALIVE_MS: integer(0, 600_000, 72_000, 'Idle time between two requests of a connection'),
  QUIRE_CONNECTIONS: integer(1, 100_000, 4000, 'Most open client connections'),
  QUIRE_REQUESTS_PER_SOCKET: integer(0, 1_000_000, 1000, 'Requests after which a connection is closed; 0: never'),
  QUIRE_SHUTDOWN_MS: integer(0, 60_000, 8000, 'Time that requests in flight have to finish when the server stops'),
  QUIRE_EVENT_LOOP_DELAY_MS: integer(0, 60_000, 1000, 'Event loop delay above which requests are refused; 0: never'),
  QUIRE_DATABASE_CONNECTIONS: integer(1, 1000, 20, 'Most connections to the database'),
  QUIRE_DATABASE_SELECTION_MS: integer(50, 60_000, 2000, 'Time to find a database server'),
  QUIRE_DATABASE_QUEUE_MS: integer(50, 60_000, 1000, 'Time to wait for a free database connection'),
  QUIRE_DATABASE_SOCKET_MS: integer(100, 600_000, 8000, 'Silence after which a database connection is given up'),
  QUIRE_QUERY_MS: integer(50, 60_000, 5000, 'Time the database may spend on one query'),
  QUIRE_SESSION_IDLE_SECONDS: integer(1, 31_536_000, 1_209_600, 'Life of a session that is not used'),
  QUIRE_SESSION_ABSOLUTE_SECONDS: integer(1, 63_072_000, 7_776_000, 'Life of a session'),
  QUIRE_ACCESS_TOKEN_SECONDS: integer(1, 86_400, 900, 'Life of a bearer access token'),
  QUIRE_RATE_LOGIN_PER_MINUTE: integer(0, 1_000_000, 10, 'Logins per address and per account; 0: no limit'),
  QUIRE_RATE_SIGNUP_PER_MINUTE: integer(0, 1_000_000, 10, 'Signups per address; 0: no limit'),
  QUIRE_RATE_REQUESTS_PER_MINUTE: integer(0, 100_000_000, 0, 'Requests per address; 0: no limit'),
  QUIRE_BCRYPT_COST: integer(4, 15, 12, 'Work factor of password hashes'),
  QUIRE_HASH_THREADS: integer(1, 64, 1, 'Worker threads that hash passwords'),
  QUIRE_HASH_WAITING: integer(0, 10_000, 20, 'Hashes that may wait for a thread before 503')
}, { additionalProperties: false })

export type Environment = Static<typeof Environment>

function integer (minimum: number, maximum: number, value: number, description: string) {
  return Type.Integer({ minimum, maximum, default: value, description })
}
