/** MongoDB's error 11000: a unique index has the key already. */
export function isDuplicateKey (error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11000
}
