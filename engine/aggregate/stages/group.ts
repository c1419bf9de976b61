import { fields, isDocument, type Value } from '../../bson/value.js'
import { EMPTY_DOCUMENT } from '../../bson/scalar.js'
import { EngineError } from '../../errors.js'
import { parseExpression, type Expression, type VariableNames } from '../../expression/expression.js'
import { forEach, inBatches } from '../batches.js'
import { groupDocument, Groups, parseGroupField, type GroupField } from '../grouping.js'
import { evaluate } from '../operation.js'
import type { Stage, StageDefinition } from '../stage.js'

export const group: StageDefinition = {
  name: '$group',
  makesOthers: true,
  notIn: ['update'],

  parse (specification, { scope }) {
    const { id, groupFields } = readGroup(specification, scope)
    return {
      ofCount: ofCount(id, groupFields),
      async * run (input, operation) {
        const groups = new Groups(groupFields, operation, '$group')
        await forEach(input, operation, (document) => groups.add(evaluate(id, document, operation), document))
        yield * inBatches(groups.documents(), operation)
      }
    }
  }
}

function readGroup (specification: Value, scope: VariableNames): { id: Expression, groupFields: GroupField[] } {
  if (!isDocument(specification)) throw new EngineError(15947, "a group's fields must be specified in an object")
  let id: Expression | undefined
  const groupFields: GroupField[] = []
  for (const [name, value] of fields(specification)) {
    if (name === '_id') {
      if (id !== undefined) throw new EngineError(15948, "a group's _id may only be specified once")
      id = parseExpression(value, scope)
    } else {
      groupFields.push(parseGroupField(name, value, scope))
    }
  }
  if (id === undefined) throw new EngineError(15955, 'a group specification must include an _id')
  return { id, groupFields }
}

/** With a constant id and accumulators that only count, such as drivers send to count documents, no document is looked into. */
function ofCount (id: Expression, groupFields: readonly GroupField[]): Stage['ofCount'] {
  const counted = groupFields.flatMap(({ name, factory }) => factory.ofCount === undefined ? [] : [{ name, result: factory.ofCount }])
  if (!id.isConstant || counted.length < groupFields.length) return undefined
  return (count, environment) => count === 0
    ? []
    : [groupDocument(evaluate(id, EMPTY_DOCUMENT, environment), counted.map(({ name, result }) => [name, result(count)]))]
}
