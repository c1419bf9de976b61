import { BsonType, typeNames } from '../bson/value.js'

/**
 * What an argument may be, as MongoDB's own parser sees it: a `bool` may be any number and a `number` of any numeric
 * type, an `array` may come as a document sequence, and null means that the argument was not given (`any` sees it).
 */
export type FieldKind =
  'any' | 'array' | 'binary' | 'bool' | 'collection' | 'document' | 'int64' | 'number' | 'string' | 'timestamp'

/**
 * The members that a document may have, with what they may be. Any other member is an error, unless `*` is among them:
 * that is for handshakes, where what is not taken up in the reply has not been agreed.
 */
export type Fields = Readonly<Record<string, FieldKind | readonly FieldKind[]>>

const { array, binary, bool, decimal128, document, double, int32, int64, string, timestamp } = BsonType
const NUMBERS = [int64, int32, decimal128, double]

const accepted: Readonly<Record<FieldKind, readonly number[]>> = {
  any: Object.values(BsonType),
  array: [array],
  binary: [binary],
  bool: [bool, ...NUMBERS],
  collection: [string],
  document: [document],
  int64: [int64],
  number: NUMBERS,
  string: [string],
  timestamp: [timestamp]
}

/** One member of `Fields`, made ready to be checked on every command. */
export interface Field {
  readonly isAny: boolean
  readonly isCollection: boolean
  accepts (type: number): boolean
  /** The types in the words of a TypeMismatch. */
  readonly expected: string
}

const compiled = new WeakMap<Fields, ReadonlyMap<string, Field>>()

export function compileFields (fields: Fields): ReadonlyMap<string, Field> {
  const known = compiled.get(fields)
  if (known !== undefined) return known
  const table = new Map(Object.entries(fields).map(([name, kinds]) => [name, compileField([kinds].flat())]))
  compiled.set(fields, table)
  return table
}

function compileField (kinds: readonly FieldKind[]): Field {
  const types = new Set(kinds.flatMap((kind) => accepted[kind]))
  const names = [...types].map((type) => typeNames[type])
  return {
    isAny: kinds.includes('any'),
    isCollection: kinds.includes('collection'),
    accepts: (type) => types.has(type),
    // The odd quote is mongod's own.
    expected: names.length === 1 ? `type '${names[0]}'` : `types '[${names.join(', ')}']`
  }
}
