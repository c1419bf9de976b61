import mongoose, { type mongo } from 'mongoose'
import type { Note } from '../../schemas/note.js'
import { noteListDefaults, type NoteListQuery } from '../../schemas/note-query.js'
import { within } from '../access.js'
import type { NoteRow } from '../models/note.js'
import type { Cursors } from './cursor.js'
import { toNote } from './note-row.js'

const { UUID } = mongoose.mongo

export interface NotePage { items: Note[], next?: string }

const columns = { updatedAt: 'updatedAt', createdAt: 'createdAt', title: 'sortTitle' } as const

type Column = typeof columns[keyof typeof columns] | '_id'

/** The columns of a list's order, the most significant first. The last one is the id: no two rows are equal. */
type Order = [column: Column, direction: 1 | -1][]

type Filter = mongo.Filter<NoteRow>

const trashed = { exclude: false, only: true, include: { $in: [false, true] } }

export class NoteLists {
  readonly #rows: mongo.Collection<NoteRow>
  readonly #reading: mongo.FindOptions
  readonly #cursors: Cursors

  constructor (rows: mongo.Collection<NoteRow>, reading: mongo.FindOptions, cursors: Cursors) {
    this.#rows = rows
    this.#reading = reading
    this.#cursors = cursors
  }

  /**
   * One page, by keyset. Ordered by one field it reads `limit` + 1 rows, however many there are; by several, also
   * those that equal the page's last row in the first field.
   */
  async page (userId: string, query: NoteListQuery): Promise<NotePage> {
    const { cursor, limit, sort, deleted, notebook } = { ...noteListDefaults, ...query }
    const order = orderOf(sort)
    const context = JSON.stringify([userId, sort, deleted, notebook])
    const after = cursor === undefined ? undefined : this.#cursors.open(cursor, context) as unknown[]
    const filter = { trashed: trashed[deleted], ...notebook !== undefined && { notebook: new UUID(notebook) } }
    const rows: NoteRow[] = []
    for (const run of runs(order, after)) {
      if (rows.length > limit) break
      const inScope = within(new UUID(userId), 'note:read', { ...filter, ...run.filter })
      rows.push(...await this.#read(inScope, run.order, limit + 1 - rows.length))
    }
    const items = rows.slice(0, limit)
    const next = rows.length > limit ? this.#cursors.seal(positionOf(items.at(-1)!, order), context) : undefined
    return { items: items.map(toNote), ...next !== undefined && { next } }
  }

  /** No index has an order of several fields: it is made by sorting no more than the first field's index says is needed. */
  async #read (filter: Filter, order: Order, count: number): Promise<NoteRow[]> {
    const [first, second] = order as [Order[0], Order[0]]
    if (second !== undefined && second[0] !== '_id') {
      const last = await this.#find(filter, [first]).skip(count - 1).limit(1).next()
      if (last) filter = { $and: [filter, { [first[0]]: { [first[1] > 0 ? '$lte' : '$gte']: last[first[0]] } }] }
    }
    return await this.#find(filter, order).limit(count).toArray()
  }

  #find (filter: Filter, order: Order): mongo.FindCursor<NoteRow> {
    return this.#rows.find<NoteRow>(filter, this.#reading).sort(order)
  }
}

/** `-updatedAt,title` as columns. Ties are broken by id in the last field's direction, so that an index serves both. */
function orderOf (sort: string): Order {
  const order = sort.split(',').map((field): Order[0] => {
    const name = field.replace('-', '') as keyof typeof columns
    return [columns[name], field === name ? 1 : -1]
  })
  return [...order, ['_id', order.at(-1)![1]]]
}

/**
 * Everything behind a position, as ranges to read one after the other: first what equals the position in all
 * columns but the last, then in all but the last two, and so on. Each is a range of an index, where
 * one filter for all of them would have to look at everything that ties with the position again.
 */
function runs (order: Order, position?: unknown[]): { filter: Filter, order: Order }[] {
  if (!position) return [{ filter: {}, order }]
  const values = order.map(([column], index) => valueOf(column, position[index]))
  return order.map(([column, direction], depth) => ({
    filter: {
      ...Object.fromEntries(order.slice(0, depth).map(([equal], index) => [equal, values[index]])),
      [column]: { [direction > 0 ? '$gt' : '$lt']: values[depth] }
    },
    order: order.slice(depth)
  })).reverse()
}

/** The values of a row in the columns of an order, as JSON. */
function positionOf (row: NoteRow, order: Order): unknown[] {
  return order.map(([column]) => row[column])
}

function valueOf (column: Column, json: unknown): unknown {
  if (column === '_id') return new UUID(String(json))
  return column === 'sortTitle' ? json : new Date(String(json))
}
