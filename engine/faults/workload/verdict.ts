import type { Db } from 'mongodb'
import type { History, Operation } from './history.js'
import { ACCOUNTS, collectionsOf, type Note } from './writers.js'

/** How what is stored differs from what was answered. */
export interface Verdict {
  readonly lost: string[]
  readonly duplicated: string[]
  /** Half operations, refused ones that were done, indexes that do not agree. */
  readonly wrong: string[]
}

/** Reads everything back, and compares it with what was answered. */
export async function judge (db: Db, history: History): Promise<Verdict> {
  const verdict: Verdict = { lost: [], duplicated: [], wrong: [] }
  const stored = new Map((await collectionsOf(db).notes.find().toArray()).map((note) => [note._id, note]))
  for (const operations of byNote(history).values()) judgeNote(operations, stored.get(operations[0].target), verdict)
  await judgeTransfers(db, history, verdict)
  await judgeIndexes(db, stored.size, verdict)
  return verdict
}

function byNote ({ operations }: History): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>()
  for (const operation of operations) {
    if (operation.kind === 'transfer') continue
    const group = groups.get(operation.target)
    if (group === undefined) groups.set(operation.target, [operation])
    else group.push(operation)
  }
  return groups
}

/** The writes of one note were made one after the other: an append that was answered is in its log once, and its place is given. */
function judgeNote (operations: readonly Operation[], note: Note | undefined, verdict: Verdict): void {
  const removal = operations.find(({ kind }) => kind === 'remove')
  if (note === undefined) {
    if (removal === undefined || removal.result === 'fail') verdict.lost.push(...operations.filter(({ result }) => result === 'ok').map(({ token }) => token))
    return
  }
  if (removal?.result === 'ok') verdict.lost.push(removal.token)
  if (operations[0].result === 'fail') verdict.wrong.push(`${operations[0].token} was refused, and is there`)
  if (note.n !== note.log.length) verdict.wrong.push(`${note._id} is half an operation: ${note.n} of ${note.log.length}`)
  for (const { token, result } of operations.filter(({ kind }) => kind === 'append')) {
    const times = note.log.filter((other) => other === token).length
    if (times > 1) verdict.duplicated.push(token)
    if (times === 0 && result === 'ok') verdict.lost.push(token)
    if (times > 0 && result === 'fail') verdict.wrong.push(`${token} was refused, and is there`)
  }
}

/** The balances are the sum of the transfers that are there, or one of them is there by half. */
async function judgeTransfers (db: Db, history: History, verdict: Verdict): Promise<void> {
  const { accounts, transfers } = collectionsOf(db)
  const done = await transfers.find().toArray()
  const ids = new Set(done.map(({ _id }) => _id))
  for (const { kind, token, result } of history.operations) {
    if (kind !== 'transfer') continue
    if (result === 'ok' && !ids.has(token)) verdict.lost.push(token)
    if (result === 'fail' && ids.has(token)) verdict.wrong.push(`${token} was refused, and is there`)
  }
  const balances = Array<number>(ACCOUNTS).fill(0)
  for (const { from, to, amount } of done) {
    balances[from] -= amount
    balances[to] += amount
  }
  const stored = (await accounts.find().sort({ _id: 1 }).toArray()).map(({ balance }) => balance)
  if (stored.join() !== balances.join()) verdict.wrong.push(`half a transaction: balances ${stored.join()} instead of ${balances.join()}`)
}

/** Every index leads to as many documents as there are. */
async function judgeIndexes (db: Db, count: number, verdict: Verdict): Promise<void> {
  const { notes } = collectionsOf(db)
  if (await notes.countDocuments() !== count || await notes.estimatedDocumentCount() !== count) verdict.wrong.push('the counter is wrong')
  for (const { name, key } of await notes.listIndexes().toArray() as Array<{ name: string, key: Record<string, number> }>) {
    const found = await notes.find({}, { hint: key, projection: { _id: 1 } }).toArray()
    if (found.length !== count) verdict.wrong.push(`${name} leads to ${found.length} of ${count} notes`)
  }
}
