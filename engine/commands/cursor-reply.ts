import { andThen } from '../and-then.js'
import type { Reply } from '../wire/reply.js'
import { readFields, type Arguments } from './arguments.js'
import type { CommandContext } from './context.js'
import { AT_ONCE, type BatchLimits, type CursorSource } from './cursors.js'

/** The number of documents in a first batch when the client does not say, and the bytes of any: as in MongoDB. */
const FIRST_BATCH = 101
const MAX_BATCH_BYTES = 16 * 1024 * 1024

/** For how long a getMore waits for a change if it does not say, in milliseconds: as in MongoDB. */
const AWAIT_MS = 1000

export interface FirstBatch {
  readonly batchSize?: number
  /** Whether the client wants nothing but this batch. */
  readonly isOnly?: boolean
}

/**
 * Reads the first batch of `source` and keeps the rest as a cursor.
 * @param namespace what the cursor is found under: `db.collection`, or `db.$cmd.command` for lists
 */
export function firstBatch (context: CommandContext, namespace: string, source: CursorSource, { batchSize = FIRST_BATCH, isOnly = false }: FirstBatch): Reply | Promise<Reply> {
  return andThen(source.next(limitsOf(batchSize), () => context.checkInterrupt(), AT_ONCE), ({ documents, isLast, resumeToken }) => {
    const id = isLast || isOnly ? 0n : context.services.cursors.add(namespace, source, context)
    return { cursor: { firstBatch: documents, postBatchResumeToken: resumeToken, id, ns: namespace } }
  })
}

/** The next batch of a cursor; a batch without a size is only limited by its bytes. */
export async function nextBatch (context: CommandContext, namespace: string, id: bigint, batchSize = Infinity): Promise<Reply> {
  const patience = context.patience(context.args.count('maxTimeMS') ?? AWAIT_MS)
  const asking = { checkInterrupt: () => context.checkInterrupt(), patience, isTimed: context.args.has('maxTimeMS'), transaction: context.transaction }
  const { documents, isLast, resumeToken } = await context.services.cursors.next(id, namespace, limitsOf(batchSize), asking)
  return { cursor: { nextBatch: documents, postBatchResumeToken: resumeToken, id: isLast ? 0n : id, ns: namespace } }
}

/** A list that is complete at once, such as that of the collections, in batches. */
export function listSource (documents: readonly Buffer[]): CursorSource {
  let at = 0
  return {
    next (limits) {
      const batch = documents.slice(at, at + limits.documents)
      at += batch.length
      return { documents: batch, isLast: at === documents.length }
    }
  }
}

/** The `cursor` argument of the commands that answer with a list: `{ batchSize }`, which may be left out. */
export function readBatchSize (args: Arguments): number | undefined {
  const cursor = args.document('cursor')
  return cursor && readFields(`${args.path}.cursor`, { batchSize: 'number' }, cursor).count('batchSize')
}

function limitsOf (batchSize: number): BatchLimits {
  return { documents: batchSize, bytes: MAX_BATCH_BYTES }
}
