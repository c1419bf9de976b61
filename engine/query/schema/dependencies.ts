import { arrayElements, BsonType, fields, isArray, isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { annotationsOf } from './annotations.js'
import { existence } from './objects.js'
import { checkDocument, readNames } from './operands.js'
import type { Explanation, ParseKeyword, Parsing, Rule } from './rule.js'

/** `dependencies`: what holds of a document once it has a certain field. */
export const dependencyKeywords: Readonly<Record<string, ParseKeyword>> = { dependencies: parseDependencies }

interface Dependency {
  readonly conditionalProperty: string
  readonly applies: (document: Value) => boolean
  readonly accepts: (document: Value) => boolean
  readonly explain: (document: Value) => Explanation
}

function parseDependencies (operand: Value, keyword: string, parsing: Parsing): Rule {
  checkDocument(keyword, operand)
  const dependencies = [...fields(operand)].flatMap(([name, dependency]) => isAnnotation(name, dependency) ? [] : [parseDependency(name, dependency, parsing)])
  const isBroken = ({ applies, accepts }: Dependency, value: Value): boolean => applies(value) && !accepts(value)
  return {
    accepts: (value) => !isDocument(value) || !dependencies.some((dependency) => isBroken(dependency, value)),
    explain: (value) => ({
      operatorName: 'dependencies',
      ...annotationsOf(operand),
      failingDependencies: dependencies.filter((dependency) => isBroken(dependency, value))
        .map(({ conditionalProperty, explain }) => ({ conditionalProperty, ...explain(value) }))
    })
  }
}

function isAnnotation (name: string, { type }: Value): boolean {
  return type === BsonType.string && (name === 'title' || name === 'description')
}

function parseDependency (conditionalProperty: string, dependency: Value, { parseSchema }: Parsing): Dependency {
  const condition = { conditionalProperty, applies: existence(conditionalProperty) }
  if (isArray(dependency)) return { ...condition, ...parseNames(conditionalProperty, dependency) }
  if (!isDocument(dependency)) throw new EngineError('TypeMismatch', `property '${conditionalProperty}' in $jsonSchema keyword 'dependencies' must be either an object or an array`)
  const schema = parseSchema(dependency)
  return { ...condition, accepts: schema.accepts, explain: (document) => ({ details: schema.explain(document) }) }
}

/** Other fields that must be there. */
function parseNames (name: string, dependency: Value): Pick<Dependency, 'accepts' | 'explain'> {
  const names = readNames(arrayElements(dependency), {
    type: (found) => new EngineError('TypeMismatch', `array '${name}' in $jsonSchema keyword 'dependencies' can only contain strings, but found element of type: ${found}`),
    duplicate: (other) => new EngineError('FailedToParse', `array '${name}' in $jsonSchema keyword 'dependencies' contains duplicate element: ${other}`)
  })
  if (names.length === 0) throw new EngineError('FailedToParse', `property '${name}' in $jsonSchema keyword 'dependencies' cannot be an empty array`)
  const needed = names.map((name) => ({ name, isIn: existence(name) }))
  return {
    accepts: (document) => needed.every(({ isIn }) => isIn(document)),
    explain: (document) => ({ missingProperties: needed.filter(({ isIn }) => !isIn(document)).map(({ name }) => name) })
  }
}
