import { numberOf, fields, findField, stringOf, BsonType, type Value } from '../bson/value.js'
import { parsePath, type Path } from '../query/path.js'
import { languageNamed } from '../text/language.js'
import type { TextIndex } from './catalog.js'

/** The name that stands for every field. */
export const WILDCARD = '$**'

/** Whether the key of an index, as it is stored, is `{ …, _fts: 'text', _ftsx: 1, … }`. */
export function isTextKey (key: Value): boolean {
  return findField(key, '_fts')?.type === BsonType.string
}

/** What the stored specification (text-index-options.ts has made it) of an index of texts says. */
export function textIndex (spec: Value): TextIndex {
  const names = [...fields(findField(spec, 'key')!)].map(([name]) => name)
  const weights = new Map([...fields(findField(spec, 'weights')!)].map(([path, weight]) => [path, numberOf(weight)]))
  const at = names.indexOf('_fts')
  return {
    prefix: paths(names.slice(0, at)),
    suffix: paths(names.slice(at + 2)),
    isWildcard: weights.delete(WILDCARD),
    weights,
    defaultLanguage: languageNamed(stringOf(findField(spec, 'default_language')!))!,
    languageField: stringOf(findField(spec, 'language_override')!)
  }
}

function paths (names: readonly string[]): Path[] {
  return names.map(parsePath)
}
