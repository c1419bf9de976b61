import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import { isView, type Catalog, type View } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Data } from '../storage/store.js'
import type { Operation, Origin } from './operation.js'
import { parsePipeline } from './pipeline.js'
import { readsOf } from './reads.js'
import type { Step } from './stage.js'

/** How many views may lie upon each other, as in MongoDB (`ViewGraph::kMaxViewDepth`). */
const MAX_DEPTH = 20

type Definition = Pick<View, 'namespace' | 'viewOn' | 'pipeline'>

/**
 * Finds what the names in one operation stand for; the pipeline of a view is parsed once. Views have the simple
 * collation, which no operation may change.
 * @throws {EngineError} OptionNotSupportedOnView
 */
export function originFinder ({ catalog }: Pick<Data, 'catalog'>, { now, collation }: Environment): Operation['originOf'] {
  const known = new Map<string, Origin>()
  const find = (namespace: Namespace): Origin => {
    const view = catalog.view(namespace)
    if (view !== undefined && collation !== undefined) throw new EngineError('OptionNotSupportedOnView', "Cannot override a view's default collation")
    return view === undefined ? { namespace, steps: [] } : known.get(String(namespace)) ?? open(view)
  }
  const open = (view: View): Origin => {
    const below = find(view.viewOn)
    const origin = { namespace: below.namespace, steps: [...below.steps, ...parseView(view, now)] }
    known.set(String(view.namespace), origin)
    return origin
  }
  return find
}

/**
 * Checks what a new view, or one with a new definition, would read.
 * @throws {EngineError} GraphContainsCycle, ViewDepthLimitExceeded, and what its pipeline cannot be
 */
export function checkView (catalog: Catalog, definition: Definition, now: Date): void {
  const others = catalog.entries(definition.namespace.database).filter(isView)
  const definitions = new Map<string, Definition>([...others, definition].map((view) => [String(view.namespace), view]))
  const depths = new Map<string, number>()
  const depthOf = (name: string, above: readonly string[]): number => {
    if (above.includes(name)) throw new EngineError('GraphContainsCycle', `View cycle detected: ${[...above, name].join(' => ')}`)
    const view = definitions.get(name)
    const known = view === undefined ? 0 : depths.get(name)
    if (known !== undefined) return known
    const below = readsOf(view!.viewOn, parseView(view!, now)).map((read) => depthOf(String(read), [...above, name]))
    const depth = 1 + Math.max(...below)
    if (depth > MAX_DEPTH) throw new EngineError('ViewDepthLimitExceeded', `View depth too deep; maximum depth is ${MAX_DEPTH}`)
    depths.set(name, depth)
    return depth
  }
  for (const name of definitions.keys()) depthOf(name, [])
}

function parseView ({ namespace: { database }, pipeline }: Definition, now: Date): Step[] {
  const steps = parsePipeline(pipeline, { database, place: 'view', environment: { now, variables: new Map() } })
  if (!steps[0]?.definition.isSource) return steps
  throw new EngineError('InvalidNamespace', `'${steps[0].definition.name}' can only be run with {aggregate: 1}`)
}
