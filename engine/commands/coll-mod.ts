import { Binary } from 'bson'
import { describe } from '../bson/describe.js'
import { isTruthy, nearestDouble } from '../bson/number.js'
import { equalValues } from '../bson/order.js'
import { buildDocument, documentValue, fields, findField, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection, Index } from '../storage/catalog.js'
import type { Modification } from '../storage/collection-changes.js'
import { readIndexSpec } from '../storage/index-options.js'
import type { Reply } from '../wire/reply.js'
import { readFields, type Arguments } from './arguments.js'
import { changedOptions, optionFields } from './collection-options.js'
import type { Command } from './command.js'
import type { Fields } from './fields.js'
import { changedKind, kindChangeFields } from './kind-options.js'
import { anyOf, refuseUnsupported } from './unsupported.js'
import { asksForView, changeView, viewFields } from './view-definition.js'

const unsupported = ['timeseries', 'dryRun']

/** The options of an index that can be changed. */
const changeable = ['expireAfterSeconds', 'hidden']

const indexFields: Fields = {
  name: 'string', keyPattern: 'document', expireAfterSeconds: 'number', hidden: 'bool', ...anyOf(['unique', 'prepareUnique'])
}

export const collMod: Command = {
  name: 'collMod',
  summary: 'The validator with its level and action; images for change streams; the limits of a capped collection; when documents or an index expire; whether an index is hidden; the definition of a view',
  fields: { collMod: 'collection', index: 'document', writeConcern: 'document', ...optionFields, ...kindChangeFields, ...viewFields, ...anyOf(unsupported) },

  async run (context) {
    const { args, now, store } = context
    refuseUnsupported(args, unsupported)
    const namespace = context.namespace('collMod')
    const change = args.document('index')
    const wanted = change && readChange(change)
    return await store.write((tx) => {
      const view = tx.catalog.view(namespace)
      if (view !== undefined) {
        changeView(tx, args, view, now)
        return {}
      }
      const collection = tx.catalog.find(namespace)
      if (collection === undefined) throw new EngineError('NamespaceNotFound', `ns does not exist: ${namespace}`)
      if (asksForView(args)) throw new EngineError('InvalidOptions', `${namespace} is not a view`)
      const options = changedOptions(args, namespace, changedKind(args, collection))
      if (!options.equals(collection.options)) tx.changeOptions(collection, options)
      const index = wanted && indexToChange(collection, wanted)
      if (index !== undefined) tx.changeIndex(collection, index, readIndexSpec(documentValue(changedSpec(index, wanted!))))
      tx.recordModification(collection, modification(args, collection, index))
      return index === undefined ? {} : outcome(index, wanted!)
    })
  }
}

/** What a change stream tells: what was asked for, and how the collection and the index were before. */
function modification (args: Arguments, { uuid, options }: Collection, index: Index | undefined): Modification {
  const change = [...Object.keys(optionFields), 'index'].flatMap((name): Array<[string, Value]> => {
    const value = args.value(name)
    return value === undefined ? [] : [[name, value]]
  })
  const collectionOptions = buildDocument([['uuid', valueFrom(new Binary(uuid, Binary.SUBTYPE_UUID))], ...fields(documentValue(options))])
  const before: Array<[string, Value]> = [['collectionOptions', documentValue(collectionOptions)]]
  if (index !== undefined) before.push(['indexOptions', documentValue(buildDocument([...fields(documentValue(index.spec))].filter(([name]) => changeable.includes(name))))])
  return { change: buildDocument(change), before: buildDocument(before) }
}

function readChange (change: Value): Arguments {
  const args = readFields('collMod.index', indexFields, change)
  refuseUnsupported(args, ['unique', 'prepareUnique'])
  if (args.has('name') === args.has('keyPattern')) {
    throw new EngineError('InvalidOptions', args.has('name') ? 'Cannot specify both key pattern and name.' : 'Must specify either index name or key pattern.')
  }
  if (!args.has('expireAfterSeconds') && !args.has('hidden')) {
    throw new EngineError('InvalidOptions', 'no expireAfterSeconds, hidden, unique, or prepareUnique field')
  }
  return args
}

/** @throws {EngineError} IndexNotFound, or BadValue for that of `_id`, which is always as it is */
function indexToChange ({ indexes, namespace }: Collection, args: Arguments): Index {
  const [name, key] = [args.string('name'), args.document('keyPattern')]
  const found = indexes.filter((index) => key === undefined ? index.name === name : equalValues(findField(documentValue(index.spec), 'key'), key))
  if (found.length > 1) throw new EngineError('AmbiguousIndexKeyPattern', `index keyPattern ${describe(key!)} matches ${found.length} indexes, must use index name.`)
  const [index] = found
  if (index === undefined) throw new EngineError('IndexNotFound', `cannot find index ${key === undefined ? name : describe(key)} for ns ${namespace}`)
  if (index.isId) throw new EngineError('BadValue', args.has('hidden') ? "can't hide _id index" : 'the _id field does not support TTL indexes')
  return index
}

/** The index's spec with the options in place of those that it had. */
function changedSpec ({ spec }: Index, args: Arguments): Buffer {
  const options = changeable.filter((name) => args.has(name))
  const kept = [...fields(documentValue(spec))].filter(([name]) => !options.includes(name))
  return buildDocument([...kept, ...options.map((name): [string, Value] => [name, args.requiredValue(name)])])
}

/** What was and what is; an option that stays as it was is not mentioned. */
function outcome ({ expireAfterSeconds, hidden }: Index, args: Arguments): Reply {
  const [seconds, hide] = [args.value('expireAfterSeconds'), args.value('hidden')]
  return {
    ...(seconds !== undefined && {
      expireAfterSeconds_old: expireAfterSeconds === undefined ? undefined : BigInt(expireAfterSeconds),
      expireAfterSeconds_new: BigInt(Math.trunc(nearestDouble(seconds)))
    }),
    ...(hide !== undefined && isTruthy(hide) !== hidden && { hidden_old: hidden, hidden_new: !hidden })
  }
}
