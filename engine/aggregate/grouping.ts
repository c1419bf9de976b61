import { buildDocument, documentValue, fields, isDocument, isEmpty, type Value } from '../bson/value.js'
import { NULL } from '../bson/scalar.js'
import { EngineError, notImplemented } from '../errors.js'
import type { Operand, VariableNames } from '../expression/expression.js'
import { encodeKey } from '../storage/key.js'
import type { Accumulator, AccumulatorFactory } from './accumulator.js'
import { accumulators, unsupportedAccumulators } from './accumulators/table.js'
import { MemoryLimit } from './memory-limit.js'
import type { Operation } from './operation.js'

/** A field of each group's document. */
export interface GroupField {
  readonly name: string
  readonly factory: AccumulatorFactory
}

/** Parses a field such as `total: { $sum: '$n' }`. @throws {EngineError} */
export function parseGroupField (name: string, value: Value, scope: VariableNames): GroupField {
  if (name.includes('.')) throw new EngineError(40235, `The field name '${name}' cannot contain '.'`)
  if (name.startsWith('$')) throw new EngineError(40236, `The field name '${name}' cannot be an operator name`)
  if (!isDocument(value) || isEmpty(value)) throw new EngineError(40234, `The field '${name}' must be an accumulator object`)
  const members = [...fields(value)]
  if (members.length !== 1) throw new EngineError(40238, `The field '${name}' must specify one accumulator`)
  const [[operator, argument]] = members
  const parse = accumulators.get(operator)
  if (parse !== undefined) return { name, factory: parse(argument, scope, operator) }
  if (unsupportedAccumulators.has(operator)) throw notImplemented(`the accumulator ${operator} is`)
  throw new EngineError(15952, `unknown group operator '${operator}'`)
}

interface Group {
  readonly id: Operand
  readonly accumulators: readonly Accumulator[]
}

/** What a group and each of its accumulators cost beside what they keep, roughly. */
const GROUP_BYTES = 200
const ACCUMULATOR_BYTES = 100

/** The groups of documents with equal ids; 1 and 1.0 are equal, as everywhere. */
export class Groups {
  readonly #fields: readonly GroupField[]
  readonly #operation: Operation
  readonly #memory: MemoryLimit
  readonly #groups = new Map<string, Group>()

  constructor (groupFields: readonly GroupField[], operation: Operation, stage: string) {
    this.#fields = groupFields
    this.#operation = operation
    this.#memory = new MemoryLimit(stage)
  }

  add (id: Operand, document: Value): void {
    const key = encodeKey([id], [1], this.#operation.collation).toString('latin1')
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = this.#open(id)
      this.#memory.charge(key.length)
      this.#groups.set(key, group)
    }
    for (const accumulator of group.accumulators) accumulator.add(document)
  }

  /** The groups' documents in the order in which the groups were met; MongoDB promises no order. */
  * documents (): Generator<Value> {
    for (const { id, accumulators } of this.#groups.values()) {
      yield groupDocument(id, this.#fields.map(({ name }, at) => [name, accumulators[at].result()]))
    }
  }

  #open (given: Operand): Group {
    this.#memory.charge(GROUP_BYTES + ACCUMULATOR_BYTES * this.#fields.length)
    const id = given && this.#memory.keep(given)
    const context = { operation: this.#operation, memory: this.#memory, id }
    return { id, accumulators: this.#fields.map(({ factory }) => factory.create(context)) }
  }
}

/** What is missing is null in a group's document, so that all of them have the same fields. */
export function groupDocument (id: Operand, results: ReadonlyArray<[name: string, result: Operand]>): Value {
  return documentValue(buildDocument([['_id', id ?? NULL], ...results.map(([name, result]): [string, Value] => [name, result ?? NULL])]))
}
