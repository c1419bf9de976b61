import { arrayValue, buildDocument, documentValue, fields, isArray, isDocument, isEmpty, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseFieldPath } from '../../query/field-path.js'
import type { Batches } from '../batches.js'
import { MemoryLimit } from '../memory-limit.js'
import { readsOf } from '../reads.js'
import { runSteps } from '../run-steps.js'
import type { Parsing, StageDefinition, Step } from '../stage.js'
import { Tee } from '../tee.js'

/** Several pipelines upon the same documents; the output is one document with an array of the results of each. */
export const facet: StageDefinition = {
  name: '$facet',
  makesOthers: true,
  notIn: ['$facet', 'update'],

  parse (specification, parsing) {
    const facets = readFacets(specification, parsing)
    return {
      reads: facets.flatMap(({ steps }) => readsOf(undefined, steps)),
      async * run (input, operation) {
        const tee = new Tee(input)
        const memory = new MemoryLimit('$facet')
        const outputs = facets.map(({ name, steps }) => ({ name, output: runSteps(steps, tee.branch(), operation) }))
        try {
          const results = await Promise.all(outputs.map(async ({ name, output }): Promise<[string, Value]> => [name, await collect(output, memory)]))
          yield [documentValue(buildDocument(results))]
        } finally {
          tee.close()
        }
      }
    }
  }
}

async function collect (output: Batches, memory: MemoryLimit): Promise<Value> {
  const documents: Value[] = []
  for await (const batch of output) {
    for (const document of batch) {
      memory.charge(document.end - document.start)
      documents.push(document)
    }
  }
  return arrayValue(documents)
}

interface Facet { readonly name: string, readonly steps: readonly Step[] }

function readFacets (specification: Value, { parsePipeline }: Parsing): Facet[] {
  if (!isDocument(specification) || isEmpty(specification)) throw new EngineError(40169, 'the $facet specification must be a non-empty object')
  return [...fields(specification)].map(([name, pipeline]) => {
    checkName(name)
    if (!isArray(pipeline)) throw new EngineError(40170, `arguments to $facet must be arrays, ${name} is type ${typeNames[pipeline.type]}`)
    if (isEmpty(pipeline)) throw new EngineError('BadValue', 'sub-pipeline in $facet stage cannot be empty')
    return { name, steps: parsePipeline(pipeline, '$facet') }
  })
}

function checkName (name: string): void {
  if (name.includes('.')) throw new EngineError(16412, "FieldPath field names may not contain '.'. Consider using $getField or $setField.")
  parseFieldPath(name)
}
