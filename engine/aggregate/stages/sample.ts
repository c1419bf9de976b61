import { isNumber, nearestDouble } from '../../bson/number.js'
import { isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { forEach, inBatches } from '../batches.js'
import { MemoryLimit } from '../memory-limit.js'
import { readOptions } from '../options.js'
import type { StageDefinition } from '../stage.js'

export const sample: StageDefinition = {
  name: '$sample',
  notIn: ['update'],

  parse (specification) {
    const size = readSize(specification)
    return {
      async * run (input, operation) {
        const chosen = new Reservoir(size)
        await forEach(input, operation, (document) => chosen.add(document))
        yield * inBatches(chosen.documents, operation)
      }
    }
  }
}

/**
 * Keeps `size` of the documents that come by; every choice of them is equally likely ("Algorithm R"). It begins with
 * the first ones, and each of the later ones takes the place of a random one with the probability that it is due.
 */
class Reservoir {
  readonly documents: Value[] = []
  readonly #memory = new MemoryLimit('$sample')
  readonly #size: number
  #seen = 0

  constructor (size: number) {
    this.#size = size
  }

  add (document: Value): void {
    const place = Math.floor(Math.random() * ++this.#seen)
    if (this.documents.length < this.#size) {
      this.#memory.charge(lengthOf(document))
      // The order is random as well: whoever had the place goes to the end.
      this.documents.push(document)
      this.documents[this.#seen - 1] = this.documents[place]
      this.documents[place] = document
    } else if (place < this.#size) {
      this.#memory.charge(lengthOf(document) - lengthOf(this.documents[place]))
      this.documents[place] = document
    }
  }
}

function lengthOf ({ start, end }: Value): number {
  return end - start
}

function readSize (specification: Value): number {
  if (!isDocument(specification)) throw new EngineError(28745, 'the $sample stage specification must be an object')
  const { size } = readOptions(specification, ['size'], (name) => new EngineError(28748, `unrecognized option to $sample: ${name}`))
  if (size === undefined) throw new EngineError(28749, '$sample stage must specify a size')
  if (!isNumber(size)) throw new EngineError(28746, 'size argument to $sample must be a number')
  const number = Math.trunc(nearestDouble(size))
  if (!(number > 0)) throw new EngineError(28747, 'size argument to $sample must be a positive integer')
  return number
}
