import { arrayElements, BsonType, fields, isArray, isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { annotationsOf } from './annotations.js'
import { existence, propertiesOf, type Properties } from './objects.js'
import { checkDocument, readNames } from './operands.js'
import type { Explanation, ParseKeyword, Parsing, Rule } from './rule.js'

/** `dependencies`: what holds of a document once it has a certain field. */
export const dependencyKeywords: Readonly<Record<string, ParseKeyword>> = { dependencies: parseDependencies }

type Condition = (document: Value, properties: Properties) => boolean

interface Dependency {
  readonly conditionalProperty: string
  readonly applies: Condition
  readonly accepts: Condition
  readonly explain: (document: Value, properties: Properties) => Explanation
}

function parseDependencies (operand: Value, keyword: string, parsing: Parsing): Rule {
  checkDocument(keyword, operand)
  const dependencies = [...fields(operand)].flatMap(([name, dependency]) => isAnnotation(name, dependency) ? [] : [parseDependency(name, dependency, parsing)])
  return {
    accepts (value) {
      if (!isDocument(value)) return true
      const properties = propertiesOf(value)
      return dependencies.every(({ applies, accepts }) => !applies(value, properties) || accepts(value, properties))
    },
    explain (value) {
      const properties = propertiesOf(value)
      const failingDependencies = dependencies
        .filter(({ applies, accepts }) => applies(value, properties) && !accepts(value, properties))
        .map(({ conditionalProperty, explain }) => ({ conditionalProperty, ...explain(value, properties) }))
      return { operatorName: keyword, ...annotationsOf(operand), failingDependencies }
    }
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
    accepts: (document, properties) => needed.every(({ isIn }) => isIn(document, properties)),
    explain: (document, properties) => ({ missingProperties: needed.filter(({ isIn }) => !isIn(document, properties)).map(({ name }) => name) })
  }
}
