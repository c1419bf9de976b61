import { Binary, Long, Timestamp } from 'bson'
import { BsonType, encodeMembers, findField, typeNames, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Store } from '../storage/store.js'
import { compareTicks, tickOf, timestampValue, type Tick } from '../update/clock.js'
import { readConcernTime } from './concerns.js'
import type { Arguments } from './arguments.js'

/** How far a client's cluster time may be ahead of the system's clock, in seconds, as in MongoDB (`maxAcceptableLogicalClockDriftSecs`). */
const MAX_DRIFT = 31_536_000

const NOTHING_YET = new Timestamp({ t: 0, i: 0 })

/** Every time is signed as by a replica set that asks nobody for a password. */
const ENDING = encodeMembers({
  $clusterTime: { clusterTime: NOTHING_YET, signature: { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO } },
  operationTime: NOTHING_YET
})
const CLUSTER_TIME_AT = ENDING.indexOf('clusterTime\0', '\x03$clusterTime\0'.length) + 'clusterTime\0'.length
const OPERATION_TIME_AT = ENDING.length - 8

/**
 * `$clusterTime` and `operationTime`, with which every reply ends. Both are the time of the last commit: no client ever learns
 * of a time that is not on the disk.
 */
export class ReplyTime {
  readonly #store: Pick<Store, 'operationTime'>
  readonly #ending = Buffer.from(ENDING)
  #time: Tick | undefined

  constructor (store: Pick<Store, 'operationTime'>) {
    this.#store = store
  }

  /** To be copied at once: the next commit changes it. */
  get encoded (): Buffer {
    const { operationTime } = this.#store
    if (operationTime !== this.#time) this.#set(operationTime)
    return this.#ending
  }

  #set (time: Tick): void {
    const { bytes } = timestampValue(time)
    bytes.copy(this.#ending, CLUSTER_TIME_AT)
    bytes.copy(this.#ending, OPERATION_TIME_AT)
    this.#time = time
  }
}

/**
 * Checks the times that a client sends. None of them moves the clock: whatever a set of one node has to learn about time, it
 * has said itself.
 * @throws {EngineError} ClusterTimeFailsRateLimiter; InvalidOptions for a read after a time that has not come
 */
export function checkTimes (args: Arguments, { operationTime }: Store, now: Date): void {
  const clusterTime = args.document('$clusterTime')
  if (clusterTime !== undefined) checkClusterTime(clusterTime, operationTime, now)
  const concern = args.document('readConcern')
  const after = concern && readConcernTime(concern)
  if (after !== undefined && compareTicks(after, operationTime) > 0) {
    throw new EngineError('InvalidOptions', 'readConcern afterClusterTime value must not be greater than the current clusterTime. ' +
      `Requested clusterTime: ${print(after)}; current clusterTime: ${print(operationTime)}`)
  }
}

function checkClusterTime (given: Value, operationTime: Tick, now: Date): void {
  const time = findField(given, 'clusterTime')
  if (time?.type !== BsonType.timestamp) throw wrongMember('clusterTime', 'timestamp', time)
  const signature = findField(given, 'signature')
  if (signature !== undefined && signature.type !== BsonType.document) throw wrongMember('signature', 'object', signature)
  const seconds = Math.floor(now.getTime() / 1000)
  const { t } = tickOf(time)
  // The system's clock may have been set back: what has been told before is right.
  if (t > Math.max(seconds + MAX_DRIFT, operationTime.t)) {
    throw new EngineError('ClusterTimeFailsRateLimiter', `New cluster time, ${t}, is too far from this node's wall clock time, ${seconds}.`)
  }
}

function wrongMember (name: string, expected: string, found: Value | undefined): EngineError {
  if (found === undefined) return new EngineError('NoSuchKey', `Missing expected field "${name}"`)
  return new EngineError('TypeMismatch', `"${name}" had the wrong type. Expected ${expected}, found ${typeNames[found.type]}`)
}

function print ({ t, i }: Tick): string {
  return `{ ts: Timestamp(${t}, ${i}) }`
}
