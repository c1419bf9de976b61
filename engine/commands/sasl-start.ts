import { Binary } from 'bson'
import { EngineError } from '../errors.js'
import { MAX_UNAUTHENTICATED_BYTES } from '../wire/limits.js'
import { MECHANISM, refuse, ScramConversation } from '../wire/scram.js'
import type { Command } from './command.js'

/** The database that the server's only user belongs to. */
export const USER_DATABASE = 'admin'

/** There is one conversation at a time on a connection, so that its number says nothing. */
export const CONVERSATION_ID = 1

export const saslStart: Command = {
  name: 'saslStart',
  summary: 'SCRAM-SHA-256, only where the engine listens on TCP; the exchange always skips its empty last message',
  fields: { saslStart: 'any', mechanism: 'string', payload: 'binary', autoAuthorize: 'any', options: 'document' },
  isPublic: true,

  run ({ args, connection, database, services: { credentials } }) {
    if (args.requiredString('mechanism') !== MECHANISM) {
      throw new EngineError('BadValue', `Received authentication for mechanism ${args.string('mechanism')} which is not enabled`)
    }
    args.requiredValue('payload')
    connection.user = undefined
    connection.conversation = undefined
    connection.longestMessage = MAX_UNAUTHENTICATED_BYTES
    if (credentials === undefined || database !== USER_DATABASE) refuse()
    const conversation = new ScramConversation(credentials)
    const answer = conversation.start(args.binary('payload')?.bytes.toString() ?? '')
    connection.conversation = conversation
    return { conversationId: CONVERSATION_ID, done: false, payload: new Binary(Buffer.from(answer)) }
  }
}
