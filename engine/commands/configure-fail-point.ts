import { nearestDouble } from '../bson/number.js'
import { BsonType, documentValue, findField, payload, stringOf, type Value } from '../bson/value.js'
import { codes, EngineError } from '../errors.js'
import { readFields, type Arguments } from './arguments.js'
import type { Command } from './command.js'
import type { Fields } from './fields.js'
import type { FailMode, Failure } from './fail-points.js'

/** The fail points there are. */
const points: Readonly<Record<string, (data: Arguments | undefined) => Failure>> = {
  failCommand,
  failGetMoreAfterCursorCheckout: (data) => ({ ...readFailure(data), concerns: ({ isCheckout }) => isCheckout }),
  maxTimeAlwaysTimeOut: () => ({ ...readFailure(), concerns: ({ hasTimeLimit }) => hasTimeLimit, errorCode: codes.MaxTimeMSExpired }),
  onPrimaryTransactionalWrite: failRetryableWrite
}

const modeFields: Fields = { times: 'number', skip: 'number', activationProbability: 'number' }

const dataFields: Fields = {
  // Some tests give a message, of which mongod makes no use either.
  errmsg: 'string',
  failCommands: 'array',
  appName: 'string',
  errorCode: 'number',
  errorLabels: 'array',
  closeConnection: 'bool',
  writeConcernError: 'document',
  blockConnection: 'bool',
  blockTimeMS: 'number',
  failInternalCommands: 'bool',
  failBeforeCommitExceptionCode: 'number'
}

export const configureFailPoint: Command = {
  name: 'configureFailPoint',
  summary: `Only with \`--test-commands\`: ${Object.keys(points).join(', ')}`,
  fields: { configureFailPoint: 'string', mode: ['string', 'document'], data: 'document' },

  run ({ args, services: { failPoints } }) {
    const name = args.requiredString('configureFailPoint')
    if (failPoints === undefined || !Object.hasOwn(points, name)) throw new EngineError('FailPointSetFailed', `${name} not found`)
    const mode = readMode(args.requiredValue('mode'))
    const data = args.document('data')
    if (mode === undefined) failPoints.remove(name)
    else failPoints.set(name, mode, points[name](data && readFields('data', dataFields, data)))
    return {}
  }
}

/** `undefined` is off. */
function readMode (mode: Value): FailMode | undefined {
  if (mode.type === BsonType.string) return readModeName(stringOf(mode))
  const args = readFields('mode', modeFields, mode)
  const probability = args.value('activationProbability')
  return { skip: args.count('skip') ?? 0, times: args.count('times') ?? Infinity, probability: probability === undefined ? 1 : nearestDouble(probability) }
}

function readModeName (name: string): FailMode | undefined {
  if (name === 'off') return undefined
  if (name === 'alwaysOn') return { skip: 0, times: Infinity, probability: 1 }
  throw new EngineError('BadValue', `unknown mode: ${name}`)
}

function failCommand (data: Arguments | undefined): Failure {
  const names = new Set(strings(data, 'failCommands').map((name) => name.toLowerCase()))
  const client = data?.string('appName')
  return {
    ...readFailure(data),
    // Several commands have two spellings, which differ in their capitals.
    concerns: ({ command, appName }) => names.has(command.toLowerCase()) && (client === undefined || client === appName)
  }
}

/** Loses the connection after a retryable write, which is not done again when it comes again, or before it if it is told to fail. */
function failRetryableWrite (data: Arguments | undefined): Failure {
  const isDoneAfterwards = !data?.has('failBeforeCommitExceptionCode')
  const done = new Set<string>()
  return {
    ...readFailure(data),
    concerns ({ retryableWrite }) {
      if (retryableWrite === undefined || done.has(retryableWrite)) return false
      if (isDoneAfterwards) done.add(retryableWrite)
      return true
    },
    closesConnection: isDoneAfterwards ? 'after' : 'before'
  }
}

function readFailure (data?: Arguments): Omit<Failure, 'concerns'> {
  return {
    delay: data?.bool('blockConnection') ? data.count('blockTimeMS') ?? 0 : 0,
    closesConnection: data?.bool('closeConnection') ? 'before' : undefined,
    errorCode: data?.integer('errorCode'),
    errorLabels: data?.has('errorLabels') ? strings(data, 'errorLabels') : undefined,
    writeConcernError: readWriteConcernError(data?.document('writeConcernError'))
  }
}

function readWriteConcernError (document: Value | undefined): Failure['writeConcernError'] {
  if (document === undefined) return undefined
  const code = findField(document, 'code')
  return { document: copyOf(document), code: code === undefined ? 0 : nearestDouble(code) }
}

function strings (data: Arguments | undefined, name: string): string[] {
  return (data?.array(name) ?? []).map((value) => {
    if (value.type !== BsonType.string) throw new EngineError('TypeMismatch', `data.${name} must be an array of strings`)
    return stringOf(value)
  })
}

/** What is kept must not be a view of the network's buffer. */
function copyOf (document: Value): Value {
  return documentValue(Buffer.from(payload(document)))
}
