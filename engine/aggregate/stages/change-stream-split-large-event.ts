import { isDocument, isEmpty } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { StageDefinition } from '../stage.js'

const NAME = '$changeStreamSplitLargeEvent'

/** Asks for large events in fragments: the last stage of a change stream, which cuts them itself, because each fragment can be resumed from. */
export const changeStreamSplitLargeEvent: StageDefinition = {
  name: NAME,
  isOutsideApi: true,
  isOutsideTransactions: true,
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse (specification, { place }) {
    if (!isDocument(specification) || !isEmpty(specification)) throw new EngineError(7182800, `${NAME} spec should be an empty object`)
    if (place !== '$changeStream') throw new EngineError('IllegalOperation', `${NAME} can only be used in a $changeStream pipeline`)
    return { run: (input) => input }
  }
}
