import { spend } from '../../stretch.js'
import { sameCharacter } from './character-test.js'
import type { Instruction, Program } from './program.js'

/** What the stack holds at most, in numbers: 24 MB. */
const MAX_STACK = 3e6
/** An entry of the stack is two numbers and its kind: one of these, or the place of the run that it belongs to. */
const FORK = -1
const RESTORE = -2
/** A register whose group has not matched. */
const UNSET = -1
/** How many steps of the machine take about as long as one that is counted for the stretch (stretch.ts). */
const STEPS_AT_ONCE = 1024
const STEPS_PER_STEP = 8

/** More steps would be needed than are allowed. */
export class MatchLimitError extends Error {}

/**
 * Matches as JavaScript does, by backtracking (ECMAScript, "Pattern Semantics"), but counts its steps, which V8 does not
 * and cannot be stopped from outside. It is slower than V8 by a factor of ten to twenty.
 */
export class Machine {
  readonly #program: Program
  readonly #text: string
  readonly #registers: number[]
  readonly #stack: number[] = []
  #at = 0
  #stepsLeft: number

  constructor (program: Program, text: string, steps: number) {
    this.#program = program
    this.#text = text
    this.#stepsLeft = steps
    this.#registers = Array.from({ length: program.registers }, () => UNSET)
  }

  /**
   * Finds the first match at a place or behind; returns the match and what its groups have captured.
   * @throws {MatchLimitError}
   */
  find (from: number): { index: number, texts: Array<string | undefined> } | undefined {
    for (let start = from; start <= this.#text.length; start += this.#width(start)) {
      if (!this.#run(0, start)) continue
      const registers = this.#registers
      const texts = Array.from({ length: this.#program.groups }, (_, group) => this.#captured(group))
      return { index: registers[0], texts }
    }
    return undefined
  }

  /** Runs up to `accept`, and leaves what is needed to take it back on the stack. */
  #run (start: number, at: number): boolean {
    const { instructions } = this.#program
    const bottom = this.#stack.length
    this.#at = at
    for (let next = start; ;) {
      this.#count(1)
      const instruction = instructions[next]
      if (instruction.code === 'accept') return true
      next = this.#step(instruction, next)
      if (next < 0) next = this.#backtrack(bottom)
      if (next < 0) return false
    }
  }

  /** Returns the place of the next instruction, or a negative number for a failure. */
  #step (instruction: Exclude<Instruction, { code: 'accept' }>, place: number): number {
    switch (instruction.code) {
      case 'character': return this.#character(instruction) ? place + 1 : -1
      case 'run': return this.#runOf(instruction, place) ? place + 1 : -1
      case 'fork': this.#push(instruction.to, this.#at, FORK); return place + 1
      case 'jump': return instruction.to
      case 'save': this.#set(instruction.register, this.#at); return place + 1
      case 'anchor': return this.#holds(instruction.anchor) ? place + 1 : -1
      case 'reference': return this.#reference(instruction) ? place + 1 : -1
      case 'look': return this.#look(instruction, place) ? instruction.to : -1
      case 'begin': this.#set(instruction.counter, 0); return place + 1
      case 'decide': return this.#decide(instruction, place)
      case 'iterate': this.#iterate(instruction); return place + 1
      case 'again': return this.#isIdle(instruction) ? -1 : instruction.to
    }
  }

  /** Takes back what was done since the last choice, and returns where the other one goes on. */
  #backtrack (bottom: number): number {
    const stack = this.#stack
    while (stack.length > bottom) {
      const kind = stack.pop()!
      const second = stack.pop()!
      const first = stack.pop()!
      if (kind === RESTORE) this.#registers[first] = second
      else if (kind === FORK) {
        this.#at = second
        return first
      } else if (this.#resume(first, second, kind)) return kind + 1
    }
    return -1
  }

  #character ({ test, backward }: Instruction & { code: 'character' }): boolean {
    const code = backward ? this.#codeBefore(this.#at) : this.#text.codePointAt(this.#at)
    if (code === undefined || !test(code)) return false
    const width = code > 0xffff ? 2 : 1
    this.#at += backward ? -width : width
    return true
  }

  /** A greedy run leaves the places where it could have ended, a lazy one how often it has been repeated. */
  #runOf ({ test, least, most, lazy }: Instruction & { code: 'run' }, place: number): boolean {
    const text = this.#text
    const wanted = lazy ? least : most
    let floor = this.#at
    let times = 0
    let at = this.#at
    for (; times < wanted; times++) {
      const code = text.codePointAt(at)
      if (code === undefined || !test(code)) break
      at += code > 0xffff ? 2 : 1
      if (times + 1 === least) floor = at
    }
    this.#count(times)
    if (times < least) return false
    if (lazy) this.#push(times, at, place)
    else if (at > floor) this.#push(floor, at, place)
    this.#at = at
    return true
  }

  /** Lets a run end somewhere else than before: one character earlier, or later when it is lazy. */
  #resume (first: number, at: number, place: number): boolean {
    const run = this.#program.instructions[place] as Instruction & { code: 'run' }
    if (!run.lazy) {
      this.#at = at - (this.#codeBefore(at)! > 0xffff ? 2 : 1)
      if (this.#at > first) this.#push(first, this.#at, place)
      return true
    }
    const code = this.#text.codePointAt(at)
    if (first >= run.most || code === undefined || !run.test(code)) return false
    this.#at = at + this.#width(at)
    this.#push(first + 1, this.#at, place)
    return true
  }

  #holds (anchor: (Instruction & { code: 'anchor' })['anchor']): boolean {
    if (anchor === '^') return this.#at === 0
    if (anchor === '$') return this.#at === this.#text.length
    const { isWord } = this.#program
    const [before, after] = [this.#codeBefore(this.#at), this.#text.codePointAt(this.#at)]
    const isBoundary = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after))
    return isBoundary === (anchor === '\\b')
  }

  /** What a group has not captured is found everywhere. */
  #reference ({ group, backward }: Instruction & { code: 'reference' }): boolean {
    const captured = this.#captured(group) ?? ''
    const [from, to] = backward ? [this.#at - captured.length, this.#at] : [this.#at, this.#at + captured.length]
    if (from < 0 || to > this.#text.length) return false
    this.#count(captured.length)
    const others = [...this.#text.slice(from, to)]
    if (![...captured].every((character, at) => sameCharacter(character, others[at] ?? '', this.#program.ignoreCase))) return false
    this.#at = backward ? from : to
    return true
  }

  #look ({ negated }: Instruction & { code: 'look' }, place: number): boolean {
    const at = this.#at
    const bottom = this.#stack.length
    const found = this.#run(place + 1, at)
    this.#at = at
    if (found) this.#settle(bottom, negated)
    return found !== negated
  }

  /** Forgets the choices above a place of the stack, and takes back what registers were set to or keeps how to. */
  #settle (bottom: number, takeBack: boolean): void {
    const above = this.#stack.splice(bottom)
    const changes: Array<[register: number, before: number]> = []
    for (let entry = 0; entry < above.length; entry += 3) {
      if (above[entry + 2] === RESTORE) changes.push([above[entry], above[entry + 1]])
    }
    if (takeBack) for (const [register, before] of changes.reverse()) this.#registers[register] = before
    else for (const [register, before] of changes) this.#stack.push(register, before, RESTORE)
  }

  #decide ({ counter, least, most, lazy, to }: Instruction & { code: 'decide' }, place: number): number {
    const times = this.#registers[counter]
    if (times < least) return place + 1
    if (times >= most) return to
    this.#push(lazy ? place + 1 : to, this.#at, FORK)
    return lazy ? to : place + 1
  }

  #iterate ({ counter, groups: [from, to] }: Instruction & { code: 'iterate' }): void {
    this.#set(counter, this.#registers[counter] + 1)
    this.#set(counter + 1, this.#at)
    for (let register = 2 * from; register < 2 * to; register++) this.#set(register, UNSET)
  }

  /** Whether an iteration that was not required has consumed nothing: others like it would follow without end. */
  #isIdle ({ counter, least }: Instruction & { code: 'again' }): boolean {
    return this.#registers[counter] > least && this.#registers[counter + 1] === this.#at
  }

  #captured (group: number): string | undefined {
    const [first, last] = [this.#registers[2 * group], this.#registers[2 * group + 1]]
    return first === UNSET || last === UNSET ? undefined : this.#text.slice(first, last)
  }

  #set (register: number, value: number): void {
    if (this.#registers[register] === value) return
    this.#push(register, this.#registers[register], RESTORE)
    this.#registers[register] = value
  }

  #push (first: number, second: number, kind: number): void {
    if (this.#stack.length >= MAX_STACK) throw new MatchLimitError('too much to go back to')
    this.#stack.push(first, second, kind)
  }

  #count (steps: number): void {
    const before = this.#stepsLeft
    this.#stepsLeft -= steps
    if (this.#stepsLeft < 0) throw new MatchLimitError('match limit exceeded')
    const batches = Math.floor(before / STEPS_AT_ONCE) - Math.floor(this.#stepsLeft / STEPS_AT_ONCE)
    if (batches > 0) spend(batches * STEPS_AT_ONCE / STEPS_PER_STEP)
  }

  #codeBefore (at: number): number | undefined {
    const code = this.#text.charCodeAt(at - 1)
    return code >= 0xdc00 && code <= 0xdfff ? this.#text.codePointAt(at - 2) : at > 0 ? code : undefined
  }

  #width (at: number): number {
    return this.#text.codePointAt(at)! > 0xffff ? 2 : 1
  }
}
