/**
 * The catalogue of everything this server can refuse: CODE → status, title, detail. Codes are part of the
 * contract (clients switch on them), so a test pins the table. plugins/problem-details.ts is the one place
 * that turns a problem into an answer; everybody else throws.
 */
export const catalogue = {
  BAD_REQUEST: { status: 400, title: 'Bad request', detail: 'The request is not valid HTTP for this server.' },
  MALFORMED_JSON: { status: 400, title: 'Malformed JSON', detail: 'The body is not JSON that can be stored without changing it.' },
  VALIDATION_FAILED: { status: 400, title: 'Validation failed', detail: 'The request does not match the schema of this route.' },
  INVALID_CURSOR: { status: 400, title: 'Invalid cursor', detail: 'The cursor is not one that this list has given to you.' },
  UNAUTHENTICATED: { status: 401, title: 'Not signed in', detail: 'Sign in to use this resource.' },
  INVALID_CREDENTIALS: { status: 401, title: 'Invalid credentials', detail: 'The email address or the password is wrong.' },
  CROSS_SITE: { status: 403, title: 'Cross-site request', detail: 'A request with a session cookie has to show, by Sec-Fetch-Site or Origin, that a page of this site sends it.' },
  NOT_FOUND: { status: 404, title: 'Not found', detail: 'There is nothing at this address.' },
  NOTE_NOT_FOUND: { status: 404, title: 'Note not found', detail: 'There is no such note.' },
  NOTEBOOK_NOT_FOUND: { status: 404, title: 'Notebook not found', detail: 'There is no such notebook.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed', detail: 'This address does not answer to that method.' },
  REQUEST_TIMEOUT: { status: 408, title: 'Request timeout', detail: 'The request was not received in time.' },
  EMAIL_TAKEN: { status: 409, title: 'Email address taken', detail: 'There is already an account with this email address.' },
  NOTE_EXISTS: { status: 409, title: 'Note exists', detail: 'There is already a note with this id.' },
  PRECONDITION_FAILED: { status: 412, title: 'Precondition failed', detail: 'The note is not in the state that the request requires.' },
  BODY_TOO_LARGE: { status: 413, title: 'Body too large', detail: 'The body is larger than this server accepts.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type', detail: 'This route does not accept a body of that type or encoding.' },
  JSON_TOO_DEEP: { status: 422, title: 'JSON too deep', detail: 'Objects and arrays are nested deeper than this server keeps.' },
  JSON_TOO_WIDE: { status: 422, title: 'Too many keys', detail: 'The document has more keys than this server keeps.' },
  FORBIDDEN_KEY: { status: 422, title: 'Forbidden key', detail: 'The document has a key that cannot be stored.' },
  RESERVED_FIELD: { status: 422, title: 'Reserved field', detail: 'The field belongs to the server and cannot be changed.' },
  RATE_LIMITED: { status: 429, title: 'Too many requests', detail: 'Wait before you try again.' },
  HEADERS_TOO_LARGE: { status: 431, title: 'Headers too large', detail: 'The request line and headers are larger than this server accepts.' },
  INTERNAL: { status: 500, title: 'Internal error', detail: 'Something went wrong on this side. The request id finds it in the log.' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'Database unavailable', detail: 'The database does not answer at the moment. Try again.' },
  OVERLOADED: { status: 503, title: 'Overloaded', detail: 'The server has more work than it can do in time. Try again.' },
  SHUTTING_DOWN: { status: 503, title: 'Shutting down', detail: 'This server is stopping. Try again.' }
} as const satisfies Record<string, CatalogueEntry>

interface CatalogueEntry { status: number, title: string, detail: string }

export type ProblemCode = keyof typeof catalogue

/** One place in the request that is wrong: a JSON pointer (RFC 6901), a sentence, a stable code. */
export interface ProblemItem { pointer: string, detail: string, code: string }

export interface ProblemFields {
  detail?: string
  errors?: ProblemItem[]
  headers?: Record<string, string>
  /** Further top-level members of the answer, such as `current`. */
  members?: Record<string, unknown>
}

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: ProblemItem[]
  readonly headers: Record<string, string>
  readonly members: Record<string, unknown>

  constructor (code: ProblemCode, fields: ProblemFields = {}) {
    const { status, title, detail } = catalogue[code]
    super(fields.detail ?? detail)
    this.code = code
    this.status = status
    this.title = title
    this.detail = this.message
    this.errors = fields.errors ?? []
    this.headers = fields.headers ?? {}
    this.members = fields.members ?? {}
  }
}

/** `throw problem('NOTE_NOT_FOUND')` */
export function problem (code: ProblemCode, fields?: ProblemFields): Problem {
  return new Problem(code, fields)
}
