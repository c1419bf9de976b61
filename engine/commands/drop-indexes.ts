import { describe } from '../bson/describe.js'
import { equalValues } from '../bson/order.js'
import { arrayElements, BsonType, documentValue, findField, isArray, isDocument, stringOf, typeNames, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection, Index } from '../storage/catalog.js'
import type { Command } from './command.js'

export const dropIndexes: Command = {
  name: 'dropIndexes',
  aliases: ['deleteIndexes'],
  summary: 'Indexes by name, names, key, or all but that of `_id`',
  fields: { dropIndexes: 'collection', index: ['string', 'document', 'array'], writeConcern: 'document' },

  async run (context) {
    const namespace = context.namespace('dropIndexes')
    const wanted = context.args.requiredValue('index')
    return await context.store.write((tx) => {
      const collection = tx.catalog.find(namespace)
      if (collection === undefined) throw new EngineError('NamespaceNotFound', `ns not found ${namespace}`)
      for (const index of new Set(selected(collection, wanted))) tx.dropIndex(collection, index)
      return { nIndexesWas: collection.indexes.length, msg: isAll(wanted) ? 'non-_id indexes dropped for collection' : undefined }
    })
  }
}

function isAll (wanted: Value): boolean {
  return wanted.type === BsonType.string && stringOf(wanted) === '*'
}

function selected (collection: Collection, wanted: Value): readonly Index[] {
  if (isAll(wanted)) return collection.indexes.filter(({ isId }) => !isId)
  if (isDocument(wanted)) return [byKey(collection, wanted)]
  return (isArray(wanted) ? arrayElements(wanted) : [wanted]).map((name) => byName(collection, name))
}

function byName ({ indexes }: Collection, name: Value): Index {
  if (name.type !== BsonType.string) throw new EngineError('TypeMismatch', `dropIndexes.index must name indexes by strings, not by type '${typeNames[name.type]}'`)
  const index = indexes.find((index) => index.name === stringOf(name))
  if (index === undefined) throw new EngineError('IndexNotFound', `index not found with name [${stringOf(name)}]`)
  return droppable(index)
}

function byKey ({ indexes }: Collection, key: Value): Index {
  const [index, ...others] = indexes.filter(({ spec }) => equalValues(findField(documentValue(spec), 'key'), key))
  if (index === undefined) throw new EngineError('IndexNotFound', `can't find index with key: ${describe(key)}`)
  if (others.length > 0) {
    throw new EngineError('AmbiguousIndexKeyPattern', `${1 + others.length} indexes found for key: ${describe(key)}, identify by name instead.`)
  }
  return droppable(index)
}

function droppable (index: Index): Index {
  if (index.isId) throw new EngineError('InvalidOptions', 'cannot drop _id index')
  return index
}
