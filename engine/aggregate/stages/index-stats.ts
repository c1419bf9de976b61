import { hostname } from 'node:os'
import { int64Value } from '../../bson/number.js'
import { dateValue, stringValue, TRUE } from '../../bson/scalar.js'
import { buildDocument, documentValue, findField, isDocument, isEmpty, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { isView, type Index } from '../../storage/catalog.js'
import { inBatches } from '../batches.js'
import type { StageDefinition } from '../stage.js'

/** How often each index of the collection was used, in place of its documents. */
export const indexStats: StageDefinition = {
  name: '$indexStats',
  position: 'first',
  isOutsideApi: true,
  isOutsideTransactions: true,
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse (specification, { namespace }) {
    if (!isDocument(specification) || !isEmpty(specification)) throw new EngineError(28803, 'The $indexStats stage specification must be an empty object')
    if (namespace === undefined) throw new EngineError('InvalidNamespace', '$indexStats needs a collection')
    return {
      async * run (_input, operation) {
        const entry = operation.data.catalog.entry(namespace)
        if (isView(entry)) throw new EngineError(40602, '$indexStats is only valid as the first stage in a pipeline')
        yield * inBatches((entry?.indexes ?? []).map(describe), operation)
      }
    }
  }
}

function describe ({ name, spec, usage, ready }: Index): Value {
  const accesses = buildDocument([['ops', int64Value(BigInt(usage.operations))], ['since', dateValue(BigInt(usage.since.getTime()))]])
  return documentValue(buildDocument([
    ['name', stringValue(name)],
    ['key', findField(documentValue(spec), 'key')!],
    ['host', stringValue(hostname())],
    ['accesses', documentValue(accesses)],
    ['spec', documentValue(spec)],
    ...ready ? [] : [['building', TRUE] as const]
  ]))
}
