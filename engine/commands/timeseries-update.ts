import { arrayElements, BsonType, fields, findField, isArray, isDocument, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { isView, type Entry } from '../storage/catalog.js'
import type { Arguments } from './arguments.js'

/**
 * Refuses what MongoDB 7.0 refuses of an update of a time series: all that is not about many measurements, chosen by
 * their `metaField`, of which it changes nothing else.
 * @param args those of a statement, or of a findAndModify, which is never about many
 * @throws {EngineError} InvalidOptions
 */
export function checkTimeseriesUpdate (entry: Entry | undefined, args: Arguments): void {
  if (isView(entry) || entry?.timeseries === undefined) return
  const { metaField } = entry.timeseries
  if (!args.bool('multi')) throw invalid('Cannot perform a non-multi update on a time-series collection')
  if (args.bool('upsert')) throw invalid('Cannot perform an upsert on a time-series collection')
  if (metaField === undefined) throw invalid('Cannot perform an update on a time-series collection that does not have a metaField')
  checkQuery(args.requiredDocument('q'), metaField)
  checkUpdate(args.requiredValue('u'), metaField)
}

/** A query or, as MongoDB sees it, any document in an array inside of one. */
function checkQuery (query: Value, metaField: string): void {
  for (const [name, value] of fields(query)) {
    if (!name.startsWith('$') && !isWithin(name, metaField)) throw queriesOther(metaField)
    checkCondition(name, value, metaField)
  }
}

function checkCondition (name: string, value: Value, metaField: string): void {
  if (name === '$expr' || name === '$where') throw invalid(`Cannot use ${name} when performing an update or delete on a time-series collection`)
  if (name === '$jsonSchema') return checkSchema(value, metaField)
  if (isArray(value)) {
    for (const element of arrayElements(value)) {
      if (isDocument(element)) checkQuery(element, metaField)
      else checkCondition('', element, metaField)
    }
  } else if (isDocument(value)) {
    for (const [member, operand] of fields(value)) checkCondition(member, operand, metaField)
  }
}

function checkSchema (schema: Value, metaField: string): void {
  if (!isDocument(schema)) return
  const [required, properties] = [findField(schema, 'required'), findField(schema, 'properties')]
  const names = [...isArray(required) ? arrayElements(required).map(textOf) : [], ...isDocument(properties) ? [...fields(properties)].map(([name]) => name) : []]
  if (names.some((name) => name !== metaField)) throw queriesOther(metaField)
}

function checkUpdate (update: Value, metaField: string): void {
  if (isArray(update)) throw invalid('Cannot perform an update on a time-series collection using a pipeline update')
  const operators = isDocument(update) ? [...fields(update)] : []
  if (!operators[0]?.[0].startsWith('$')) throw invalid('Cannot perform an update on a time-series collection using a replacement document')
  for (const [operator, changes] of operators) {
    for (const [path, argument] of isDocument(changes) ? fields(changes) : []) {
      const changed = operator === '$rename' ? [path, textOf(argument) ?? ''] : [path]
      if (changed.every((path) => isWithin(path, metaField))) continue
      throw invalid(`Cannot perform an update on a time-series collection which updates a field that is not the metaField '${metaField}'`)
    }
  }
}

function queriesOther (metaField: string): EngineError {
  return invalid(`Cannot perform an update or delete on a time-series collection when querying on a field that is not the metaField '${metaField}'`)
}

function isWithin (path: string, field: string): boolean {
  return path.split('.', 1)[0] === field
}

function textOf (value: Value): string | undefined {
  return value.type === BsonType.string ? stringOf(value) : undefined
}

function invalid (message: string): EngineError {
  return new EngineError('InvalidOptions', message)
}
