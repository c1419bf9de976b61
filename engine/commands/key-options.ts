import { Binary } from 'bson'
import { NULL } from '../bson/scalar.js'
import { buildDocument, documentValue, fields, isEmpty, valueFrom, type Value } from '../bson/value.js'
import { EngineError, notImplemented } from '../errors.js'
import type { KeyLimits } from '../plan/key-limits.js'
import type { Matches } from '../plan/matches.js'
import type { Access, Hint } from '../plan/planner.js'
import { matchValue, type Match } from '../plan/scan.js'
import { indexValues } from '../query/index-values.js'
import type { Projection } from '../query/projection.js'
import { parsePath, type Path } from '../query/path.js'
import type { Arguments } from './arguments.js'
import type { Fields } from './fields.js'

const ID_PATH = parsePath('_id')

/** What a find may ask of the keys by which documents are found. */
export const keyOptions: Fields = { min: 'document', max: 'document', returnKey: 'bool', showRecordId: 'bool' }

/** @throws {EngineError} for limits without the index that they are of */
export function readKeyLimits (args: Arguments, hint: Hint | undefined): KeyLimits | undefined {
  const [min, max] = [args.document('min'), args.document('max')].map((limit) => limit !== undefined && isEmpty(limit) ? undefined : limit)
  if (min === undefined && max === undefined) return undefined
  if (hint === undefined || 'natural' in hint) {
    throw new EngineError(51173, 'When using min()/max() a hint of which index to use must be provided')
  }
  return { min, max }
}

/** What is handed out for each match, where that is not the document alone: `returnKey` leaves nothing of it. */
export function shapeOf (args: Arguments, { plan: { access } }: Matches, project: Projection | undefined): ((match: Match) => Buffer) | undefined {
  if (args.bool('returnKey')) return keyOf(access)
  if (!args.bool('showRecordId')) return undefined
  return (match) => withRecordId(match, project === undefined ? match.document : project(matchValue(match)))
}

/** The values by which an index has led to a document; nothing where none has. */
function keyOf (access: Access): (match: Match) => Buffer {
  const paths = pathsOf(access)
  return ({ document }) => {
    const { rows: [values] } = indexValues(documentValue(document), paths)
    return buildDocument(paths.map(({ text }, at): [string, Value] => [text, values[at] ?? NULL]))
  }
}

function pathsOf (access: Access): readonly Path[] {
  if (access.kind === 'ids') return [ID_PATH]
  if (access.kind !== 'index') return []
  const { name, key, paths, multikeyPaths } = access.index
  if (multikeyPaths.size > 0 || key.some(({ isHashed }) => isHashed)) throw notImplemented(`returnKey for the index ${name}, of arrays or hashes, is`)
  return paths
}

/** Record ids are bytes here, as those of MongoDB's clustered collections are. */
function withRecordId ({ recordId }: Match, document: Buffer): Buffer {
  return buildDocument([...fields(documentValue(document)), ['$recordId', valueFrom(new Binary(recordId))]])
}
