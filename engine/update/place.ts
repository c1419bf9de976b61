import { describeField } from '../bson/describe.js'
import { findField, isArray, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Run, Target } from './modifier.js'

/** A value on the path that can have no field of the name that the path goes on with. */
interface Obstacle {
  readonly name: string
  readonly holder: string
  readonly value: Value
}

/** Where in the document the walk is. Places exist only while the document is walked; they make up paths on demand. */
export class Place implements Target {
  readonly run: Run
  readonly name: string
  /** How many containers the value lies in: none for the document itself. */
  readonly depth: number
  readonly #parent: Place | undefined
  readonly #isElement: boolean
  readonly #obstacle: Obstacle | undefined

  /** The place of the document itself, unless there is a parent. */
  constructor (run: Run, name = '', parent?: Place, isElement = false, obstacle?: Obstacle) {
    this.run = run
    this.name = name
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.#parent = parent
    this.#isElement = isElement
    this.#obstacle = obstacle
  }

  /** The place of a field of the container that is here. */
  child (name: string, container: Value): Place {
    return new Place(this.run, name, this, isArray(container), this.#obstacle)
  }

  /** The place of a field that the value here cannot have. */
  beyond (name: string, value: Value): Place {
    return new Place(this.run, name, this, isArray(value), { name, holder: this.name, value })
  }

  get path (): string {
    const above = this.#parent?.path ?? ''
    return above === '' ? this.name : `${above}.${this.name}`
  }

  get enclosingArray (): string | undefined {
    return this.#isElement ? this.#parent?.name : this.#parent?.enclosingArray
  }

  checkViable (): void {
    if (this.#obstacle === undefined) return
    const { name, holder, value } = this.#obstacle
    throw new EngineError('PathNotViable', `Cannot use the part (${name}) of (${this.path}) to traverse the element ({${describeField(holder, value)}})`)
  }

  /** Throws if nothing can be put here. */
  checkCreatable (): void {
    if (this.#obstacle === undefined) return
    const { name, holder, value } = this.#obstacle
    throw new EngineError('PathNotViable', `Cannot create field '${name}' in element {${describeField(holder, value)}}`)
  }

  /** Throws if the update may not change what is here: `_id`, or something inside it, once the document has one. */
  checkMutable (): void {
    if (this.#rootName === '_id' && findField(this.run.document, '_id') !== undefined) {
      throw new EngineError('ImmutableField', `Performing an update on the path '${this.path}' would modify the immutable field '_id'`)
    }
  }

  /** The name of the field of the document that this is, or is in. */
  get #rootName (): string {
    return this.#parent === undefined || this.depth === 1 ? this.name : this.#parent.#rootName
  }
}
