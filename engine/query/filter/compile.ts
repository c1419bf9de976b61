import type { Value } from '../../bson/value.js'
import { parsePath, pathMatcher } from '../path.js'
import type { FilterNode, OnElement, Test } from './node.js'
import { textIndexRequired } from './text-node.js'

/** Whether a filter holds for a document. */
export type Matches = (document: Value) => boolean

/**
 * Makes a filter into one function, so that nothing is looked up or decided again for each document.
 * @param onElement is told the array elements that tests have accepted, the one that counts last; `$or`, `$nor` and
 *   negations tell none (as on MongoDB, where they cannot serve the positional operator)
 */
export function compile (node: FilterNode, onElement?: OnElement): Matches {
  switch (node.kind) {
    case 'path': return every(node.tests.map((test) => compileTest(node.path, test, onElement)))
    case 'and': return every(node.nodes.map((child) => compile(child, onElement)))
    case 'or': return some(node.nodes.map((child) => compile(child)))
    case 'nor': return not(some(node.nodes.map((child) => compile(child))))
    case 'not': return not(compile(node.node))
    case 'expression': return node.holds
    case 'schema': return node.accepts
    case 'always': return () => node.result
    case 'text': return unsearched(onElement)
  }
}

/** The same for a value instead of a document: the paths of the nodes are not followed. */
export function compileForValue (node: FilterNode): Matches {
  switch (node.kind) {
    case 'path': return every(node.tests.map((test) => (value) => test.matches(value)))
    case 'and': return every(node.nodes.map(compileForValue))
    case 'or': return some(node.nodes.map(compileForValue))
    case 'nor': return not(some(node.nodes.map(compileForValue)))
    case 'not': return not(compileForValue(node.node))
    case 'expression': return node.holds
    case 'schema': return node.accepts
    case 'always': return () => node.result
    case 'text': return unsearched()
  }
}

/** What asks for positions has found the document already; nothing else may be matched before there is an index (`searchIn`). */
function unsearched (onElement?: OnElement): Matches {
  if (onElement !== undefined) return () => true
  return () => { throw textIndexRequired() }
}

function compileTest (path: string, test: Test, onElement?: OnElement): Matches {
  return pathMatcher(parsePath(path), test.leaf, (value, position) => {
    if (!test.matches(value, onElement)) return false
    if (onElement !== undefined && position !== -1) onElement(position)
    return true
  })
}

function every (conditions: readonly Matches[]): Matches {
  if (conditions.length === 1) return conditions[0]
  return (document) => {
    for (const holds of conditions) {
      if (!holds(document)) return false
    }
    return true
  }
}

function some (conditions: readonly Matches[]): Matches {
  return (document) => {
    for (const holds of conditions) {
      if (holds(document)) return true
    }
    return false
  }
}

function not (holds: Matches): Matches {
  return (document) => !holds(document)
}
