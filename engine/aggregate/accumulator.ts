import type { Value } from '../bson/value.js'
import type { Operand, VariableNames } from '../expression/expression.js'
import type { MemoryLimit } from './memory-limit.js'
import type { Operation } from './operation.js'

/** What is gathered of the documents of one group. */
export interface Accumulator {
  add (document: Value): void
  /** A missing result becomes null in the group's document. */
  result (): Operand
}

/** What the accumulator of a group is made with. */
export interface GroupContext {
  readonly operation: Operation
  /** To be told of everything that is kept. */
  readonly memory: MemoryLimit
  /** The group's `_id`, upon which the `n` of `$firstN` and its like may depend. */
  readonly id: Operand
}

/** A parsed accumulator: makes one for each group. */
export interface AccumulatorFactory {
  create (context: GroupContext): Accumulator
  /** What a group of so many documents gives, if that is all that counts. */
  readonly ofCount?: (count: number) => Value
}

/** Parses what is given to an accumulator: `'$n'` of `{ $sum: '$n' }`. */
export type ParseAccumulator = (argument: Value, scope: VariableNames, name: string) => AccumulatorFactory

/** One family of accumulators by their names. */
export type Accumulators = Readonly<Record<string, ParseAccumulator>>
