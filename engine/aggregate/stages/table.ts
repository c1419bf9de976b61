import type { StageDefinition } from '../stage.js'
import { addFields, set } from './add-fields.js'
import { bucketAuto } from './bucket-auto.js'
import { bucket } from './bucket.js'
import { changeStreamSplitLargeEvent } from './change-stream-split-large-event.js'
import { changeStream } from './change-stream.js'
import { collStats } from './coll-stats.js'
import { count } from './count.js'
import { currentOp } from './current-op.js'
import { documents } from './documents.js'
import { facet } from './facet.js'
import { graphLookup } from './graph-lookup.js'
import { group } from './group.js'
import { indexStats } from './index-stats.js'
import { limit } from './limit.js'
import { listLocalSessions, listSessions } from './list-sessions.js'
import { lookup } from './lookup.js'
import { match } from './match.js'
import { merge } from './merge.js'
import { out } from './out.js'
import { project } from './project.js'
import { redact } from './redact.js'
import { replaceRoot, replaceWith } from './replace-root.js'
import { sample } from './sample.js'
import { skip } from './skip.js'
import { sortByCount } from './sort-by-count.js'
import { sort } from './sort.js'
import { unionWith } from './union-with.js'
import { unset } from './unset.js'
import { unwind } from './unwind.js'

/** Every stage there is, in alphabetical order: this table is also the statement of what pipelines can do (README.md). */
export const stages: readonly StageDefinition[] = [
  addFields,
  bucket,
  bucketAuto,
  changeStream,
  changeStreamSplitLargeEvent,
  collStats,
  count,
  currentOp,
  documents,
  facet,
  graphLookup,
  group,
  indexStats,
  limit,
  listLocalSessions,
  listSessions,
  lookup,
  match,
  merge,
  out,
  project,
  redact,
  replaceRoot,
  replaceWith,
  sample,
  set,
  skip,
  sort,
  sortByCount,
  unionWith,
  unset,
  unwind
]

/** What MongoDB only has in Atlas. */
export const atlasStages: ReadonlySet<string> = new Set(['$listSearchIndexes', '$search', '$searchMeta', '$vectorSearch'])

/** What MongoDB has and this engine has not: refused by name, so that a client learns it is not its own mistake. */
export const unsupportedStages: ReadonlySet<string> = new Set([
  '$densify', '$fill', '$geoNear',
  '$listSampledQueries', '$planCacheStats', '$setWindowFields',
  '$shardedDataDistribution'
])
