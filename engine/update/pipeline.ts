import { describeField } from '../bson/describe.js'
import { equalValues } from '../bson/order.js'
import { MAX_DEPTH } from '../bson/validate.js'
import { documentValue, findField, payload, type Value } from '../bson/value.js'
import { parsePipeline } from '../aggregate/pipeline.js'
import type { Stage } from '../aggregate/stage.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import { differenceOf } from './document-difference.js'
import { withId } from './document-id.js'
import type { UpdateContext } from './modifier.js'
import { isDeeperThan, tooDeep } from './nesting.js'
import { seedDocument } from './seed.js'
import type { Update } from './update.js'

type Change = NonNullable<Stage['change']>

/**
 * Parses an update that is given as an aggregation pipeline, of stages that make one document of each.
 * @throws {EngineError} InvalidOptions for a stage that does not
 */
export function parseUpdatePipeline (pipeline: Value, environment: Environment): Update {
  const changes = parsePipeline(pipeline, { database: '', place: 'update', environment }).map(({ change, definition: { name } }): Change => {
    if (change === undefined) throw new EngineError('InvalidOptions', `${name} is not allowed to be used within an update`)
    return change
  })
  const run = (document: Value, { now }: UpdateContext): Buffer => {
    const changed = changes.reduce((value, change) => change(value, { ...environment, now }), document)
    if (isDeeperThan(MAX_DEPTH, changed)) throw tooDeep()
    return payload(changed)
  }
  return {
    kind: 'pipeline',
    apply (document, context) {
      const before = documentValue(document)
      const after = withSameId(run(before, context), findField(before, '_id'), context)
      return after.equals(document) ? { document } : { document: after, difference: differenceOf(before, documentValue(after)) }
    },
    insert (context) {
      const seed = seedDocument(context)
      return withSameId(run(seed, context), findField(seed, '_id'), context)
    }
  }
}

/** A pipeline may leave the `_id` out, which then remains, but not change it. */
function withSameId (changed: Buffer, id: Value | undefined, { newObjectId }: UpdateContext): Buffer {
  const document = withId(changed, () => id ?? newObjectId())
  const after = findField(documentValue(document), '_id')
  if (id !== undefined && after !== undefined && !equalValues(id, after)) {
    throw new EngineError('ImmutableField', `After applying the update, the (immutable) field '_id' was found to have been altered to ${describeField('_id', after)}`)
  }
  return document
}
