import { CharacterTests, type CharacterTest } from './character-test.js'
import type { Anchor, Node, Repeat, SyntaxTree } from './syntax-tree.js'

/** What the machine does, one after the other; numbers of instructions are their places in the program. */
export type Instruction =
  | { readonly code: 'character', readonly test: CharacterTest, readonly backward: boolean }
  /** Repeats a single character, by far the commonest repetition, without an instruction for each time. */
  | { readonly code: 'run', readonly test: CharacterTest, readonly least: number, readonly most: number, readonly lazy: boolean }
  /** Goes on with the next, and at `to` when that fails. */
  | { readonly code: 'fork', readonly to: number }
  | { readonly code: 'jump', readonly to: number }
  /** Remembers the place in the text. */
  | { readonly code: 'save', readonly register: number }
  | { readonly code: 'anchor', readonly anchor: Anchor }
  | { readonly code: 'reference', readonly group: number, readonly backward: boolean }
  /** Runs what follows up to `accept`, for its result alone, and goes on at `to`. */
  | { readonly code: 'look', readonly negated: boolean, readonly to: number }
  /** Begins a loop: counts from zero in `counter`. */
  | { readonly code: 'begin', readonly counter: number }
  /** Decides whether there is another iteration, which is what follows, or the loop ends, at `to`. */
  | { readonly code: 'decide', readonly counter: number, readonly least: number, readonly most: number, readonly lazy: boolean, readonly to: number }
  /** Begins an iteration, of whose groups none has matched; the register after the counter gets the place. */
  | { readonly code: 'iterate', readonly counter: number, readonly groups: readonly [from: number, to: number] }
  /** Ends an iteration, which must have consumed something unless it was required. */
  | { readonly code: 'again', readonly counter: number, readonly least: number, readonly to: number }
  | { readonly code: 'accept' }

export interface Program {
  readonly instructions: readonly Instruction[]
  /** The first and the last place of each group, then those of loops. */
  readonly registers: number
  readonly groups: number
  readonly isWord: CharacterTest
  readonly ignoreCase: boolean
}

export function compileProgram (tree: SyntaxTree, ignoreCase: boolean): Program {
  const compiler = new Compiler(tree, new CharacterTests(ignoreCase))
  return { ...compiler.run(), groups: tree.groups, ignoreCase }
}

class Compiler {
  readonly #tree: SyntaxTree
  readonly #tests: CharacterTests
  readonly #instructions: Instruction[] = []
  #registers: number
  /** Inside of a look behind, which JavaScript matches from its end to its beginning. */
  #backward = false

  constructor (tree: SyntaxTree, tests: CharacterTests) {
    this.#tree = tree
    this.#tests = tests
    this.#registers = 2 * tree.groups
  }

  run (): Pick<Program, 'instructions' | 'registers' | 'isWord'> {
    this.#group({ kind: 'group', number: 0, node: this.#tree.root })
    this.#instructions.push({ code: 'accept' })
    return { instructions: this.#instructions, registers: this.#registers, isWord: this.#tests.of('\\w') }
  }

  #add (node: Node): void {
    switch (node.kind) {
      case 'character': this.#instructions.push({ code: 'character', test: this.#tests.of(node.source), backward: this.#backward }); break
      case 'anchor': this.#instructions.push({ code: 'anchor', anchor: node.anchor }); break
      case 'reference': this.#instructions.push({ code: 'reference', group: this.#groupNumber(node.to), backward: this.#backward }); break
      case 'sequence': for (const part of this.#backward ? node.nodes.toReversed() : node.nodes) this.#add(part); break
      case 'choice': this.#choice(node.nodes); break
      case 'group': this.#group(node); break
      case 'look': this.#look(node); break
      case 'repeat': this.#repeat(node)
    }
  }

  #groupNumber (to: number | string): number {
    return typeof to === 'number' ? to : this.#tree.names.get(to)!
  }

  #choice (nodes: readonly Node[]): void {
    const ends = nodes.slice(0, -1).map((branch) => {
      const fork = this.#reserve()
      this.#add(branch)
      const end = this.#reserve()
      this.#instructions[fork] = { code: 'fork', to: this.#next }
      return end
    })
    this.#add(nodes[nodes.length - 1])
    for (const end of ends) this.#instructions[end] = { code: 'jump', to: this.#next }
  }

  #group ({ number, node }: Node & { kind: 'group' }): void {
    const [first, last] = this.#backward ? [2 * number + 1, 2 * number] : [2 * number, 2 * number + 1]
    this.#instructions.push({ code: 'save', register: first })
    this.#add(node)
    this.#instructions.push({ code: 'save', register: last })
  }

  #look ({ behind, negated, node }: Node & { kind: 'look' }): void {
    const outside = this.#backward
    const look = this.#reserve()
    this.#backward = behind
    this.#add(node)
    this.#instructions.push({ code: 'accept' })
    this.#backward = outside
    this.#instructions[look] = { code: 'look', negated, to: this.#next }
  }

  #repeat ({ node, least, most, lazy, groups }: Repeat): void {
    if (node.kind === 'character' && !this.#backward) {
      this.#instructions.push({ code: 'run', test: this.#tests.of(node.source), least, most, lazy })
      return
    }
    const counter = this.#registers
    this.#registers += 2
    this.#instructions.push({ code: 'begin', counter })
    const decide = this.#reserve()
    this.#instructions.push({ code: 'iterate', counter, groups })
    this.#add(node)
    this.#instructions.push({ code: 'again', counter, least, to: decide })
    this.#instructions[decide] = { code: 'decide', counter, least, most, lazy, to: this.#next }
  }

  get #next (): number {
    return this.#instructions.length
  }

  /** Leaves a place for an instruction that names a later one; returns where. */
  #reserve (): number {
    return this.#instructions.push({ code: 'accept' }) - 1
  }
}
