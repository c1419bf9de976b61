import { type Document, Double, Int32 } from 'bson'
import fc from './random.js'
import t from 'tap'
import { arrayElements, buildDocument, documentValue, encode, fields, isArray, isDocument, payload, type Value } from '../bson/value.js'
import { validateDocument } from '../bson/validate.js'
import { EngineError } from '../errors.js'
import { parseUpdate } from '../update/update.js'
import { values } from './arbitraries.js'
import { contextOf, parse } from './update-cases.js'

const names = fc.constantFrom('a', 'b', 'c', '0', '1', 'é')
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'))

const documents = fc.uniqueArray(fc.tuple(names, values), { maxLength: 6, selector: ([name]) => name })
  .map((entries) => encode(new Map<string, unknown>([['_id', 1], ...entries])))

const numbers = fc.oneof(fc.integer({ min: -5, max: 5 }).map((n) => new Int32(n)), fc.double({ noNaN: true }).map((n) => new Double(n)))

const operators = fc.oneof(
  fc.tuple(fc.constantFrom('$set', '$min', '$max', '$push', '$addToSet', '$setOnInsert'), paths, values),
  fc.tuple(fc.constantFrom('$inc', '$mul'), paths, numbers),
  fc.tuple(fc.constantFrom('$unset', '$currentDate'), paths, fc.constant(true)),
  fc.tuple(fc.constant('$pullAll'), paths, fc.array(values, { maxLength: 3 })),
  fc.tuple(fc.constant('$pop'), paths, fc.constantFrom(1, -1))
).map(([operator, path, argument]): Document => ({ [operator]: { [path]: argument } }))

/** Applies an update, or returns `undefined` where it does not suit the document, as many random ones do not. */
function attempt (document: Buffer, update: Document): Buffer | undefined {
  try {
    return parse(update).apply(document, contextOf()).document
  } catch (error) {
    if (error instanceof EngineError) return undefined
    throw error
  }
}

/** The bytes of everything that a path neither leads to nor through, by the path of each. */
function untouched (container: Value, path: readonly string[], above = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of childrenOf(container)) {
    if (name !== path[0]) found.set(above + name, `${value.type} ${payload(value).toString('hex')}`)
    else if (path.length > 1 && (isDocument(value) || isArray(value))) {
      untouched(value, path.slice(1), `${above}${name}.`).forEach((bytes, inner) => found.set(inner, bytes))
    }
  }
  return found
}

function childrenOf (container: Value): Array<[string, Value]> {
  return isArray(container) ? arrayElements(container).map((element, index) => [String(index), element]) : [...fields(container)]
}

t.test('an update leaves the bytes of untouched fields alone', async (t) => {
  fc.assert(fc.property(documents, operators, (document, update) => {
    const after = attempt(document, update)
    if (after === undefined) return
    const [path] = Object.keys(Object.values(update)[0] as Document)
    const [left, right] = [document, after].map((bytes) => untouched(documentValue(bytes), path.split('.')))
    const kept = [...right].filter(([name]) => left.has(name))
    if (JSON.stringify(kept) !== JSON.stringify([...left])) throw new Error('something else has changed')
  }), { numRuns: 1500 })
  t.pass()
})

t.test('a result is valid BSON, whatever the update', async (t) => {
  fc.assert(fc.property(documents, fc.array(operators, { minLength: 1, maxLength: 4 }), (document, updates) => {
    const after = attempt(document, Object.assign({}, ...updates))
    if (after !== undefined) validateDocument(after, 0, after.length)
  }), { numRuns: 1500 })
  t.pass()
})

t.test('$set, $min, $max, $addToSet and $pullAll do nothing the second time', async (t) => {
  const idempotent = operators.filter((update) => ['$set', '$min', '$max', '$addToSet', '$pullAll'].includes(Object.keys(update)[0]))
  fc.assert(fc.property(documents, idempotent, (document, update) => {
    const once = attempt(document, update)
    if (once !== undefined && attempt(once, update) !== once) throw new Error('changed again')
  }), { numRuns: 1500 })
  t.pass()
})

t.test('setting what is there returns the very same Buffer', async (t) => {
  fc.assert(fc.property(documents, (document) => {
    const set = documentValue(buildDocument([['$set', documentValue(document)]]))
    if (parseUpdate(set).apply(document, contextOf()).document !== document) throw new Error('changed')
  }))
  t.pass()
})
