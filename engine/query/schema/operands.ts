import { BsonType, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseInteger } from '../integer.js'

/** Reads the operand of a keyword that counts something. @throws {EngineError} FailedToParse */
export function readCount (keyword: string, operand: Value): number {
  const refuse = (reason: string): EngineError => new EngineError('FailedToParse', reason)
  const count = parseInteger(keyword, operand, refuse)
  if (count < 0n) throw refuse(`Expected a non-negative number in: ${keyword}: ${count}`)
  return Number(count)
}

/** The error for an operand of another type than the keyword takes; `expected` is a clause like "must be a string". */
export function wrongOperand (keyword: string, expected: string): EngineError {
  return new EngineError('TypeMismatch', `$jsonSchema keyword '${keyword}' ${expected}`)
}

/** The error for an operand that has the right type but no meaning. */
export function badOperand (keyword: string, complaint: string): EngineError {
  return new EngineError('FailedToParse', `$jsonSchema keyword '${keyword}' ${complaint}`)
}

export function checkDocument (keyword: string, operand: Value): void {
  if (!isDocument(operand)) throw wrongOperand(keyword, 'must be an object')
}

/** The names in an array of which no two may be equal. */
export function readNames (elements: readonly Value[], refuse: { type (found: string): EngineError, duplicate (name: string): EngineError }): string[] {
  const names = new Set<string>()
  for (const element of elements) {
    if (element.type !== BsonType.string) throw refuse.type(typeNames[element.type])
    const name = stringOf(element)
    if (names.has(name)) throw refuse.duplicate(name)
    names.add(name)
  }
  return [...names]
}
