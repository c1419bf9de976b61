import type { Value } from '../bson/value.js'
import { keepTextScore } from '../query/text-score.js'
import type { Operation } from './operation.js'

/** What flows from one stage to the next: documents in their order, some at a time because waiting for each one costs more. */
export type Batches = AsyncIterable<readonly Value[]>

/** A batch is passed on when it has so many documents or bytes: enough to be fast, and little to hold in every stage. */
const MAX_DOCUMENTS = 128
const MAX_BYTES = 1024 * 1024

/** The same where each batch is a commit, which takes as long for few documents as for some more. */
const DOCUMENTS_PER_COMMIT = 500

/** Collects documents for the next batch. */
export class BatchBuilder {
  readonly #limit: number
  #documents: Value[] = []
  #bytes = 0

  constructor (limit = MAX_DOCUMENTS) {
    this.#limit = limit
  }

  get isEmpty (): boolean {
    return this.#documents.length === 0
  }

  /** Returns whether the batch should be taken now. */
  add (document: Value): boolean {
    this.#bytes += document.end - document.start
    return this.#documents.push(document) >= this.#limit || this.#bytes >= MAX_BYTES
  }

  take (): Value[] {
    const documents = this.#documents
    this.#documents = []
    this.#bytes = 0
    return documents
  }
}

/** Makes of each document any number of others. */
export async function * flatMap (input: Batches, { pace }: Operation, change: (document: Value) => Iterable<Value>): Batches {
  const output = new BatchBuilder()
  for await (const batch of input) {
    for (const document of batch) {
      for (const result of change(document)) {
        if (output.add(keepTextScore(result, document))) yield output.take()
        if (pace.isDue) await pace.rest()
      }
      if (pace.isDue) await pace.rest()
    }
    if (!output.isEmpty) yield output.take()
  }
}

/** Makes of each document another one. */
export function map (input: Batches, operation: Operation, change: (document: Value) => Value): Batches {
  return flatMap(input, operation, (document) => [change(document)])
}

/** Reads everything, for a stage that gives nothing before it has seen all. */
export async function forEach (input: Batches, { pace }: Operation, visit: (document: Value) => void): Promise<void> {
  for await (const batch of input) {
    for (const document of batch) {
      visit(document)
      if (pace.isDue) await pace.rest()
    }
  }
}

/** Passes on what is there already, or is made while it is asked for. */
export async function * inBatches (documents: Iterable<Value>, { pace }: Operation): Batches {
  const output = new BatchBuilder()
  for (const document of documents) {
    if (output.add(document)) yield output.take()
    if (pace.isDue) await pace.rest()
  }
  if (!output.isEmpty) yield output.take()
}

/** Puts batches together for a stage that writes them. */
export async function * inCommits (input: Batches): Batches {
  const output = new BatchBuilder(DOCUMENTS_PER_COMMIT)
  for await (const batch of input) {
    for (const document of batch) if (output.add(document)) yield output.take()
  }
  if (!output.isEmpty) yield output.take()
}
