import { checkAdmin } from './admin.js'
import type { Command } from './command.js'
import { SET_NAME, SET_VERSION } from './replica-set.js'

/** The number and the name of the only state there is. */
const PRIMARY = { state: 1, stateStr: 'PRIMARY' }

export const replSetGetStatus: Command = {
  name: 'replSetGetStatus',
  summary: 'The primary of the replica set of one that hello tells of; no times of operations',
  fields: { replSetGetStatus: 'any', initialSync: 'any' },

  run (context) {
    checkAdmin(context)
    const { now, services: { address, status } } = context
    return {
      set: SET_NAME,
      date: now,
      myState: PRIMARY.state,
      term: 1n,
      majorityVoteCount: 1,
      writeMajorityCount: 1,
      votingMembersCount: 1,
      writableVotingMembersCount: 1,
      members: [{
        _id: 0,
        name: address(),
        health: 1,
        ...PRIMARY,
        uptime: Math.floor((now.getTime() - status.startedAt.getTime()) / 1000),
        configVersion: SET_VERSION,
        configTerm: 1,
        self: true
      }]
    }
  }
}
