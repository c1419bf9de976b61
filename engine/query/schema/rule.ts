import type { Value } from '../../bson/value.js'

/** The members of a document that says why something did not match, in the form and order of MongoDB's `errInfo`. */
export type Explanation = Readonly<Record<string, unknown>>

/** A compiled keyword. It is about values of certain types and accepts all others, as JSON Schema has it. */
export interface Rule {
  accepts (value: Value): boolean
  /** Only to be asked about a value that is not accepted. */
  explain (value: Value): Explanation
}

/** A compiled schema. */
export interface Schema {
  /** `title` and `description`, which are repeated wherever the schema is found broken. */
  readonly annotations: Explanation
  accepts (value: Value): boolean
  /** The rules that the value breaks. */
  explain (value: Value): Explanation[]
}

/** The members of a schema by their names, each of which it has once. */
export type Keywords = ReadonlyMap<string, Value>

export type ParseSchema = (schema: Value) => Schema

/** Compiles one keyword; `undefined` when what it says restricts nothing. */
export type ParseKeyword = (operand: Value, keyword: string, parsing: Parsing) => Rule | undefined

/** What a keyword may look at besides itself. */
export interface Parsing {
  readonly keywords: Keywords
  readonly parseSchema: ParseSchema
}

/** A rule that says of a value no more than that it was looked at. */
export function simpleRule (keyword: string, specifiedAs: Explanation, reason: string, accepts: Rule['accepts']): Rule {
  return { accepts, explain: (consideredValue) => ({ operatorName: keyword, specifiedAs, reason, consideredValue }) }
}
