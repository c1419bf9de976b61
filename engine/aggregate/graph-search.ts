import { int64Value } from '../bson/number.js'
import { arrayElements, arrayValue, buildDocument, documentValue, findField, isArray, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Expression } from '../expression/expression.js'
import type { Path } from '../query/path.js'
import { encodeKey } from '../storage/key.js'
import type { Namespace } from '../storage/namespace.js'
import { MemoryLimit } from './memory-limit.js'
import { openPipeline } from './open-pipeline.js'
import { evaluate, type Operation } from './operation.js'
import { setPath } from './set-path.js'
import { matching } from './stages/match.js'
import { valuesAt } from './values-at.js'

/** Which references are followed, and how far. */
export interface Graph {
  readonly from: Namespace
  readonly startWith: Expression
  readonly connectFromField: Path
  readonly connectToField: string
  /** How many steps away from the first documents the last ones may be; Infinity for any. */
  readonly maxDepth: number
  /** Where each document is given the number of steps to it. */
  readonly depthField: readonly string[] | undefined
  /** What the documents must fulfil beside. */
  readonly restriction: Value | undefined
}

/** The search from one document, breadth first. */
export class GraphSearch {
  readonly #graph: Graph
  readonly #operation: Operation
  readonly #memory = new MemoryLimit('$graphLookup', 40099)
  /** The documents found, by the keys of their `_id`. */
  readonly #reached = new Map<string, Value>()
  /** The keys of the values that have been looked for, or are to be next: what they lead to is known already. */
  readonly #asked = new Set<string>()
  #next: Value[] = []

  constructor (graph: Graph, operation: Operation) {
    this.#graph = graph
    this.#operation = operation
  }

  async run (document: Value): Promise<Value[]> {
    const start = evaluate(this.#graph.startWith, document, this.#operation)
    if (start !== undefined) this.#ask(isArray(start) ? arrayElements(start) : [start])
    for (let depth = 0; this.#next.length > 0 && depth <= this.#graph.maxDepth; depth++) await this.#step(depth)
    return [...this.#reached.values()]
  }

  /** Finds what the values that are due lead to, and with it the values of the next step. */
  async #step (depth: number): Promise<void> {
    const { from, connectToField, restriction } = this.#graph
    const connection = field(connectToField, field('$in', arrayValue(this.#next)))
    const filter = restriction === undefined ? connection : field('$and', arrayValue([restriction, connection]))
    this.#next = []
    for await (const batch of openPipeline([matching(filter)], from, this.#operation)) {
      for (const document of batch) this.#add(document, depth)
    }
  }

  #add (document: Value, depth: number): void {
    const { depthField, connectFromField } = this.#graph
    const id = findField(document, '_id')
    if (id === undefined) throw new EngineError(40271, `Documents in the '${this.#graph.from}' namespace must contain an _id for de-duplication in $graphLookup`)
    const key = this.#keyOf(id)
    if (this.#reached.has(key)) return
    const found = depthField === undefined ? document : setPath(document, depthField, int64Value(BigInt(depth)))
    this.#memory.charge(key.length)
    this.#reached.set(key, this.#memory.keep(found))
    this.#ask(valuesAt(document, connectFromField))
  }

  #ask (values: readonly Value[]): void {
    for (const value of values) {
      const key = this.#keyOf(value)
      if (this.#asked.has(key)) continue
      this.#memory.charge(key.length)
      this.#asked.add(key)
      this.#next.push(this.#memory.keep(value))
    }
  }

  /** The same for values that are equal, such as 1 and 1.0. */
  #keyOf (value: Value): string {
    return encodeKey([value], [1], this.#operation.collation).toString('latin1')
  }
}

function field (name: string, value: Value): Value {
  return documentValue(buildDocument([[name, value]]))
}
