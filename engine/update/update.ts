import { fields, isArray, isDocument, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import { parseArrayFilters } from './array-filters.js'
import type { Difference } from './difference.js'
import type { UpdateContext } from './modifier.js'
import { parseModifiers } from './modifiers.js'
import { parseUpdatePipeline } from './pipeline.js'
import { parseReplacement } from './replacement.js'
import { withinLimit } from './size.js'

export type { UpdateContext } from './modifier.js'

/** A parsed update, which can be applied to any number of documents. */
export interface Update {
  readonly kind: 'modifiers' | 'replacement' | 'pipeline'
  /** What becomes of a document. */
  apply (document: Buffer, context: UpdateContext): Updated
  /** The document that an upsert inserts: what the filter says by equalities, then the update; with `_id` first. */
  insert (context: UpdateContext): Buffer
}

export interface Updated {
  /** The very same Buffer when nothing changed. */
  readonly document: Buffer
  /** How it differs from what it was; a replacement has no difference. */
  readonly difference?: Difference
}

export interface UpdateOptions {
  readonly arrayFilters?: readonly Value[]
  /** The operation's, for its collation and the expressions of a pipeline, whose time is that of the context in which the update is applied. */
  readonly environment?: Environment
}

const NO_ENVIRONMENT: Environment = { now: new Date(0), variables: new Map() }

/**
 * Parses the update of an `update` or `findAndModify` command: a document whose first name begins with `$` has
 * operators, any other one is a replacement, an array is a pipeline.
 * @throws {EngineError} with MongoDB 7.0's code and text, before any document is looked at
 */
export function parseUpdate (update: Value, options: UpdateOptions = {}): Update {
  return withSizeLimit(parseAnyUpdate(update, options))
}

function parseAnyUpdate (update: Value, { arrayFilters = [], environment = NO_ENVIRONMENT }: UpdateOptions): Update {
  if (isArray(update)) {
    if (arrayFilters.length > 0) throw new EngineError('FailedToParse', 'arrayFilters may not be specified for pipeline-syle updates')
    return parseUpdatePipeline(update, environment)
  }
  if (!isDocument(update)) throw new EngineError('FailedToParse', 'Update argument must be either an object or an array')
  const [first] = fields(update).next().value ?? ['']
  if (first.startsWith('$')) return parseModifiers(update, parseArrayFilters(arrayFilters, environment.collation), environment.collation)
  if (arrayFilters.length > 0) {
    throw new EngineError('FailedToParse', 'arrayFilters may not be specified for replacement-style updates')
  }
  return parseReplacement(update)
}

function withSizeLimit ({ kind, apply, insert }: Update): Update {
  return {
    kind,
    apply (document, context) {
      const updated = apply(document, context)
      withinLimit(updated.document)
      return updated
    },
    insert: (context) => withinLimit(insert(context))
  }
}
