import { Binary } from 'bson'
import { EngineError } from '../errors.js'
import { MAX_MESSAGE_BYTES } from '../wire/limits.js'
import type { Command } from './command.js'
import { CONVERSATION_ID } from './sasl-start.js'

export const saslContinue: Command = {
  name: 'saslContinue',
  summary: 'The second step of SCRAM-SHA-256',
  fields: { saslContinue: 'any', conversationId: 'number', payload: 'binary' },
  isPublic: true,

  run ({ args, connection }) {
    const { conversation } = connection
    // Used up by this step, whatever comes of it: a proof can be tried once.
    connection.conversation = undefined
    if (conversation === undefined || args.integer('conversationId') !== CONVERSATION_ID) {
      throw new EngineError('ProtocolError', 'No SASL session state found')
    }
    args.requiredValue('payload')
    const answer = conversation.finish(args.binary('payload')?.bytes.toString() ?? '')
    connection.user = conversation.user
    connection.longestMessage = MAX_MESSAGE_BYTES
    return { conversationId: CONVERSATION_ID, done: true, payload: new Binary(Buffer.from(answer)) }
  }
}
