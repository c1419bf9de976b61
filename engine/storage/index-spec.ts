import { BsonType, buildDocument, documentValue, encode, fields, findField, stringOf, type Value } from '../bson/value.js'
import { isTruthy, nearestDouble } from '../bson/number.js'
import type { Collation } from '../collation/collation.js'
import { readCollation, specificationOf } from '../collation/specification.js'
import { parseFilter } from '../query/filter.js'
import { parsePath } from '../query/path.js'
import type { Index, KeyPart } from './catalog.js'
import { isIdKeyPattern } from './index-key-pattern.js'
import { IndexUsage } from './index-usage.js'
import { isTextKey, textIndex } from './text-index.js'

export const ID_INDEX_SPEC = encode({ v: 2, key: { _id: 1 }, name: '_id_' })

/** The spec of an index that comes with a collection, whose collation it has. */
export function withCollation (spec: Buffer, collation: Collation | undefined): Buffer {
  return collation === undefined ? spec : buildDocument([...fields(documentValue(spec)), ['collation', specificationOf(collation)]])
}

/** An index as its stored spec (index-options.ts has checked it) describes it: empty, and ready. */
export function indexFromSpec (id: number, spec: Buffer): Index {
  const document = documentValue(spec)
  const option = (name: string): Value | undefined => findField(document, name)
  const text = isTextKey(option('key')!) ? textIndex(document) : undefined
  const key = text === undefined ? keyParts(option('key')!) : []
  const isId = isIdKeyPattern(option('key')!)
  const [partialFilter, expireAfterSeconds] = [option('partialFilterExpression'), option('expireAfterSeconds')]
  const specification = option('collation')
  const collation = specification && readCollation(specification)
  return {
    id,
    name: stringOf(option('name')!),
    spec,
    key,
    paths: key.map(({ path }) => parsePath(path)),
    isId,
    unique: isId || isSet(option('unique')),
    sparse: isSet(option('sparse')),
    hidden: isSet(option('hidden')),
    ...(partialFilter && { partialFilter: parseFilter(partialFilter, undefined, collation) }),
    ...(collation && { collation }),
    ...(expireAfterSeconds && { expireAfterSeconds: nearestDouble(expireAfterSeconds) }),
    ...(text && { text }),
    multikeyPaths: new Set(),
    hasCutKeys: false,
    ready: true,
    usage: new IndexUsage()
  }
}

/** A negative number is a descending field, whatever its size; the only text is 'hashed'. */
export function keyParts (key: Value): KeyPart[] {
  return [...fields(key)].map(([path, value]) => {
    const isHashed = value.type === BsonType.string
    return { path, direction: !isHashed && nearestDouble(value) < 0 ? -1 : 1, isHashed }
  })
}

function isSet (option: Value | undefined): boolean {
  return option !== undefined && isTruthy(option)
}
