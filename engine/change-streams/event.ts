import { createHash } from 'node:crypto'
import { Binary } from 'bson'
import { int64Value } from '../bson/number.js'
import { dateValue, NULL, stringValue } from '../bson/scalar.js'
import { buildDocument, documentValue, fields, findField, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { timeOfKey, type Change, type ChangeKind, type ChangeSession } from '../storage/change-row.js'
import { Namespace } from '../storage/namespace.js'
import type { Store } from '../storage/store.js'
import { timestampValue } from '../update/clock.js'
import { resumeToken } from './resume-token.js'

export const fullDocumentModes = ['default', 'updateLookup', 'whenAvailable', 'required'] as const
export const beforeChangeModes = ['off', 'whenAvailable', 'required'] as const

/** What events are to tell. */
export interface EventOptions {
  readonly fullDocument: typeof fullDocumentModes[number]
  readonly fullDocumentBeforeChange: typeof beforeChangeModes[number]
  readonly showExpandedEvents: boolean
}

type Members = Array<[name: string, value: Value]>

/** Told to all; of the others only who asks for expanded events is told. */
const classic: ReadonlySet<ChangeKind> = new Set(['insert', 'update', 'replace', 'delete', 'drop', 'rename', 'dropDatabase'])

export function isShown ({ kind }: Change, { showExpandedEvents }: EventOptions): boolean {
  return showExpandedEvents || classic.has(kind)
}

/**
 * The event that tells of a change ("Change Events" of the manual).
 * @throws {EngineError} NoMatchingDocument for an image that is required and was not kept
 */
export function changeEvent (change: Change, store: Store, options: EventOptions): Value {
  const { kind, database, collection, uuid, session } = change
  const { showExpandedEvents } = options
  return documentValue(buildDocument([
    ...heading(change, kind === 'dropView' ? 'drop' : kind, 'change'),
    ...showExpandedEvents && uuid !== undefined ? [['collectionUUID', uuidValue(uuid)] as const] : [],
    ['wallTime', dateValue(BigInt(change.wallTime))],
    ...session === undefined ? [] : sessionMembers(session),
    ...fullDocument(change, store, options),
    ['ns', documentValue(buildDocument([['db', stringValue(database)], ...collection === '' ? [] : [['coll', stringValue(collection)] as const]]))],
    ...particulars(change, showExpandedEvents),
    ...imageBefore(change, options)
  ]))
}

/** The last event of a stream: what it is about is gone. */
export function invalidateEvent (change: Change): Value {
  return documentValue(buildDocument([...heading(change, 'invalidate', 'invalidation'), ['wallTime', dateValue(BigInt(change.wallTime))]]))
}

function heading ({ key }: Change, operationType: string, kind: 'change' | 'invalidation'): Members {
  return [['_id', resumeToken({ key, kind })], ['operationType', stringValue(operationType)], ['clusterTime', timestampValue(timeOfKey(key))]]
}

/** The digest of the user that nobody has signed in as: clients are not told apart. */
const NOBODY = createHash('sha256').digest()

function sessionMembers ({ lsid, txnNumber }: ChangeSession): Members {
  return [['txnNumber', int64Value(txnNumber)], ['lsid', documentValue(buildDocument([['id', uuidValue(lsid)], ['uid', valueFrom(new Binary(NOBODY))]]))]]
}

/** The document after the change. */
function fullDocument (change: Change, store: Store, { fullDocument: mode }: EventOptions): Members {
  const { kind, documents } = change
  if (kind === 'insert' || kind === 'replace') return [['fullDocument', documentValue(documents[0])]]
  if (kind !== 'update' || mode === 'default') return []
  const image = mode === 'updateLookup' ? lookUp(change, store) : documents[3]
  if (image === undefined && mode === 'required') throw missingImage('post-image', 'update events', change)
  return [['fullDocument', image === undefined ? NULL : documentValue(image)]]
}

/** The document as it is now, perhaps changed again since. */
function lookUp ({ database, collection, documents }: Change, { catalog, read }: Store): Buffer | undefined {
  const found = catalog.find(new Namespace(database, collection))
  const id = findField(documentValue(documents[0]), '_id')!
  return found && read.documentById(found, id)
}

/** Where the documents of a change have the one as it was before. */
const beforeAt: Partial<Record<ChangeKind, number>> = { update: 2, replace: 1, delete: 1 }

function imageBefore (change: Change, { fullDocumentBeforeChange: mode }: EventOptions): Members {
  const at = beforeAt[change.kind]
  if (mode === 'off' || at === undefined) return []
  const image = change.documents[at]
  if (image === undefined && mode === 'required') throw missingImage('pre-image', 'update, delete and replace events', change)
  return [['fullDocumentBeforeChange', image === undefined ? NULL : documentValue(image)]]
}

function missingImage (image: string, events: string, { database, collection }: Change): EngineError {
  return new EngineError('NoMatchingDocument', `Change stream was configured to require a ${image} for all ${events}, but the ${image} was not found for event in ${database}.${collection}`)
}

/** What only events of its kind tell. */
function particulars ({ kind, documents }: Change, isExpanded: boolean): Members {
  const [first, second] = documents.map(documentValue)
  const expanded = (...members: Members): Members => isExpanded ? members : []
  switch (kind) {
    case 'insert':
    case 'replace':
      return [['documentKey', documentValue(buildDocument([['_id', findField(first, '_id')!]]))]]
    case 'delete': return [['documentKey', first]]
    case 'update': return [['documentKey', first], ['updateDescription', isExpanded ? second : withoutPaths(second)]]
    case 'rename': return [['to', findField(first, 'to')!], ...expanded(['operationDescription', first])]
    case 'modify': return expanded(['operationDescription', first], ...second === undefined ? [] : [['stateBeforeChange', second] as [string, Value]])
    case 'drop':
    case 'dropDatabase':
    case 'dropView':
      return []
    default: return expanded(['operationDescription', first])
  }
}

/** Only who asks for expanded events is told the parts of paths. */
function withoutPaths (description: Value): Value {
  if (findField(description, 'disambiguatedPaths') === undefined) return description
  return documentValue(buildDocument([...fields(description)].filter(([name]) => name !== 'disambiguatedPaths')))
}

function uuidValue (bytes: Buffer): Value {
  return valueFrom(new Binary(bytes, Binary.SUBTYPE_UUID))
}
