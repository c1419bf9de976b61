import { arrayElements, boolOf, buildDocument, documentValue, findField, payload, stringOf, valueFrom, arrayValue, type Value } from '../bson/value.js'
import type { Collection, Index } from './catalog.js'
import { fromOptions } from './collection-options.js'
import { indexFromSpec } from './index-spec.js'
import { Namespace } from './namespace.js'

/** A collection as it is stored in the catalog's table, under its id. */
export function encodeCollection ({ namespace, uuid, options, indexes }: Collection): Buffer {
  return buildDocument([
    ['database', valueFrom(namespace.database)],
    ['collection', valueFrom(namespace.collection)],
    ['uuid', valueFrom(uuid)],
    ['options', documentValue(options)],
    ['indexes', arrayValue(indexes.map((index) => documentValue(encodeIndex(index))))]
  ])
}

export function decodeCollection (id: number, row: Buffer): Collection {
  const field = fieldsOf(documentValue(row))
  return {
    id,
    namespace: new Namespace(stringOf(field('database')), stringOf(field('collection'))),
    uuid: payload(field('uuid')).subarray(5), // behind the length and the subtype
    ...fromOptions(payload(field('options'))),
    indexes: arrayElements(field('indexes')).map(decodeIndex)
  }
}

function encodeIndex ({ id, spec, multikeyPaths, hasCutKeys, ready }: Index): Buffer {
  return buildDocument([
    ['id', valueFrom(id)],
    ['spec', documentValue(spec)],
    ['multikeyPaths', valueFrom([...multikeyPaths])],
    ['hasCutKeys', valueFrom(hasCutKeys)],
    ['ready', valueFrom(ready)]
  ])
}

function decodeIndex (row: Value): Index {
  const field = fieldsOf(row)
  return {
    ...indexFromSpec(field('id').bytes.readInt32LE(field('id').start), payload(field('spec'))),
    multikeyPaths: new Set(arrayElements(field('multikeyPaths')).map(stringOf)),
    hasCutKeys: boolOf(field('hasCutKeys')),
    ready: boolOf(field('ready'))
  }
}

function fieldsOf (document: Value): (name: string) => Value {
  return (name) => findField(document, name)!
}
