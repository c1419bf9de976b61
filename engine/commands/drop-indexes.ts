import { fields, isArray, isDocument, arrayElements, numberOf, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection, Index } from '../storage/catalog.js'
import { isSameKey, keyParts } from '../storage/index-spec.js'
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
      for (const index of selected(collection, wanted)) tx.dropIndex(collection, index)
      return { nIndexesWas: collection.indexes.length, msg: isAll(wanted) ? 'non-_id indexes dropped for collection' : undefined }
    })
  }
}

function isAll (wanted: Value): boolean {
  return !isDocument(wanted) && !isArray(wanted) && stringOf(wanted) === '*'
}

function selected (collection: Collection, wanted: Value): readonly Index[] {
  if (isAll(wanted)) return collection.indexes.slice(1)
  if (isArray(wanted)) return arrayElements(wanted).map((name) => byName(collection, stringOf(name)))
  return [isDocument(wanted) ? byKey(collection, wanted) : byName(collection, stringOf(wanted))]
}

function byName ({ indexes }: Collection, name: string): Index {
  const index = indexes.find((index) => index.name === name)
  if (index === undefined) throw new EngineError('IndexNotFound', `index not found with name [${name}]`)
  return droppable(index)
}

function byKey ({ indexes }: Collection, key: Value): Index {
  const parts = keyParts(key)
  const index = indexes.find((index) => isSameKey(index.key, parts))
  if (index === undefined) {
    const text = [...fields(key)].map(([path, direction]) => `${path}: ${numberOf(direction)}`).join(', ')
    throw new EngineError('IndexNotFound', `can't find index with key: { ${text} }`)
  }
  return droppable(index)
}

function droppable (index: Index): Index {
  if (index.name === '_id_') throw new EngineError('InvalidOptions', 'cannot drop _id index')
  return index
}
