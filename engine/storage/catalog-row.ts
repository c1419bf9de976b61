import { arrayElements, boolOf, buildDocument, documentValue, findField, payload, stringOf, valueFrom, arrayValue, type Value } from '../bson/value.js'
import { isView, type Collection, type Entry, type Index, type View } from './catalog.js'
import { fromOptions } from './collection-options.js'
import { CollectionUsage } from './collection-usage.js'
import { indexFromSpec } from './index-spec.js'
import { Namespace } from './namespace.js'

/** A collection or a view as it is stored in the catalog's table, under its id. */
export function encodeEntry (entry: Entry): Buffer {
  const { database, collection } = entry.namespace
  return buildDocument([
    ['database', valueFrom(database)],
    ['collection', valueFrom(collection)],
    ...isView(entry) ? viewFields(entry) : collectionFields(entry)
  ])
}

export function decodeEntry (id: number, row: Buffer): Entry {
  const document = documentValue(row)
  return findField(document, 'viewOn') === undefined ? decodeCollection(id, document) : decodeView(id, document)
}

function viewFields ({ viewOn, pipeline }: View): Array<[string, Value]> {
  return [['viewOn', valueFrom(viewOn.collection)], ['pipeline', pipeline]]
}

function decodeView (id: number, row: Value): View {
  const field = fieldsOf(row)
  const namespace = namespaceOf(row)
  return { id, namespace, viewOn: new Namespace(namespace.database, stringOf(field('viewOn'))), pipeline: field('pipeline') }
}

function collectionFields ({ uuid, options, indexes }: Collection): Array<[string, Value]> {
  return [
    ['uuid', valueFrom(uuid)],
    ['options', documentValue(options)],
    ['indexes', arrayValue(indexes.map((index) => documentValue(encodeIndex(index))))]
  ]
}

function decodeCollection (id: number, row: Value): Collection {
  const field = fieldsOf(row)
  return {
    id,
    namespace: namespaceOf(row),
    uuid: payload(field('uuid')).subarray(5), // behind the length and the subtype
    ...fromOptions(payload(field('options'))),
    indexes: arrayElements(field('indexes')).map(decodeIndex),
    usage: new CollectionUsage()
  }
}

function namespaceOf (row: Value): Namespace {
  const field = fieldsOf(row)
  return new Namespace(stringOf(field('database')), stringOf(field('collection')))
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
