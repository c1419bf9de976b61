import mongoose from 'mongoose'
import { problem, type Problem } from '../../src/errors.js'

const { MongoClientClosedError, MongoError, MongoNetworkError, MongoNotConnectedError, MongoServerError, MongoSystemError, MongoTopologyClosedError } = mongoose.mongo

const unreachable = [MongoNetworkError, MongoSystemError, MongoNotConnectedError, MongoTopologyClosedError, MongoClientClosedError, mongoose.Error.MongooseServerSelectionError]

/** MongoDB's codes for a server that is stopping, has no primary, has no time or has no disk left. */
const transientCodes = new Set<unknown>([6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031])

/** What a socket reports when the other end is gone; the driver passes it on as it is when it strikes while writing. */
const brokenSocket = new Set<unknown>(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE'])

/** A failure that says nothing about the request and will pass. Every other error of the driver is a bug here. */
export function databaseProblem (error: unknown): Problem | undefined {
  if (error instanceof MongoError && error.name === 'MongoWaitQueueTimeoutError') return problem('OVERLOADED', { headers: { 'retry-after': '1' } })
  return isTransient(error) ? problem('DATABASE_UNAVAILABLE', { headers: { 'retry-after': '2' } }) : undefined
}

function isTransient (error: unknown): boolean {
  return unreachable.some((type) => error instanceof type) ||
    isBrokenSocket(error) ||
    (error instanceof MongoServerError && transientCodes.has(error.code)) ||
    (error instanceof MongoError && error.hasErrorLabel('RetryableWriteError'))
}

function isBrokenSocket (error: unknown): boolean {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false
  return (error.syscall === 'connect' || error.syscall === 'write' || error.syscall === 'read') && brokenSocket.has(error.code)
}
