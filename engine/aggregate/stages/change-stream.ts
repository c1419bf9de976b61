import { EngineError } from '../../errors.js'
import type { StageDefinition } from '../stage.js'

/** Tells what changes. In the only place where it may stand the aggregate command takes it out of the pipeline: it has a cursor of its own kind. */
export const changeStream: StageDefinition = {
  name: '$changeStream',
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse () {
    throw new EngineError(40602, '$changeStream is only valid as the first stage in a pipeline')
  }
}
