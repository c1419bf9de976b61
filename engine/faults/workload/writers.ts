import { setTimeout as delay } from 'node:timers/promises'
import type { Collection, Db, MongoClient } from 'mongodb'
import type { Random } from '../random.js'
import type { History } from './history.js'

/** A note, to which each change appends its token. */
export interface Note { readonly _id: string, readonly owner: number, readonly n: number, readonly log: readonly string[], readonly text: string }
export interface Account { readonly _id: number, readonly balance: number }
export interface Transfer { readonly _id: string, readonly from: number, readonly to: number, readonly amount: number }

export const ACCOUNTS = 6

export interface Collections { readonly notes: Collection<Note>, readonly accounts: Collection<Account>, readonly transfers: Collection<Transfer> }

export function collectionsOf (db: Db): Collections {
  return { notes: db.collection('notes'), accounts: db.collection('accounts'), transfers: db.collection('transfers') }
}

/** Makes what the writers need. */
export async function prepare (db: Db): Promise<void> {
  const { notes, accounts, transfers } = collectionsOf(db)
  await accounts.insertMany(Array.from({ length: ACCOUNTS }, (_, _id) => ({ _id, balance: 0 })))
  await transfers.createIndex({ from: 1, to: 1 })
  await notes.createIndexes([{ key: { owner: 1, n: -1 } }, { key: { log: 1 } }])
}

/** One client's work, one write after the other. */
export type Writer = (history: History, random: Random, signal: AbortSignal) => Promise<void>

/** Single writes: inserts notes, appends to them, removes every third. */
export function noteWriter (db: Db, owner: number): Writer {
  const { notes } = collectionsOf(db)
  return async (history, random, signal) => {
    for (let number = 0; !signal.aborted; number++) {
      const _id = `${owner}-${number}`
      const text = 'x'.repeat(random.pick([10, 200, 5000]))
      let result = await history.record({ token: `${_id}:0`, kind: 'insert', target: _id }, () => notes.insertOne({ _id, owner, n: 0, log: [], text }))
      const changes = random.below(4)
      for (let change = 1; change <= changes && result === 'ok' && !signal.aborted; change++) {
        const token = `${_id}:${change}`
        result = await history.record({ token, kind: 'append', target: _id }, () => notes.updateOne({ _id }, { $push: { log: token }, $inc: { n: 1 } }))
      }
      if (number % 3 === 0 && result === 'ok') await history.record({ token: `${_id}:remove`, kind: 'remove', target: _id }, () => notes.deleteOne({ _id }))
      if (result !== 'ok') await pause(signal)
    }
  }
}

/** Transactions over several documents of two collections. */
export function transferWriter (client: MongoClient, db: Db, name: string): Writer {
  const { accounts, transfers } = collectionsOf(db)
  return async (history, random, signal) => {
    for (let number = 0; !signal.aborted; number++) {
      const _id = `${name}-${number}`
      const [from, to, amount] = [ACCOUNTS, ACCOUNTS, 100].map((limit) => random.below(limit))
      const result = await history.record({ token: _id, kind: 'transfer', target: _id }, () => client.withSession((session) => session.withTransaction(async () => {
        await accounts.updateOne({ _id: from }, { $inc: { balance: -amount } }, { session })
        await accounts.updateOne({ _id: to }, { $inc: { balance: amount } }, { session })
        await transfers.insertOne({ _id, from, to, amount }, { session })
      }, { timeoutMS: 5000 })))
      if (result !== 'ok') await pause(signal)
    }
  }
}

/** Builds an index on the notes again and again while they grow. Whether one is there in the end does not matter. */
export function indexBuilder (db: Db): Writer {
  const { notes } = collectionsOf(db)
  return async (_history, _random, signal) => {
    while (!signal.aborted) {
      await notes.createIndex({ text: 1, n: 1 }).then(() => notes.dropIndex('text_1_n_1')).catch(() => pause(signal))
    }
  }
}

/** After a failure, so that a server that is away is not asked in a busy loop. */
async function pause (signal: AbortSignal): Promise<void> {
  await delay(10, undefined, { signal }).catch(() => {})
}
