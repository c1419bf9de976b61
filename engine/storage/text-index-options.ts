import { notImplemented } from '../errors.js'
import { isNumber, nearestDouble } from '../bson/number.js'
import { stringValue } from '../bson/scalar.js'
import { BsonType, buildDocument, documentValue, fields, findField, isDocument, stringOf, valueFrom, type Value } from '../bson/value.js'
import { languageNamed } from '../text/language.js'
import { cannotCreate, notValid } from './index-errors.js'
import { isText } from './index-key-pattern.js'
import { WILDCARD } from './text-index.js'

/** The options that only an index of texts has. */
export const textOptions = ['weights', 'default_language', 'language_override', 'textIndexVersion'] as const

const MAX_WEIGHT = 100_000

/** An index of texts as it is stored: the text fields are in the weights, and in their place in the key is `_fts: 'text', _ftsx: 1`. */
export interface StoredTextOptions {
  readonly key: Value
  readonly options: ReadonlyArray<[name: string, value: Value]>
}

/**
 * Reads what is about texts in the request for an index, which may be one that was stored; `undefined` if nothing is.
 * @throws {EngineError} CannotCreateIndex, InvalidIndexSpecificationOption, NotImplemented
 */
export function readTextOptions (request: Value, key: Value): StoredTextOptions | undefined {
  const parts = [...fields(key)]
  if (!parts.some(([, direction]) => isText(direction))) {
    const misplaced = textOptions.find((name) => findField(request, name) !== undefined)
    if (misplaced !== undefined) throw notValid(misplaced, 'an index that is not a text index', request)
    return undefined
  }
  checkVersion(findField(request, 'textIndexVersion'))
  return {
    key: documentValue(buildDocument(storedKey(parts))),
    options: [
      ['weights', readWeights(parts, findField(request, 'weights'))],
      ['default_language', readLanguage(findField(request, 'default_language'))],
      ['language_override', readLanguageField(findField(request, 'language_override'))],
      ['textIndexVersion', valueFrom(3)]
    ]
  }
}

type Part = readonly [path: string, direction: Value]

/** @throws {EngineError} CannotCreateIndex unless the text fields stand side by side */
function storedKey (parts: readonly Part[]): Part[] {
  const plain = parts.filter(([path, direction]) => !isText(direction) && path !== '_ftsx')
  for (const [path, direction] of plain) {
    if (path === '_fts') throw cannotCreate('expecting _fts:"text"')
    if (!isNumber(direction) || Math.abs(Math.trunc(nearestDouble(direction))) !== 1) throw cannotCreate('expected value 1 or -1 for non-text key in compound index')
  }
  checkStored(parts)
  const first = parts.findIndex(([, direction]) => isText(direction))
  const last = parts.findLastIndex(([path, direction]) => isText(direction) || path === '_ftsx')
  if (last - first + 1 !== parts.length - plain.length) throw cannotCreate("'text' fields in index must all be adjacent")
  return [...plain.slice(0, first), ['_fts', stringValue('text')], ['_ftsx', valueFrom(1)], ...plain.slice(first)]
}

/** The two fields of a stored key stand together, and nowhere else. */
function checkStored (parts: readonly Part[]): void {
  const names = parts.map(([path]) => path)
  const at = names.indexOf('_fts')
  if (at === -1 && !names.includes('_ftsx')) return
  if (at === -1 || parts.filter(([, direction]) => isText(direction)).length > 1) throw cannotCreate('text index with reserved fields _fts/_ftsx not allowed')
  const version = parts[at + 1]
  if (version?.[0] !== '_ftsx') throw cannotCreate('expected _ftsx after _fts')
  if (nearestDouble(version[1]) !== 1) throw cannotCreate('expecting _ftsx:1')
}

/** By path, in the order of the paths. */
function readWeights (parts: readonly Part[], given: Value | undefined): Value {
  const weights = new Map<string, number>()
  for (const [path, direction] of parts) if (isText(direction) && path !== '_fts') weights.set(path, 1)
  for (const [path, weight] of givenWeights(given)) weights.set(path, weight)
  if (weights.size === 0) throw cannotCreate("text index option 'weights' must specify fields or the wildcard")
  for (const [path, weight] of weights) checkWeight(path, weight)
  const sorted = [...weights].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return documentValue(buildDocument(sorted.map(([path, weight]): [string, Value] => [path, valueFrom(weight)])))
}

function givenWeights (given: Value | undefined): Array<[string, number]> {
  if (given === undefined) return []
  if (given.type === BsonType.string && stringOf(given) === WILDCARD) return [[WILDCARD, 1]]
  if (!isDocument(given)) throw cannotCreate("text index option 'weights' must be an object")
  return [...fields(given)].map(([path, weight]) => {
    if (!isNumber(weight)) throw cannotCreate('weight for text index needs numeric type')
    return [path, Math.trunc(nearestDouble(weight))]
  })
}

function checkWeight (path: string, weight: number): void {
  if (!(weight > 0 && weight < MAX_WEIGHT)) throw cannotCreate(`text index weight must be in the exclusive interval (0,${MAX_WEIGHT}) but found: ${weight}`)
  if (path === WILDCARD) return
  if (path === '') throw cannotCreate('weight cannot be on an empty field')
  const parts = path.split('.')
  if (parts.includes('')) throw cannotCreate('weight cannot have empty path component')
  if (parts.some((part) => part.startsWith('$'))) throw cannotCreate('weight cannot have path component with $ prefix')
}

function readLanguage (given: Value | undefined): Value {
  if (given === undefined) return stringValue('english')
  if (given.type !== BsonType.string) throw cannotCreate('default_language needs a string type')
  if (languageNamed(stringOf(given)) === undefined) throw cannotCreate('default_language is not valid')
  return given
}

function readLanguageField (given: Value | undefined): Value {
  if (given === undefined) return stringValue('language')
  if (given.type !== BsonType.string) throw cannotCreate('language_override must be a string')
  const name = stringOf(given)
  if (name === '' || name.startsWith('$') || name.includes('.')) throw cannotCreate('language_override is not valid')
  return given
}

/** Version 3 is what MongoDB makes since 3.2; the older ones fold less. */
function checkVersion (version: Value | undefined): void {
  if (version === undefined) return
  if (!isNumber(version)) throw cannotCreate("text index option 'textIndexVersion' must be a number")
  const number = Math.trunc(nearestDouble(version))
  if (number === 1 || number === 2) throw notImplemented(`the textIndexVersion ${number} is`)
  if (number !== 3) throw cannotCreate(`bad textIndexVersion: ${number}`)
}
