import { isDocument, typeNames } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseAddFields } from '../../expression/object-projection.js'
import { parseShape, shapingStage } from '../shaping.js'
import type { StageDefinition } from '../stage.js'

export const addFields = adding('$addFields')

/** The same under the name that an update has for it. */
export const set = adding('$set')

function adding (name: string): StageDefinition {
  return {
    name,
    parse (specification, { scope }) {
      if (!isDocument(specification)) throw new EngineError(40272, `${name} specification stage must be an object, got ${typeNames[specification.type]}`)
      return shapingStage(parseShape(name, () => parseAddFields(specification, scope)))
    }
  }
}
