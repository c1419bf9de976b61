import { Binary } from 'bson'
import { documentValue } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { pause, Slice } from '../plan/slice.js'
import type { Collection } from '../storage/catalog.js'
import type { Reply } from '../wire/reply.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

const unsupported = ['repair', 'metadata', 'checkBSONConformance', 'fixMultikey', 'enforceFastCount']

/** How many of the errors are told: a lost index has one for each document. */
const MAX_ERRORS = 100

export const validate: Command = {
  name: 'validate',
  summary: 'Compares the documents of a collection with its indexes, counters and validator while others write; always in full, repairs nothing',
  // scandata, which PyMongo still sends, has meant nothing to servers for long.
  fields: { validate: 'collection', full: 'bool', scandata: 'bool', background: 'bool', ...anyOf(unsupported) },

  async run (context) {
    const { args, store } = context
    refuseUnsupported(args, unsupported)
    if (args.bool('full') && args.bool('background')) {
      throw new EngineError('CommandNotSupported', 'Running the validate command with { background: true } is not supported with { full: true }')
    }
    const namespace = context.namespace('validate')
    const collection = store.catalog.find(namespace)
    if (collection === undefined) throw new EngineError('NamespaceNotFound', `Collection '${namespace}' does not exist to validate.`)
    return await validateCollection(context, collection)
  }
}

async function validateCollection (context: CommandContext, collection: Collection): Promise<Reply> {
  const { store } = context
  let slice = new Slice()
  const rest = async (): Promise<void> => { slice = await pause(() => context.checkInterrupt()) }
  let nNonCompliantDocuments = 0
  const { documents, findings, keysPerIndex, invalidIndexes } = await store.validate(collection, (document) => {
    if (document !== undefined && collection.validator?.accepts(documentValue(document)) === false) nNonCompliantDocuments++
    return slice.spend(document) ? rest() : undefined
  })
  const indexes = [...keysPerIndex.keys()]
  return {
    ns: String(collection.namespace),
    uuid: new Binary(collection.uuid, Binary.SUBTYPE_UUID),
    nInvalidDocuments: findings.filter(({ problem }) => problem === 'corrupt document').length,
    nNonCompliantDocuments,
    nrecords: documents,
    nIndexes: indexes.length,
    keysPerIndex: Object.fromEntries(keysPerIndex),
    indexDetails: Object.fromEntries(indexes.map((name) => [name, { valid: !invalidIndexes.has(name) }])),
    valid: findings.length === 0,
    repaired: false,
    warnings: nNonCompliantDocuments === 0 ? [] : ["Detected one or more documents not compliant with the collection's schema. See 'nNonCompliantDocuments'."],
    errors: findings.slice(0, MAX_ERRORS).map(({ problem, where }) => `${problem}: ${where}`),
    extraIndexEntries: [],
    missingIndexEntries: [],
    corruptRecords: []
  }
}
