import { describe } from '../bson/describe.js'
import { isNumber, isTruthy, nearestDouble } from '../bson/number.js'
import { BsonType, fields, stringOf, typeNames, valueFrom, type Value } from '../bson/value.js'
import { EngineError, notImplemented } from '../errors.js'
import { collationOf, FIXED, type Collation } from './collation.js'

/** The locales of MongoDB's list whose order is read from the root's table. */
const locales = new Set(['en', 'en_US'])

type Member = string | number | boolean
type ReadMember = (value: Value, name: string) => Member

/** What a member can be ("Collation Document" of the manual). */
const readers: Readonly<Record<string, ReadMember>> = {
  locale: readText,
  caseLevel: readBool,
  caseFirst: oneOf('upper', 'lower', 'off'),
  strength: readStrength,
  numericOrdering: readBool,
  alternate: oneOf('non-ignorable', 'shifted'),
  maxVariable: oneOf('punct', 'space'),
  normalization: readBool,
  backwards: readBool,
  version: readText
}

/**
 * Reads a collation's document; the simple collation is `undefined`.
 * @throws {EngineError} as MongoDB does (40414, 40415, TypeMismatch, BadValue, IncompatibleCollationVersion);
 *   NotImplemented for an order that this engine does not know
 */
export function readCollation (specification: Value): Collation | undefined {
  const given = Object.fromEntries([...fields(specification)].map(([name, value]) => [name, readMember(name, value)]))
  const { locale, strength = 3, numericOrdering = false, ...others }: Partial<Record<string, Member>> = given
  if (locale === undefined) throw new EngineError(40414, "BSON field 'collation.locale' is missing but a required field")
  if (locale === 'simple') return undefined
  checkLocale(String(locale), specification)
  if (others.version !== undefined && others.version !== FIXED.version) {
    throw new EngineError('IncompatibleCollationVersion', `Requested collation version ${others.version} but the only available collator version was ${FIXED.version}`)
  }
  checkCombination({ ...FIXED, ...others, strength }, specification)
  for (const [name, fixed] of Object.entries(FIXED)) {
    const wanted = others[name] ?? fixed
    if (wanted !== fixed) throw refusal(name, wanted)
  }
  if (strength !== 1 && strength !== 2 && strength !== 3) throw refusal('strength', strength)
  return collationOf(String(locale), strength, numericOrdering === true)
}

/** The document with all of its members, as it is listed. */
export function specificationOf ({ specification }: Collation): Value {
  return valueFrom(specification)
}

function readMember (name: string, value: Value): Member {
  if (!Object.hasOwn(readers, name)) throw new EngineError(40415, `BSON field 'collation.${name}' is an unknown field.`)
  return readers[name](value, name)
}

function readText (value: Value, name: string): string {
  if (value.type !== BsonType.string) throw wrongType(name, value, "type 'string'")
  return stringOf(value)
}

function readBool (value: Value, name: string): boolean {
  if (value.type !== BsonType.bool && !isNumber(value)) throw wrongType(name, value, "types '[bool, long, int, decimal, double']")
  return isTruthy(value)
}

function readStrength (value: Value, name: string): number {
  if (!isNumber(value)) throw wrongType(name, value, "types '[long, int, decimal, double']")
  const strength = nearestDouble(value)
  if (![1, 2, 3, 4, 5].includes(strength)) throw notInEnumeration(name, strength)
  return strength
}

function oneOf (...values: string[]): ReadMember {
  return (value, name) => {
    const text = readText(value, name)
    if (!values.includes(text)) throw notInEnumeration(name, text)
    return text
  }
}

/** @throws {EngineError} BadValue for a name that no locale has, NotImplemented for other locales than those above */
function checkLocale (locale: string, specification: Value): void {
  if (locales.has(locale)) return
  if (!/^[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2}|_[0-9]{3})?(_POSIX)?(@.+)?$/.test(locale)) throw invalid("Field 'locale' is invalid", specification)
  throw refusal('locale', locale)
}

/** What makes no sense is wrong whether it is implemented or not. */
function checkCombination ({ strength, backwards, caseFirst, caseLevel }: Partial<Record<string, Member>>, specification: Value): void {
  if (backwards === true && strength === 1) throw invalid("'backwards' is invalid with 'strength' of 1", specification)
  if (caseFirst !== 'off' && caseLevel === false && Number(strength) < 3) {
    throw invalid("'caseFirst' is invalid unless 'caseLevel' is on or 'strength' is greater than 2", specification)
  }
}

function wrongType (name: string, value: Value, expected: string): EngineError {
  return new EngineError('TypeMismatch', `BSON field 'collation.${name}' is the wrong type '${typeNames[value.type]}', expected ${expected}`)
}

function notInEnumeration (name: string, value: Member): EngineError {
  return new EngineError('BadValue', `Enumeration value '${value}' for field 'collation.${name}' is not a valid value.`)
}

function invalid (reason: string, specification: Value): EngineError {
  return new EngineError('BadValue', `${reason} in: ${describe(specification)}`)
}

function refusal (name: string, value: Member): EngineError {
  return notImplemented(`a collation with ${name} ${JSON.stringify(value)} is`)
}
