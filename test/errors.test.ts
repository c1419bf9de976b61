import t from 'tap'
import { catalogue, problem } from '../src/errors.js'

t.test('the codes are part of the contract, and so are their statuses', async (t) => {
  t.same(Object.fromEntries(Object.entries(catalogue).map(([code, { status }]) => [code, status])), {
    BAD_REQUEST: 400,
    MALFORMED_JSON: 400,
    VALIDATION_FAILED: 400,
    INVALID_CURSOR: 400,
    UNAUTHENTICATED: 401,
    INVALID_CREDENTIALS: 401,
    CROSS_SITE: 403,
    NOT_FOUND: 404,
    NOTE_NOT_FOUND: 404,
    NOTEBOOK_NOT_FOUND: 404,
    METHOD_NOT_ALLOWED: 405,
    REQUEST_TIMEOUT: 408,
    EMAIL_TAKEN: 409,
    NOTE_EXISTS: 409,
    PRECONDITION_FAILED: 412,
    BODY_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    JSON_TOO_DEEP: 422,
    JSON_TOO_WIDE: 422,
    FORBIDDEN_KEY: 422,
    RESERVED_FIELD: 422,
    RATE_LIMITED: 429,
    HEADERS_TOO_LARGE: 431,
    INTERNAL: 500,
    DATABASE_UNAVAILABLE: 503,
    OVERLOADED: 503,
    SHUTTING_DOWN: 503
  })
})

t.test('what an entry says are sentences', async (t) => {
  for (const [code, { title, detail }] of Object.entries(catalogue)) {
    t.match(title, /^[A-Z].*[^.]$/, code)
    t.match(detail, /^[A-Z].*\.$/, code)
  }
})

t.test('a problem says what its entry says, unless it knows better', async (t) => {
  t.match(problem('NOTE_NOT_FOUND'), { name: 'Problem', code: 'NOTE_NOT_FOUND', status: 404, title: 'Note not found', detail: 'There is no such note.', message: 'There is no such note.', errors: [], headers: {}, members: {} })
  t.match(problem('NOTE_NOT_FOUND', { detail: 'Gone.' }), { detail: 'Gone.', message: 'Gone.' })
})
