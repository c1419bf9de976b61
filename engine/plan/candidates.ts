import type { Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import { DocumentCandidates, IdCandidates } from './document-candidates.js'
import { IndexEntries } from './index-entries.js'
import { MergedCandidates } from './merged-candidates.js'
import type { Access } from './planner.js'
import { RangeCandidates } from './range-candidates.js'
import { TextCandidates } from './text-candidates.js'
import { UnionCandidates } from './union-candidates.js'

/**
 * Is given a candidate, whose buffers it may keep, or what turned out to be none: a document that was met before or is
 * gone. Returns whether it wants more.
 */
export type Take = (recordId: Buffer, document: Buffer | undefined) => boolean

/** The documents that a plan leads to. */
export interface Candidates {
  readonly keysExamined: number
  /**
   * Hands over one candidate after the other. When `take` has had enough, the next call goes on behind the last one, on
   * the state that the store has then; in between nothing of the store is held.
   */
  read (take: Take): 'ended' | 'stopped'
}

export interface CandidateOptions {
  /** Whether an index must not lead to a document twice, even if the document is moved on in it meanwhile. */
  readonly once: boolean
  /** Whether the entries of an index are all that matters: each is handed over with an empty buffer in place of its document. */
  readonly isCovered: boolean
}

export function candidatesOf (reader: Reader, collection: Collection, access: Access, options: CandidateOptions): Candidates {
  switch (access.kind) {
    case 'ids': return new IdCandidates(reader, collection, access.recordIds)
    case 'text': return new TextCandidates(reader, collection, access)
    case 'union': return new UnionCandidates(access.branches.map((branch) => candidatesOf(reader, collection, branch, options)))
    case 'collection': return new DocumentCandidates(reader, collection, access.reverse)
    case 'index': {
      const entries = new IndexEntries(reader, collection, access, options)
      return access.isMerge ? new MergedCandidates(entries, access) : new RangeCandidates(entries, access.ranges)
    }
  }
}
