import { isDocument, typeNames } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseProject } from '../../expression/object-projection.js'
import { parseShape, shapingStage } from '../shaping.js'
import type { StageDefinition } from '../stage.js'

export const project: StageDefinition = {
  name: '$project',

  parse (specification, { scope }) {
    if (!isDocument(specification)) throw new EngineError(15969, `$project specification must be an object, got ${typeNames[specification.type]}`)
    return shapingStage(parseShape('$project', () => parseProject(specification, scope)))
  }
}
