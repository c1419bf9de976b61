import { BsonType } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { checkAdmin } from './admin.js'
import type { Command } from './command.js'

export const killOp: Command = {
  name: 'killOp',
  summary: 'Ends what is running, an index build too, at its next pause',
  fields: { killOp: 'any', op: 'any' },

  run (context) {
    checkAdmin(context)
    const { args, services } = context
    const { type } = args.requiredValue('op')
    if (type !== BsonType.int32 && type !== BsonType.int64 && type !== BsonType.double) throw new EngineError('TypeMismatch', 'Expected field "op" to be numeric')
    const id = args.integer('op')!
    if (id !== (id | 0)) throw new EngineError(26823, `invalid op : ${id}. Op ID cannot be represented with 32 bits`)
    services.operations.kill(id)
    // The same whether there is such an operation or not, as in MongoDB.
    return { info: 'attempting to kill op' }
  }
}
