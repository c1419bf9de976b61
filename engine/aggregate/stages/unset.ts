import { int32Value } from '../../bson/number.js'
import { arrayElements, buildDocument, BsonType, documentValue, isArray, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseProject } from '../../expression/object-projection.js'
import { parseShape, shapingStage } from '../shaping.js'
import type { StageDefinition } from '../stage.js'

export const unset: StageDefinition = {
  name: '$unset',

  parse (specification) {
    const exclusion = readPaths(specification).map((path): [string, Value] => [path, int32Value(0)])
    return shapingStage(parseShape('$unset', () => parseProject(documentValue(buildDocument(exclusion)))))
  }
}

function readPaths (specification: Value): string[] {
  if (specification.type === BsonType.string) return [readPath(specification)]
  if (!isArray(specification)) throw new EngineError(31002, '$unset specification must be a string or an array')
  const paths = arrayElements(specification).map(readPath)
  if (paths.length === 0) throw new EngineError(31119, '$unset specification must be a string or an array with at least one field')
  return paths
}

function readPath (path: Value): string {
  if (path.type !== BsonType.string) throw new EngineError(31120, '$unset specification must be a string or an array containing only string values')
  return stringOf(path)
}
