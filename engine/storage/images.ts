import { documentValue, findField, isDocument } from '../bson/value.js'
import { isTruthy } from '../bson/number.js'
import type { Collection } from './catalog.js'

const known = new WeakMap<Buffer, boolean>()

/** Whether the history keeps a collection's documents as they were before and after a change (`changeStreamPreAndPostImages`). */
export function keepsImages ({ options }: Collection): boolean {
  let keeps = known.get(options)
  if (keeps === undefined) known.set(options, keeps = readKeepsImages(options))
  return keeps
}

function readKeepsImages (options: Buffer): boolean {
  const images = findField(documentValue(options), 'changeStreamPreAndPostImages')
  const enabled = isDocument(images) ? findField(images, 'enabled') : undefined
  return enabled !== undefined && isTruthy(enabled)
}
