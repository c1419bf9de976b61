import { setTimeout as delay } from 'node:timers/promises'
import { findField, payload, type Value } from '../bson/value.js'
import { codes, EngineError, type ErrorCode } from '../errors.js'
import type { Connection, Request, Responder } from '../wire/connection.js'
import type { Reply } from '../wire/reply.js'
import { errorReply, retryLabels, type ErrorRole } from './error-reply.js'
import type { FailPoints, Failure, Occasion } from './fail-points.js'
import { firstName } from './responder.js'

const codeNames = new Map(Object.entries(codes).map(([name, code]) => [code as number, name as ErrorCode]))

/** Lets the commands through that meet no fail point. It knows no command: also one that does not exist can be made to fail. */
export class FailingResponder implements Responder {
  readonly #responder: Responder
  readonly #failPoints: FailPoints

  constructor (responder: Responder, failPoints: FailPoints) {
    this.#responder = responder
    this.#failPoints = failPoints
  }

  respond (request: Request, connection: Connection): Reply | Promise<Reply> {
    const occasion = occasionOf(request, connection)
    const failure = this.#failPoints.take(occasion)
    return failure === undefined ? this.#responder.respond(request, connection) : this.#fail(failure, occasion, request, connection)
  }

  respondToError (error: unknown): Reply {
    return this.#responder.respondToError(error)
  }

  get ending (): Buffer {
    return this.#responder.ending
  }

  async #fail (failure: Failure, { role }: Occasion, request: Request, connection: Connection): Promise<Reply> {
    const { closesConnection, errorCode, writeConcernError } = failure
    if (failure.delay > 0) await delay(failure.delay)
    if (closesConnection === 'before') return hangUp(connection)
    if (errorCode !== undefined) return errorReply(failureOf(errorCode, "Failing command via 'failCommand' failpoint", failure.errorLabels), role)
    const reply = await this.#responder.respond(request, connection)
    if (closesConnection === 'after') return hangUp(connection)
    if (writeConcernError === undefined) return reply
    const labels = failure.errorLabels ?? retryLabels(writeConcernError.code, role)
    return { ...reply, writeConcernError: writeConcernError.document, ...(labels.length > 0 && { errorLabels: labels }) }
  }
}

function occasionOf ({ body }: Request, { appName }: Connection): Occasion {
  const command = firstName(body)
  return {
    command,
    appName,
    role: roleOf(command, body),
    retryableWrite: retryableWriteOf(body),
    hasTimeLimit: findField(body, 'maxTimeMS') !== undefined,
    isCheckout: false
  }
}

const CHECKOUT: Occasion = { command: '', appName: undefined, role: undefined, retryableWrite: undefined, hasTimeLimit: false, isCheckout: true }

/** To be called when a getMore has found its cursor. @throws {EngineError} what a fail point says */
export function failCheckout (failPoints: FailPoints): void {
  const failure = failPoints.take(CHECKOUT)
  if (failure?.errorCode !== undefined) throw failureOf(failure.errorCode, "Hit the 'failGetMoreAfterCursorCheckout' failpoint")
}

function roleOf (command: string, body: Value): ErrorRole | undefined {
  if (findField(body, 'txnNumber') === undefined) return undefined
  if (findField(body, 'autocommit') === undefined) return 'retryable write'
  return command === 'commitTransaction' || command === 'abortTransaction' ? 'end of transaction' : 'transaction'
}

function retryableWriteOf (body: Value): string | undefined {
  const [session, number] = [findField(body, 'lsid'), findField(body, 'txnNumber')]
  if (session === undefined || number === undefined || findField(body, 'autocommit') !== undefined) return undefined
  return Buffer.concat([payload(session), payload(number)]).toString('hex')
}

function failureOf (code: number, message: string, errorLabels?: readonly string[]): EngineError {
  return new EngineError(codeNames.get(code) ?? code, message, errorLabels && { errorLabels })
}

function hangUp (connection: Connection): Reply {
  connection.destroy()
  return {} // which nobody is left to read
}
