import type { Value } from '../bson/value.js'
import type { Environment, VariableNames } from '../expression/expression.js'
import type { Sort } from '../query/sort.js'
import type { Namespace } from '../storage/namespace.js'
import type { Batches } from './batches.js'
import type { Operation } from './operation.js'

/** A parsed stage. */
export interface Stage {
  /**
   * Starts the stage upon the output of the one before.
   * @param wanted how many documents the stages behind will take at most
   */
  run (input: Batches, operation: Operation, wanted: number): Batches
  /** The collections and views that it reads beside its input, those of the pipelines inside of it included. */
  readonly reads?: readonly Namespace[]
  /** What a query can do in its stead, when the stage is among the first of its pipeline. */
  readonly clause?: Clause
  /** Whether it finds documents by their texts, which only a first stage can. */
  readonly isTextSearch?: boolean
  /** What the stage gives for so many documents: only of a stage that looks into none of them. */
  readonly ofCount?: (count: number, environment: Environment) => Value[]
  /** Whether it is no part of "Stable API V1", where that depends on what the stage is to do. */
  readonly isOutsideApi?: boolean
  /** What the stage makes of one document: only of a stage that makes one of each, which an update can use. */
  readonly change?: (document: Value, environment: Environment) => Value
  /** What the stage leaves of one document, perhaps nothing: only of a stage that looks at one at a time. */
  readonly select?: (document: Value, environment: Environment) => Value | undefined
}

export type Clause =
  | { readonly kind: 'filter', readonly filter: Value }
  | { readonly kind: 'sort', readonly sort: Sort }
  | { readonly kind: 'skip', readonly count: number }
  | { readonly kind: 'limit', readonly count: number }

/** A stage in its pipeline. */
export interface Step extends Stage {
  readonly definition: StageDefinition
  readonly specification: Value
}

/** Where a pipeline stands: in the command itself, behind its `$changeStream`, in a view, in a stage of another pipeline, or in place of an update's modifiers. */
export type Place = 'command' | '$changeStream' | 'view' | '$facet' | '$lookup' | '$unionWith' | 'update'

/** What a stage is parsed in. */
export interface Parsing {
  readonly place: Place
  readonly database: string
  /** The collection that the whole command is about, if it is about one. */
  readonly namespace?: Namespace
  /** The variables that its expressions may use. */
  readonly scope: VariableNames
  /** For what is constant: it counts as the stage is parsed. */
  readonly environment: Environment
  /** Parses a pipeline inside the stage. */
  parsePipeline (pipeline: Value, place: Place, scope?: VariableNames): Step[]
}

/** One kind of stage: a file of its own in stages/, and a line in stages/table.ts. */
export interface StageDefinition {
  readonly name: string
  /** Where it must stand. */
  readonly position?: 'first' | 'last'
  /** Whether it has documents of its own and reads those of no collection. */
  readonly isSource?: boolean
  /** Whether it puts out other documents than those it was given, and without the scores of a `$text` that these had. */
  readonly makesOthers?: boolean
  /** Whether it is no part of "Stable API V1". */
  readonly isOutsideApi?: boolean
  /** Whether transactions refuse it. */
  readonly isOutsideTransactions?: boolean
  /** Where it may not be used. */
  readonly notIn?: readonly Place[]
  /** @throws {EngineError} with MongoDB's code for what it cannot be */
  parse (specification: Value, parsing: Parsing): Stage
}
