import { flatMap } from '../batches.js'
import { readCount } from '../read-count.js'
import type { StageDefinition } from '../stage.js'

export const skip: StageDefinition = {
  name: '$skip',
  notIn: ['update'],

  parse (specification) {
    const count = readCount('$skip', specification, 5107200)
    return {
      clause: { kind: 'skip', count },
      run (input, operation) {
        let left = count
        return flatMap(input, operation, (document) => left-- > 0 ? [] : [document])
      }
    }
  }
}
