import { documentValue, encode } from '../bson/value.js'
import type { Store } from '../storage/store.js'
import { checkAdmin } from './admin.js'
import type { Command } from './command.js'
import { readQuery } from './query-arguments.js'

const MEGABYTE = 1024n * 1024n

export const listDatabases: Command = {
  name: 'listDatabases',
  summary: 'Names and sizes of the databases that have a collection',
  fields: { listDatabases: 'any', filter: 'document', nameOnly: 'bool', authorizedDatabases: 'bool' },

  run (context) {
    checkAdmin(context)
    const { args, store } = context
    const { filter } = readQuery(args, 'filter')
    const databases = store.catalog.databases()
      .map((name) => describe(store, name, args.bool('nameOnly')))
      .filter((description) => filter.matches(documentValue(encode(description))))
    if (args.bool('nameOnly')) return { databases }
    const totalSize = databases.reduce((sum, { sizeOnDisk = 0n }) => sum + sizeOnDisk, 0n)
    return { databases, totalSize, totalSizeMb: totalSize / MEGABYTE }
  }
}

interface Description { readonly name: string, readonly sizeOnDisk?: bigint, readonly empty?: boolean }

/** All databases share one file: the size given is that of their documents. */
function describe (store: Store, name: string, nameOnly: boolean): Description {
  if (nameOnly) return { name }
  const sizes = store.catalog.collections(name).map((collection) => store.read.size(collection).bytes)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  return { name, sizeOnDisk: BigInt(bytes), empty: bytes === 0 }
}
