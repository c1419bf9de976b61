import { EJSON, type Document } from 'bson'
import t from 'tap'
import { documentValue, encode, toJs, valueFrom, type Value } from '../bson/value.js'
import { documentContext, parseExpression, type Environment } from '../expression/expression.js'

/** The moment that `$$NOW` gives in the tests. */
export const NOW = new Date('2024-05-06T07:08:09.010Z')

/** What stands for a missing result. */
export const MISSING = Symbol('missing')

export type Variables = Readonly<Record<string, unknown>>

/** An expression, what it gives, and the document and variables that it is evaluated upon. */
export type Result = [expression: unknown, result: unknown, document?: Document, variables?: Variables]

/** An expression, the code of its error, and the document. */
export type Refusal = [expression: unknown, code: number, document?: Document]

export function environment (variables: Variables = {}): Environment {
  return { now: NOW, variables: new Map(Object.entries(variables).map(([name, value]) => [name, valueFrom(value)])) }
}

export function evaluate (expression: unknown, document: Document = {}, variables?: Variables): Value | undefined {
  const given = environment(variables)
  return parseExpression(valueFrom(expression), new Set(given.variables.keys())).evaluate(documentContext(documentValue(encode(document)), given))
}

/** A test for each row: the result must have the very type that MongoDB gives it, and be the same for a second time. */
export function results (rows: readonly Result[]): void {
  for (const [expression, result, document, variables] of rows) {
    t.test(`${inWords(expression)}${document === undefined ? '' : ` upon ${inWords(document)}`}`, async (t) => {
      const value = evaluate(expression, document, variables)
      t.equal(value === undefined ? 'missing' : inWords(toJs(value)), result === MISSING ? 'missing' : inWords(toJs(valueFrom(result))))
    })
  }
}

export function refusals (rows: readonly Refusal[]): void {
  for (const [expression, code, document] of rows) {
    t.test(`${inWords(expression)} is refused with code ${code}`, async (t) => {
      t.throws(() => evaluate(expression, document), { code })
    })
  }
}

function inWords (js: unknown): string {
  return EJSON.stringify({ value: js }, { relaxed: false }).slice('{"value":'.length, -1)
}
