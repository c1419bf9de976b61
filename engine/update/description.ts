import { arrayValue, buildDocument, documentValue, valueFrom, type Value } from '../bson/value.js'
import type { ArrayDifference, Difference, DocumentDifference } from './difference.js'
import { arrayIndex } from './path.js'

type Members = Array<[name: string, value: Value]>

/** One part of a path, and whether it is an index of an array. */
interface Part { readonly name: string, readonly isIndex: boolean }

/**
 * What a change stream tells of an update ("updateDescription" of the manual), in MongoDB's order: of each container what was
 * set in it, what was removed from it, then what has changed deeper.
 * @returns `{ updatedFields, removedFields, truncatedArrays }`, and `disambiguatedPaths` if there are any
 */
export function describeDifference (difference: Difference): Buffer {
  return new Description().of(difference)
}

class Description {
  readonly #updated: Members = []
  readonly #removed: Value[] = []
  readonly #truncated: Value[] = []
  readonly #ambiguous: Members = []

  of (difference: Difference): Buffer {
    this.#describe(difference, [])
    const description: Members = [
      ['updatedFields', documentOf(this.#updated)],
      ['removedFields', arrayValue(this.#removed)],
      ['truncatedArrays', arrayValue(this.#truncated)]
    ]
    if (this.#ambiguous.length > 0) description.push(['disambiguatedPaths', documentOf(this.#ambiguous)])
    return buildDocument(description)
  }

  #describe (difference: Difference, path: readonly Part[]): void {
    if (difference.kind === 'array') this.#describeArray(difference, path)
    else this.#describeDocument(difference, path)
  }

  #describeDocument ({ updated, inserted, removed, inner }: DocumentDifference, path: readonly Part[]): void {
    const field = (name: string): readonly Part[] => [...path, { name, isIndex: false }]
    for (const [name, value] of [...updated, ...inserted]) this.#updated.push([this.#name(field(name)), value])
    for (const name of removed) this.#removed.push(valueFrom(this.#name(field(name))))
    for (const [name, difference] of inner) this.#describe(difference, field(name))
  }

  #describeArray ({ elements, newLength }: ArrayDifference, path: readonly Part[]): void {
    if (newLength !== undefined) this.#truncated.push(valueFrom({ field: this.#name(path), newSize: newLength }))
    for (const [index, now] of elements) {
      const element = [...path, { name: String(index), isIndex: true }]
      if ('kind' in now) this.#describe(now, element)
      else this.#updated.push([this.#name(element), now])
    }
  }

  /** The path as text; if that could be another path's too, its parts are told as well. */
  #name (path: readonly Part[]): string {
    const text = path.map(({ name }) => name).join('.')
    if (path.some(isAmbiguous)) this.#ambiguous.push([text, valueFrom(path.map(({ name, isIndex }) => isIndex ? Number(name) : name))])
    return text
  }
}

/** A name with a dot, or a number that is no index; at the beginning of a path there are no indexes. */
function isAmbiguous ({ name, isIndex }: Part, depth: number): boolean {
  return !isIndex && ((depth > 0 && arrayIndex(name) !== undefined) || name.includes('.'))
}

function documentOf (members: Members): Value {
  return documentValue(buildDocument(members))
}
