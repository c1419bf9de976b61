import { checkView } from '../aggregate/views.js'
import { equalValues } from '../bson/order.js'
import { arrayValue, type Value } from '../bson/value.js'
import { readCollation } from '../collation/specification.js'
import { EngineError, notImplemented } from '../errors.js'
import type { View } from '../storage/catalog.js'
import { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import type { Arguments } from './arguments.js'
import { validationFields } from './collection-options.js'
import type { CommandContext } from './context.js'
import type { Fields } from './fields.js'
import { kindChangeFields, kindFields } from './kind-options.js'

/** What `create` and `collMod` say of a view. */
export const viewFields: Fields = { viewOn: 'string', pipeline: 'array' }

export function asksForView (args: Arguments): boolean {
  return args.has('viewOn') || args.has('pipeline')
}

/**
 * Makes the view that a `create` asks for; one that is there already as it is wanted is no error.
 * @throws {EngineError} InvalidOptions, NamespaceExists, OperationNotSupportedInTransaction, and those of `checkView`
 */
export async function createView (context: CommandContext): Promise<void> {
  const { args, now, store, transaction } = context
  const namespace = context.namespace('create')
  if (transaction !== undefined) throw new EngineError('OperationNotSupportedInTransaction', 'Cannot create a view in a multi-document transaction.')
  refuseOptionsOfCollections(args)
  const collation = args.document('collation')
  if (collation !== undefined && readCollation(collation) !== undefined) throw notImplemented('views with another collation than the simple one are')
  const wanted = readDefinition(args, namespace)
  await store.write((tx) => {
    const view = tx.catalog.view(namespace)
    if (view !== undefined && isSame(view, wanted)) return
    checkView(tx.catalog, { namespace, ...wanted }, now)
    tx.createView(namespace, wanted.viewOn, wanted.pipeline)
  })
}

/** Gives a view the definition that a `collMod` asks for; what it does not mention stays. */
export function changeView (tx: Tx, args: Arguments, view: View, now: Date): void {
  const option = ['index', ...Object.keys(kindChangeFields), ...Object.keys(validationFields)].find((name) => args.has(name))
  if (option !== undefined) throw new EngineError('InvalidOptions', `option not supported on a view: ${option}`)
  const changed = { ...view, ...readDefinition(args, view.namespace, view) }
  checkView(tx.catalog, changed, now)
  tx.changeView(changed)
}

type Definition = Pick<View, 'viewOn' | 'pipeline'>

/** Its values are copies: those of the arguments are views of what has been received. */
function readDefinition (args: Arguments, namespace: Namespace, before?: View): Definition {
  const [viewOn, pipeline] = [args.string('viewOn'), args.array('pipeline')]
  if (viewOn === undefined && before === undefined) throw new EngineError('InvalidOptions', "'pipeline' requires 'viewOn' to also be specified")
  if (viewOn === '') throw new EngineError('BadValue', "'viewOn' cannot be empty")
  return {
    viewOn: viewOn === undefined ? before!.viewOn : new Namespace(namespace.database, viewOn),
    pipeline: pipeline === undefined ? before?.pipeline ?? NO_STAGES : arrayValue(pipeline)
  }
}

const NO_STAGES: Value = arrayValue([])

function isSame (view: View, { viewOn, pipeline }: Definition): boolean {
  return String(view.viewOn) === String(viewOn) && equalValues(view.pipeline, pipeline)
}

function refuseOptionsOfCollections (args: Arguments): void {
  const option = ['idIndex', 'autoIndexId', ...Object.keys(kindFields), ...Object.keys(validationFields)].find((name) => args.has(name))
  if (option !== undefined) throw new EngineError('InvalidOptions', `'${option}' is not allowed with 'viewOn'`)
}
