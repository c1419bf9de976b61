import { checkAdmin } from './admin.js'
import type { Command } from './command.js'
import { SET_NAME, SET_VERSION } from './replica-set.js'

export const replSetGetConfig: Command = {
  name: 'replSetGetConfig',
  summary: 'The replica set of one that hello tells of',
  fields: { replSetGetConfig: 'any', commitmentStatus: 'bool' },

  run (context) {
    checkAdmin(context)
    return {
      config: {
        _id: SET_NAME,
        version: SET_VERSION,
        term: 1,
        members: [{
          _id: 0,
          host: context.services.address(),
          arbiterOnly: false,
          buildIndexes: true,
          hidden: false,
          priority: 1,
          tags: {},
          secondaryDelaySecs: 0n,
          votes: 1
        }],
        protocolVersion: 1n,
        writeConcernMajorityJournalDefault: true
      },
      commitmentStatus: context.args.bool('commitmentStatus') ? true : undefined
    }
  }
}
