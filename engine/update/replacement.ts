import { describeField } from '../bson/describe.js'
import { equalValues } from '../bson/order.js'
import { documentValue, findField, forEachField, payload, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { withId } from './document-id.js'
import type { UpdateContext } from './modifier.js'
import { seedId } from './seed.js'
import { dollarPrefixed } from './storable.js'
import { fillTimestamps } from './timestamps.js'
import type { Update } from './update.js'

/** A replacement: the whole document but for its `_id`. */
export function parseReplacement (update: Value): Update {
  const replacement = payload(update)
  return {
    kind: 'replacement',
    apply (document, context) {
      // Only the very document is no change, as in mongod: one without `_id` always counts as a modification.
      if (replacement.equals(document)) return { document }
      forEachField(update, (name) => {
        if (name.startsWith('$')) throw dollarPrefixed(name)
      })
      return { document: replace(replacement, findField(documentValue(document), '_id'), context) }
    },
    insert (context) {
      return replace(replacement, seedId(context.filter), context)
    }
  }
}

function replace (replacement: Buffer, id: Value | undefined, { timestamp, keepsEmptyTimestamps, newObjectId }: UpdateContext): Buffer {
  const filled = keepsEmptyTimestamps ? replacement : fillTimestamps(replacement, timestamp)
  const document = withId(filled, () => id ?? newObjectId())
  const given = findField(documentValue(document), '_id')
  if (id !== undefined && given !== undefined && !equalValues(id, given)) {
    throw new EngineError('ImmutableField', `After applying the update, the (immutable) field '_id' was found to have been altered to ${describeField('_id', given)}`)
  }
  return document
}
