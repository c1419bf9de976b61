import { isDocument } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseSchema } from '../schema/parse.js'
import type { ParseClause } from './operator.js'

/** `$jsonSchema`: a schema for whole documents. */
export const schemaClauses: Readonly<Record<string, ParseClause>> = {
  $jsonSchema (_name, operand) {
    if (!isDocument(operand)) throw new EngineError('TypeMismatch', '$jsonSchema must be an object')
    return { kind: 'schema', accepts: parseSchema(operand).accepts }
  }
}
