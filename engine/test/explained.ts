import type { Collection, Document, Filter, FindOptions } from 'mongodb'

export interface Explained {
  /** The stages of the plan, the last one outside, as `LIMIT > FETCH > IXSCAN`. */
  readonly stages: string
  readonly indexName: string | undefined
  readonly direction: string | undefined
  readonly ranges: number | undefined
  readonly keys: number
  readonly documents: number
  readonly returned: number
}

/** What `explain` says of a find, flattened. */
export async function explained <Schema extends Document = Document> (collection: Collection<Schema>, filter: Filter<Schema>, options: FindOptions = {}): Promise<Explained> {
  const { queryPlanner, executionStats } = await collection.find(filter, options).explain('executionStats')
  const stages: Document[] = []
  for (let stage = queryPlanner.winningPlan; stage !== undefined; stage = stage.inputStage) stages.push(stage)
  const access = stages[stages.length - 1]
  return {
    stages: stages.map(({ stage }) => stage).join(' > '),
    indexName: access.indexName,
    direction: access.direction,
    ranges: access.rangesScanned,
    keys: executionStats.totalKeysExamined,
    documents: executionStats.totalDocsExamined,
    returned: executionStats.nReturned
  }
}
