import { completeOrDrop, temporaryName } from '../aggregate/temporary.js'
import { TRUE } from '../bson/scalar.js'
import { buildDocument, documentValue, fields } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection } from '../storage/catalog.js'
import { writeConflict } from '../storage/claims.js'
import { checkCreatable, type Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { copyNewest } from '../write/capped-copy.js'
import type { CommandContext } from './context.js'
import { readCappedSize } from './kind-options.js'

/**
 * Makes a capped collection of the newest documents of another one, with its options, but without its indexes. While they are
 * copied nobody else can change them; the collection has its name when all of them are there.
 * @param target its name; without one it takes the place of the other
 * @throws {EngineError} NamespaceNotFound, NamespaceExists, CommandNotSupportedOnView, InvalidOptions, BadValue
 */
export async function convert (context: CommandContext, namespace: Namespace, target?: Namespace): Promise<void> {
  const { store } = context
  // Who builds an index has finished, or begins when there is another collection.
  await store.indexBuilds.take(String(namespace), async () => {
    const source = findSource(context, namespace)
    if (target !== undefined) checkFree(context, namespace, target)
    const options = cappedOptions(context, source)
    await store.exclusively(source, async () => {
      const temporary = temporaryName(namespace.database, 'convertToCapped')
      const copy = await store.write((tx) => tx.createCollection(temporary, options))
      await completeOrDrop(store, temporary, async () => {
        await copyNewest(store, source, copy, () => context.checkInterrupt())
        await store.write((tx) => publish(tx, source, copy, target))
      })
    })
  })
}

function findSource ({ store }: CommandContext, namespace: Namespace): Collection {
  const source = store.catalog.find(namespace)
  if (source === undefined) throw new EngineError('NamespaceNotFound', `source collection ${namespace} does not exist`)
  if (source.timeseries !== undefined) throw new EngineError('CommandNotSupportedOnView', `cloneCollectionAsCapped not supported for views: ${namespace}`)
  if (source.clusteredIndex !== undefined) throw new EngineError('InvalidOptions', `${namespace} is clustered, and cannot be capped as well`)
  return source
}

/** @throws {EngineError} NamespaceExists, InvalidNamespace */
function checkFree ({ store }: CommandContext, source: Namespace, target: Namespace): void {
  checkCreatable(target)
  if (store.catalog.entry(target) === undefined) return
  throw new EngineError('NamespaceExists', `cloneCollectionAsCapped failed - destination collection ${target} already exists. source collection: ${source}`)
}

/** Those of the source: a limit of documents is only there if it was capped before. */
function cappedOptions ({ args }: CommandContext, { options }: Collection): Buffer {
  if ((args.integer('size') ?? 0) <= 0) throw new EngineError('InvalidOptions', 'Capped collection size must be greater than zero')
  return buildDocument(new Map([...fields(documentValue(options)), ['capped', TRUE], ['size', readCappedSize(args, 'size')]]))
}

/** @throws {EngineError} WriteConflict when the source itself, such as its options, was changed meanwhile */
function publish (tx: Tx, source: Collection, copy: Collection, target: Namespace | undefined): void {
  if (tx.catalog.byId(source.id) !== source) throw writeConflict()
  tx.renameCollection(copy, target ?? source.namespace, { dropTarget: target === undefined })
}
