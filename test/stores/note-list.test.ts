import type { FastifyInstance } from 'fastify'
import mongoose from 'mongoose'
import t from 'tap'
import { buildApp, signUp, temporaryDatabase } from '../helper.js'

type Command = Record<string, unknown>

const uri = await temporaryDatabase(t)
const app = await buildApp(t, { MONGODB_URI: `${uri}${uri.includes('?') ? '&' : '?'}monitorCommands=true` })
const ann = (await signUp(app)).user.id
const [limit, perKind] = [10, 60]

for (let n = 0; n < perKind; n++) {
  await app.stores.notes.create(ann, { title: `title ${n % 3}` })
  const { id } = await app.stores.notes.create(ann, {})
  await app.stores.notes.trash(ann, id, {})
}

for (const sort of ['updatedAt', '-updatedAt', 'createdAt', '-createdAt', 'title', '-title']) {
  for (const query of [{}, { deleted: 'only' as const }, { notebook: ann }, { notebook: ann, deleted: 'only' as const }]) {
    t.test(`every page by ${sort} of ${JSON.stringify(query)} examines limit + 1 notes`, async (t) => {
      const pages = await examinedPages({ ...query, sort, limit })
      t.equal(pages.length, perKind / limit)
      t.ok(pages.every((examined) => examined <= limit + 1), pages.join())
    })
  }
}

t.test('every page of everything, with the trash, examines as many notes of either', async (t) => {
  const pages = await examinedPages({ deleted: 'include', sort: '-createdAt', limit })
  t.equal(pages.length, 2 * perKind / limit)
  t.ok(pages.every((examined) => examined <= 2 * (limit + 1)), pages.join())
})

t.test('an order of several fields examines no more than the notes that tie on the first field besides', async (t) => {
  const [byTime, byTitle] = [await examinedPages({ sort: 'createdAt,title', limit }), await examinedPages({ sort: 'title,-createdAt', limit })]
  t.ok(byTime.every((examined) => examined <= 3 * (limit + 1)), byTime.join())
  t.ok(byTitle.every((examined) => examined <= 3 * (limit + 1) + 2 * perKind / 3), byTitle.join())
})

/** How many rows the database looks at for each page, by its own account. */
async function examinedPages (query: { sort: string, limit: number, deleted?: 'only' | 'include', notebook?: string }): Promise<number[]> {
  const pages: number[] = []
  let cursor: string | undefined
  do {
    const finds = await findsOf(app, async () => {
      const page = await app.stores.notes.list(ann, { ...query, ...cursor !== undefined && { cursor } })
      cursor = page.next
    })
    pages.push((await Promise.all(finds.map(examinedBy))).reduce((sum, examined) => sum + examined, 0))
  } while (cursor !== undefined)
  return pages
}

/** The find commands that are sent in the meantime. */
async function findsOf ({ mongoose }: FastifyInstance, work: () => Promise<void>): Promise<Command[]> {
  const finds: Command[] = []
  const client = mongoose.getClient()
  const collect = ({ commandName, command }: mongoose.mongo.CommandStartedEvent) => {
    if (commandName === 'find') finds.push(command)
  }
  client.on('commandStarted', collect)
  await work()
  client.off('commandStarted', collect)
  return finds
}

async function examinedBy ({ find, filter, sort, limit, skip }: Command): Promise<number> {
  const explained = await app.mongoose.db!.command({ explain: { find, filter, sort, limit, ...skip !== undefined && { skip } }, verbosity: 'executionStats' })
  return explained['executionStats'].totalDocsExamined
}
