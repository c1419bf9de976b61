import type { Step } from '../aggregate/stage.js'
import { EngineError } from '../errors.js'
import { openAggregation, readAggregation } from './aggregation.js'
import { changeStreamOf, openChangeStream } from './change-stream.js'
import type { Command } from './command.js'
import { firstBatch, readBatchSize } from './cursor-reply.js'
import { explainPipeline } from './explain-pipeline.js'
import { PipelineSource } from './pipeline-source.js'

export const aggregate: Command = {
  name: 'aggregate',
  summary: 'Pipelines of the stages listed below, hint, `let`, collation, batches; no files for what takes over 100 MB',
  inTransaction: 'part',
  // allowDiskUse has no files to allow.
  fields: {
    aggregate: ['string', 'number'],
    pipeline: 'array',
    cursor: 'document',
    explain: 'bool',
    allowDiskUse: 'bool',
    bypassDocumentValidation: 'bool',
    hint: ['string', 'document'],
    collation: 'document',
    let: 'document',
    readConcern: 'document',
    writeConcern: 'document'
  },

  async run (context) {
    const { args, data, database, now } = context
    const changeStream = changeStreamOf(args)
    if (changeStream !== undefined) return await openChangeStream(context, changeStream)
    const aggregation = readAggregation(args, database, now, data.catalog, args.bool('explain'))
    context.target = aggregation.namespace?.toString()
    if (args.bool('explain')) return await explainPipeline(context, aggregation, 'queryPlanner')
    if (!args.has('cursor')) throw new EngineError('FailedToParse', "The 'cursor' option is required, except for aggregate with the explain argument")
    if (context.transaction !== undefined) checkTransactional(aggregation.steps)
    const { output, pace } = openAggregation(context, aggregation)
    const name = String(aggregation.namespace ?? `${database}.$cmd.aggregate`)
    return await firstBatch(context, name, new PipelineSource(output, pace), { batchSize: readBatchSize(args) })
  }
}

function checkTransactional (steps: readonly Step[]): void {
  const refused = steps.find(({ definition }) => definition.isOutsideTransactions)
  if (refused !== undefined) {
    throw new EngineError('OperationNotSupportedInTransaction', `Stage not supported inside of a multi-document transaction: ${refused.definition.name}`)
  }
}
