import mongoose, { type mongo } from 'mongoose'
import type { Note } from '../../schemas/note.js'
import { noteListDefaults, type NoteListQuery } from '../../schemas/note-query.js'
import { within } from '../access.js'
import type { NoteRow } from '../models/note.js'
import type { Cursors } from './cursor.js'
import { toNote } from './note-row.js'

const { BSON, UUID } = mongoose.mongo

export interface NotePage { items: Note[], next?: string }

const columns = { updatedAt: 'updatedAt', createdAt: 'createdAt', title: 'sortTitle' } as const

type Column = typeof columns[keyof typeof columns] | '_id'

/** The columns of a list's order, the most significant first. The last one is the id: no two rows are equal. */
type Order = [column: Column, direction: 1 | -1][]

type Filter = mongo.Filter<NoteRow>

interface Range { filter: Filter, order: Order }

const trashed = { exclude: false, only: true, include: { $in: [false, true] } }

/** A page ends at this weight, too, so that the largest notes can be listed in bounded memory. */
const pageBytes = 4 << 20

export class NoteLists {
  readonly #rows: mongo.Collection<NoteRow>
  readonly #maxTimeMS: number
  readonly #cursors: Cursors

  constructor (rows: mongo.Collection<NoteRow>, maxTimeMS: number, cursors: Cursors) {
    this.#rows = rows
    this.#maxTimeMS = maxTimeMS
    this.#cursors = cursors
  }

  async page (userId: string, query: NoteListQuery): Promise<NotePage> {
    const { cursor, limit, sort, deleted, notebook } = { ...noteListDefaults, ...query }
    const order = orderOf(sort)
    const context = JSON.stringify([userId, sort, deleted, notebook])
    const position = cursor === undefined ? undefined : this.#cursors.open(cursor, context) as unknown[]
    const shelf = { trashed: trashed[deleted], ...notebook !== undefined && { notebook: new UUID(notebook) } }
    const ranges = rangesBehind(position, order).map(({ filter, order }) => {
      return { filter: within(new UUID(userId), 'note:read', { ...shelf, ...filter }), order }
    })
    const rows: NoteRow[] = []
    let bytes = 0
    for await (const row of this.#read(ranges, limit + 1)) {
      bytes += row.length
      if (rows.length === limit || (bytes > pageBytes && rows.length > 0)) {
        return { items: rows.map(toNote), next: this.#cursors.seal(positionOf(rows.at(-1)!, order), context) }
      }
      rows.push(BSON.deserialize(row) as NoteRow)
    }
    return { items: rows.map(toNote) }
  }

  /** Up to `count` rows of the ranges, one range after the other: encoded, and read as they are asked for. */
  async * #read (ranges: Range[], count: number): AsyncGenerator<Buffer> {
    for (const range of ranges) {
      const { filter, order } = await this.#narrow(range, count)
      for await (const row of this.#find<Buffer>(filter, order, { raw: true }).limit(count)) {
        yield row
        count--
      }
      if (count === 0) return
    }
  }

  /** No index has an order of several fields: no more is sorted than what the index of the first one says can be among `count` rows. */
  async #narrow ({ filter, order }: Range, count: number): Promise<Range> {
    const [[column, direction]] = order as [Order[0]]
    if (order.length <= 2) return { filter, order }
    const last = await this.#find<NoteRow>(filter, [[column, direction]], { projection: { [column]: 1 } }).skip(count - 1).limit(1).next()
    return last ? { filter: { $and: [filter, { [column]: { [direction > 0 ? '$lte' : '$gte']: last[column] } }] }, order } : { filter, order }
  }

  #find<Row extends object> (filter: Filter, order: Order, options: mongo.FindOptions): mongo.FindCursor<Row> {
    return this.#rows.find<Row>(filter, { maxTimeMS: this.#maxTimeMS, ...options }).sort(order)
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
 * Everything behind a position: first what equals the position in all columns but the last, then in all but
 * the last two, and so on. Each part is a range of an index, where a filter for all of them would have to look at
 * everything that ties with the position again.
 */
function rangesBehind (position: unknown[] | undefined, order: Order): Range[] {
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
