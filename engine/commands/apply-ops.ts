import { fields, type Value } from '../bson/value.js'
import { EngineError, notImplemented } from '../errors.js'
import { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { readFields, type Arguments } from './arguments.js'
import type { Command } from './command.js'
import { create, readNewOptions } from './create.js'
import type { Fields } from './fields.js'
import { anyOf, refuseUnsupported } from './unsupported.js'
import { asksForView } from './view-definition.js'

const unsupported = ['allowAtomic', 'alwaysUpsert', 'oplogApplicationMode', 'preCondition']

/** What says when and by whom an operation was done, and changes nothing of it. */
const origin: Fields = { ts: 'timestamp', t: 'number', v: 'number', h: 'number', wall: 'any' }

const unsupportedInOperation = ['o2', 'b', 'lsid', 'txnNumber', 'prevOpTime', 'multiOpType', 'stmtId']
const operationFields: Fields = { op: 'string', ns: 'string', o: 'document', ui: 'binary', ...origin, ...anyOf(unsupportedInOperation) }

/** Means nothing in a command that is part of another one. */
const unsupportedInCommand = ['writeConcern']

/** They are done in one work, and nothing else can run until it ends; mongorestore sends them one by one. */
const MAX_OPERATIONS = 100

const COMMANDS = '.$cmd'
const UUID_SUBTYPE = 4
const UUID_BYTES = 16

/** What `mongorestore --preserveUUID` needs: nothing else can give a collection its UUID. */
export const applyOps: Command = {
  name: 'applyOps',
  summary: 'Only the creation of collections, up to 100, also with a given UUID; all of them or none',
  fields: { applyOps: 'array', bypassDocumentValidation: 'bool', writeConcern: 'document', ...anyOf(unsupported) },

  async run ({ args, store }) {
    refuseUnsupported(args, unsupported)
    const operations = args.requiredDocuments('applyOps')
    if (operations.length > MAX_OPERATIONS) throw notImplemented(`applyOps: more than ${MAX_OPERATIONS} operations at once are`)
    const creations = operations.map(readOperation)
    await store.write((tx) => {
      for (const creation of creations) make(tx, creation)
    })
    return { applied: creations.length, results: creations.map(() => true) }
  }
}

interface Creation {
  readonly namespace: Namespace
  readonly options: Buffer
  readonly uuid: Buffer | undefined
}

/** @throws {EngineError} NotImplemented for whatever is not the creation of a collection, and what `create` says of its options */
function readOperation (operation: Value): Creation {
  const args = readFields('applyOps.applyOps', operationFields, operation)
  const kind = args.requiredString('op')
  if (kind !== 'c') throw notImplemented(`applyOps: operations of kind '${kind}' are`)
  refuseUnsupported(args, unsupportedInOperation)
  const command = args.requiredDocument('o')
  const [name] = fields(command).next().value ?? ['']
  if (name !== create.name) throw notImplemented(`applyOps: the command '${name}' is`)
  const creation = readFields(name, create.fields, command)
  refuseUnsupported(creation, unsupportedInCommand)
  if (asksForView(creation)) throw notImplemented('applyOps: views are')
  const namespace = new Namespace(databaseOf(args), creation.requiredString(name))
  return { namespace, options: readNewOptions(creation, namespace), uuid: readUuid(args) }
}

/** Commands are recorded under `database.$cmd`. */
function databaseOf (args: Arguments): string {
  const namespace = args.requiredString('ns')
  if (!namespace.endsWith(COMMANDS)) throw new EngineError('InvalidNamespace', `Invalid namespace specified '${namespace}'`)
  return namespace.slice(0, -COMMANDS.length)
}

function readUuid (args: Arguments): Buffer | undefined {
  const given = args.binary('ui')
  if (given === undefined) return undefined
  if (given.subtype !== UUID_SUBTYPE || given.bytes.length !== UUID_BYTES) throw new EngineError('InvalidUUID', "'ui' must be a UUID")
  return Buffer.from(given.bytes)
}

/** A collection that is there with this UUID is no error, as with MongoDB; one of another name is, which MongoDB would rename. */
function make (tx: Tx, { namespace, options, uuid }: Creation): void {
  const owner = uuid && tx.catalog.byUuid(uuid)
  if (owner === undefined) tx.createCollection(namespace, options, uuid)
  else if (String(owner.namespace) !== String(namespace)) throw notImplemented(`applyOps: ${namespace} with the UUID of ${owner.namespace} is`)
}
