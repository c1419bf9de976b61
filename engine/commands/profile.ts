import { notImplemented } from '../errors.js'
import type { Command } from './command.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

const unsupported = ['slowms', 'sampleRate', 'filter']

export const profile: Command = {
  name: 'profile',
  summary: 'Only level 0, which is what it is: nothing is profiled',
  fields: { profile: 'number', ...anyOf(unsupported) },

  run ({ args }) {
    refuseUnsupported(args, unsupported)
    const level = args.integer('profile')
    // A negative level changes nothing.
    if (level === undefined || level > 0) throw notImplemented('profiling is')
    return { was: 0, slowms: 100, sampleRate: 1 }
  }
}
