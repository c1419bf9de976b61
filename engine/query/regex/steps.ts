import type { Node } from './syntax-tree.js'

/** What matching by backtracking may take at most. */
interface Bound {
  /** The steps to try everything that the node can match at one place. */
  readonly steps: number
  /** In how many ways it can match there: so often what follows may be tried. */
  readonly ways: number
}

/**
 * How many steps a search takes at most in a text of so many UTF-16 units; `Infinity` where that grows exponentially. It is
 * coarse on the safe side: that two branches exclude each other, for instance, is not seen.
 */
export function mostSteps (root: Node, length: number): number {
  return bound(root, length).steps * (startsAtStart(root) ? 1 : length + 1)
}

function bound (node: Node, length: number): Bound {
  switch (node.kind) {
    case 'character':
    case 'anchor': return { steps: 1, ways: 1 }
    case 'reference': return { steps: length + 1, ways: 1 }
    case 'group': return bound(node.node, length)
    // Once a look has succeeded it is not tried in other ways.
    case 'look': return { steps: bound(node.node, length).steps + 1, ways: 1 }
    case 'sequence': return node.nodes.reduce((before, next) => follow(before, bound(next, length)), { steps: 1, ways: 1 })
    case 'choice': return node.nodes.map((branch) => bound(branch, length)).reduce((one, other) => ({ steps: one.steps + other.steps, ways: one.ways + other.ways }))
    case 'repeat': return repeated(bound(node.node, length), node.least, Math.min(node.most, node.least + length))
  }
}

function follow (before: Bound, next: Bound): Bound {
  return { steps: before.steps + before.ways * next.steps, ways: before.ways * next.ways }
}

/** The repetitions that are not required must consume something: there are no more of them than the text is long. */
function repeated (one: Bound, least: number, most: number): Bound {
  if (one.ways === 1) return { steps: 1 + most * one.steps, ways: most - least + 1 }
  let [steps, ways, power] = [1, least === 0 ? 1 : 0, 1]
  for (let times = 1; times <= most && steps < Infinity; times++) {
    steps += power * one.steps
    power *= one.ways
    if (times >= least) ways += power
  }
  return { steps, ways }
}

/** Whether it is tried at the start of the text alone. */
function startsAtStart (node: Node): boolean {
  switch (node.kind) {
    case 'anchor': return node.anchor === '^'
    case 'group': return startsAtStart(node.node)
    case 'sequence': return node.nodes.length > 0 && startsAtStart(node.nodes[0])
    case 'choice': return node.nodes.every(startsAtStart)
    default: return false
  }
}
