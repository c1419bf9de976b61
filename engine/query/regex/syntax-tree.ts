import { Scanner } from './scanner.js'

/** A regular expression of JavaScript as a tree. */
export type Node =
  /** One character, or one of a set: the text that JavaScript has for it. */
  | { readonly kind: 'character', readonly source: string }
  | { readonly kind: 'sequence' | 'choice', readonly nodes: readonly Node[] }
  | { readonly kind: 'group', readonly number: number, readonly node: Node }
  | { readonly kind: 'look', readonly behind: boolean, readonly negated: boolean, readonly node: Node }
  | { readonly kind: 'anchor', readonly anchor: Anchor }
  | { readonly kind: 'reference', readonly to: number | string }
  | Repeat

export type Anchor = '^' | '$' | '\\b' | '\\B'

export interface Repeat {
  readonly kind: 'repeat'
  readonly node: Node
  readonly least: number
  readonly most: number
  readonly lazy: boolean
  /** The numbers of the groups inside, from the first up to, not including, the last. */
  readonly groups: readonly [from: number, to: number]
}

export interface SyntaxTree {
  readonly root: Node
  /** With the whole match, which is group 0. */
  readonly groups: number
  /** The numbers of the groups that have a name. */
  readonly names: ReadonlyMap<string, number>
}

/** @param source what translate.ts has written and JavaScript has accepted: it is not checked again */
export function readSyntaxTree (source: string): SyntaxTree {
  const reader = new Reader(source)
  return { root: reader.choice(), groups: reader.groups, names: reader.names }
}

class Reader {
  groups = 1
  readonly names = new Map<string, number>()
  readonly #scanner: Scanner

  constructor (source: string) {
    this.#scanner = new Scanner(source)
  }

  choice (): Node {
    const nodes = [this.#sequence()]
    while (this.#scanner.take(/\|/y) !== undefined) nodes.push(this.#sequence())
    return nodes.length === 1 ? nodes[0] : { kind: 'choice', nodes }
  }

  #sequence (): Node {
    const nodes: Node[] = []
    while (!this.#scanner.done && this.#scanner.take(/(?=[|)])/y) === undefined) nodes.push(this.#term())
    return nodes.length === 1 ? nodes[0] : { kind: 'sequence', nodes }
  }

  #term (): Node {
    const from = this.groups
    const node = this.#atom()
    const quantifier = this.#scanner.take(/(?:([*+?])|\{(\d+)(,?)(\d*)\})(\??)/y)
    if (quantifier === undefined) return node
    const [, sign, first, comma, last, lazy] = quantifier
    const least = sign === undefined ? Number(first) : sign === '+' ? 1 : 0
    const most = sign === undefined ? (comma === '' ? least : Number(last || Infinity)) : sign === '?' ? 1 : Infinity
    return { kind: 'repeat', node, least, most, lazy: lazy !== '', groups: [from, this.groups] }
  }

  #atom (): Node {
    const scanner = this.#scanner
    const anchor = scanner.take(/[$^]|\\[bB]/y)
    if (anchor !== undefined) return { kind: 'anchor', anchor: anchor[0] as Anchor }
    const reference = scanner.take(/\\(?:([1-9]\d*)|k<(\w+)>)/y)
    if (reference !== undefined) return { kind: 'reference', to: reference[2] ?? Number(reference[1]) }
    const open = scanner.take(/\((?:\?(?:(:)|(<?)([=!])|<(\w+)>))?/y)
    if (open !== undefined) return this.#group(open)
    const character = scanner.take(/\[(?:\\.|[^\]\\])*\]|\\x..|\\?./suy)
    return { kind: 'character', source: character?.[0] ?? scanner.character() }
  }

  #group ([, plain, behind, look, name]: RegExpExecArray): Node {
    const number = plain === undefined && look === undefined ? this.groups++ : 0
    if (name !== undefined) this.names.set(name, number)
    const node = this.choice()
    this.#scanner.take(/\)/y)
    if (look !== undefined) return { kind: 'look', behind: behind !== '', negated: look === '!', node }
    return number === 0 ? node : { kind: 'group', number, node }
  }
}
