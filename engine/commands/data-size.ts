import { EngineError } from '../errors.js'
import { Namespace } from '../storage/namespace.js'
import type { Command } from './command.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

const unsupported = ['keyPattern', 'min', 'max']

export const dataSize: Command = {
  name: 'dataSize',
  aliases: ['datasize'],
  summary: 'The size of the documents of a collection, from its counter; not of a range',
  fields: { dataSize: 'string', estimate: 'bool', ...anyOf(unsupported) },

  run ({ args, store }) {
    refuseUnsupported(args, unsupported)
    const collection = store.catalog.find(readNamespace(args.requiredString('dataSize')))
    const { documents, bytes } = collection === undefined ? { documents: 0, bytes: 0 } : store.read.size(collection)
    return { estimate: false, size: bytes, numObjects: documents, millis: 0 }
  }
}

/** `database.collection`, as only a few commands are given it. */
function readNamespace (text: string): Namespace {
  const dot = text.indexOf('.')
  if (dot === -1) throw new EngineError('InvalidNamespace', `Invalid namespace specified '${text}'`)
  return new Namespace(text.slice(0, dot), text.slice(dot + 1))
}
