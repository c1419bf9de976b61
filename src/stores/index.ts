import type { Models } from '../models/index.js'

export type Stores = ReturnType<typeof createStores>

/** Data access with ownership built in: every call takes the acting user first. */
export function createStores (models: Models) {
  return {}
}
