import type { Connection } from 'mongoose'

export type Models = ReturnType<typeof createModels>

/** Binds every model to one connection: nothing hangs on mongoose's global one. */
export function createModels (connection: Connection) {
  return {}
}
