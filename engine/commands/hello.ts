import { ObjectId } from 'bson'
import { BsonType, findField, stringOf } from '../bson/value.js'
import { MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES, MAX_WRITE_BATCH } from '../wire/limits.js'
import type { Reply } from '../wire/reply.js'
import { MECHANISM } from '../wire/scram.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import type { Fields } from './fields.js'
import { SET_NAME, SET_VERSION } from './replica-set.js'
import { SESSION_MINUTES } from './session.js'

/** MongoDB 7.0. The next one up, 8.0 (25), would have drivers send what this engine does not know. */
const WIRE_VERSION = 21

/** Only its order counts, against other elections of the set; there never is another. */
const ELECTION_ID = new ObjectId('7fffffff0000000000000001')

/**
 * Newer drivers say more in their greeting than older servers know; what the reply does not take up is not agreed:
 * compression, an authentication begun early, the wait for a change of topology.
 */
const handshakeFields: Fields = { '*': 'any' }

export const hello: Command = {
  name: 'hello',
  summary: 'Poses as the primary of a replica set of one, MongoDB 7.0; no topologyVersion, so drivers poll',
  fields: { hello: 'any', ...handshakeFields },
  isPublic: true,
  run: (context) => ({ isWritablePrimary: true, ...greeting(context) })
}

export const isMaster: Command = {
  name: 'isMaster',
  aliases: ['ismaster'],
  summary: 'The old name of hello',
  fields: { isMaster: 'any', helloOk: 'bool', ...handshakeFields },
  isPublic: true,
  run: (context) => ({ ismaster: true, ...(context.args.bool('helloOk') && { helloOk: true }), ...greeting(context) })
}

function greeting ({ args, connection, now, services }: CommandContext): Reply {
  connection.appName ??= appName(args)
  const address = services.address()
  return {
    setName: SET_NAME,
    setVersion: SET_VERSION,
    secondary: false,
    primary: address,
    me: address,
    hosts: [address],
    electionId: ELECTION_ID,
    lastWrite: { lastWriteDate: now },
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: MAX_WRITE_BATCH,
    localTime: now,
    logicalSessionTimeoutMinutes: SESSION_MINUTES,
    connectionId: connection.id,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
    saslSupportedMechs: services.credentials !== undefined && args.has('saslSupportedMechs') ? [MECHANISM] : undefined
  }
}

/** A client introduces itself once, in the first greeting on a connection. */
function appName (args: Arguments): string | undefined {
  const client = args.value('client')
  const application = client?.type === BsonType.document ? findField(client, 'application') : undefined
  const name = application?.type === BsonType.document ? findField(application, 'name') : undefined
  return name?.type === BsonType.string ? stringOf(name) : undefined
}
