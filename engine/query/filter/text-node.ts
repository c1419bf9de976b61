import { EngineError } from '../../errors.js'
import type { TextQuery } from '../../text/search.js'
import type { FilterNode } from './node.js'

/**
 * The `$text` of a filter, if it has one.
 * @throws {EngineError} BadValue for two, and for one that is negated
 */
export function textIn (root: FilterNode): TextQuery | undefined {
  const [text, second] = textsIn(root, false)
  if (second !== undefined) throw new EngineError('BadValue', 'Too many text expressions')
  return text
}

function textsIn (node: FilterNode, isNegated: boolean): TextQuery[] {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'nor': return node.nodes.flatMap((child) => textsIn(child, isNegated || node.kind === 'nor'))
    case 'text':
      if (isNegated) throw new EngineError('BadValue', 'text expression not allowed in nor')
      return [node.text]
    default: return []
  }
}

/** A filter with another node in place of its `$text`. */
export function replaceText (node: FilterNode, replacement: FilterNode): FilterNode {
  if (node.kind === 'text') return replacement
  return node.kind === 'and' || node.kind === 'or' ? { ...node, nodes: node.nodes.map((child) => replaceText(child, replacement)) } : node
}

export function textIndexRequired (): EngineError {
  return new EngineError('IndexNotFound', 'text index required for $text query')
}
