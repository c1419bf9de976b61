import { nearestDouble } from '../bson/number.js'
import { nameAt } from '../bson/name.js'
import { arrayElements, BsonType, boolOf, forEachField, payload, typeNames, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { compileFields, type Field, type Fields } from './fields.js'

/**
 * The members of a command, or of a document inside one, checked against what is allowed there: an unknown or doubled
 * member or one of the wrong type is the error that MongoDB gives, before anything has been done. `path` says where we
 * are in those errors: 'find', 'update.updates'.
 */
export class Arguments {
  readonly path: string
  readonly #values: ReadonlyMap<string, Value>
  readonly #sequences: ReadonlyMap<string, Value[]>

  constructor (path: string, values: ReadonlyMap<string, Value>, sequences: ReadonlyMap<string, Value[]> = new Map()) {
    this.path = path
    this.#values = values
    this.#sequences = sequences
  }

  has (name: string): boolean {
    return this.#values.has(name) || this.#sequences.has(name)
  }

  value (name: string): Value | undefined {
    return this.#values.get(name)
  }

  requiredValue (name: string): Value {
    return this.#values.get(name) ?? missing(this.path, name)
  }

  string (name: string): string | undefined {
    const value = this.#values.get(name)
    return value && nameAt(value.bytes, value.start + 4, value.end - 1)
  }

  requiredString (name: string): string {
    return this.string(name) ?? missing(this.path, name)
  }

  /** The same as `value`, for a reader's sake: the member's kind has seen to it that it is a document. */
  document (name: string): Value | undefined {
    return this.#values.get(name)
  }

  requiredDocument (name: string): Value {
    return this.requiredValue(name)
  }

  /** Any number is accepted as a bool, as in mongod: all but zero are true. */
  bool (name: string, otherwise = false): boolean {
    const value = this.#values.get(name)
    if (value === undefined) return otherwise
    return value.type === BsonType.bool ? boolOf(value) : nearestDouble(value) !== 0
  }

  /** A number of any type cut to an integer, NaN to 0; beyond 2^53 only its size can be relied on. */
  integer (name: string): number | undefined {
    const value = this.#values.get(name)
    return value && (Math.trunc(nearestDouble(value)) || 0)
  }

  /** An integer that must not be negative, such as `limit` or `skip`. */
  count (name: string): number | undefined {
    const integer = this.integer(name)
    if (integer !== undefined && integer < 0) {
      throw new EngineError(51024, `BSON field '${name}' value must be >= 0, actual value '${integer}'`)
    }
    return integer
  }

  int64 (name: string): bigint | undefined {
    const value = this.#values.get(name)
    return value && value.bytes.readBigInt64LE(value.start)
  }

  requiredInt64 (name: string): bigint {
    return this.int64(name) ?? missing(this.path, name)
  }

  binary (name: string): { subtype: number, bytes: Buffer } | undefined {
    const value = this.#values.get(name)
    return value && { subtype: value.bytes[value.start + 4], bytes: payload(value).subarray(5) }
  }

  array (name: string): Value[] | undefined {
    const value = this.#values.get(name)
    return value === undefined ? this.#sequences.get(name) : arrayElements(value)
  }

  /** Documents that came as an array or as a sequence. */
  documents (name: string): Value[] | undefined {
    const elements = this.array(name)
    for (const [index, { type }] of elements?.entries() ?? []) {
      if (type !== BsonType.document) throw wrongType(`${this.path}.${name}.${index}`, type, "type 'object'")
    }
    return elements
  }

  requiredDocuments (name: string): Value[] {
    return this.documents(name) ?? missing(this.path, name)
  }
}

/** Reads a document inside a command, such as a statement of `updates`, by the same rules as the command itself. */
export function readFields (path: string, fields: Fields, document: Value): Arguments {
  const known = compileFields(fields)
  const values = new Map<string, Value>()
  forEachField(document, (name, value) => addField(values, path, name, value, known.get(name) ?? unknown(path, name)))
  return new Arguments(path, values)
}

/** Adds a member after checking it. */
export function addField (values: Map<string, Value>, path: string, name: string, value: Value, field: Field): void {
  if (values.has(name)) throw new EngineError(40413, `BSON field '${path}.${name}' is a duplicate field`)
  if (field.accepts(value.type)) {
    values.set(name, value)
  } else if (field.isCollection) {
    throw new EngineError('InvalidNamespace', `collection name has invalid type ${typeNames[value.type]}`)
  } else if (value.type !== BsonType.null && value.type !== BsonType.undefined) {
    throw wrongType(`${path}.${name}`, value.type, field.expected)
  }
}

export function unknown (path: string, name: string): never {
  throw new EngineError(40415, `BSON field '${path}.${name}' is an unknown field.`)
}

function missing (path: string, name: string): never {
  throw new EngineError(40414, `BSON field '${path}.${name}' is missing but a required field`)
}

function wrongType (path: string, type: number, expected: string): EngineError {
  return new EngineError('TypeMismatch', `BSON field '${path}' is the wrong type '${typeNames[type]}', expected ${expected}`)
}
