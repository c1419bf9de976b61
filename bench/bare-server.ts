import { MongoClient, UUID } from 'mongodb'
import Fastify from 'fastify'
import { startEngine } from '../engine/index.js'

/**
 * What the product is measured against: routes that do nothing but call the driver, on the same engine with the same write concern.
 * Run as a process of its own: `bare-server.js <data directory>`; prints its address.
 */
interface Row { _id: UUID, fields: Record<string, unknown> }

const engine = await startEngine({ dataDirectory: process.argv[2], log: () => {} })
const client = await MongoClient.connect(engine.uri, { maxPoolSize: 20, writeConcern: { w: 'majority', journal: true } })
const notes = client.db('bench').collection<Row>('notes')
const app = Fastify()

app.get<{ Params: { id: string } }>('/v1/notes/:id', async ({ params }) => await notes.findOne({ _id: new UUID(params.id) }))

app.post<{ Body: Record<string, unknown> }>('/v1/notes', async ({ body }, reply) => {
  const row = { _id: new UUID(), fields: body }
  await notes.insertOne(row)
  return await reply.code(201).send({ id: row._id.toString(), ...row.fields })
})

app.addHook('onClose', async () => {
  await client.close()
  await engine.close()
})
process.on('SIGTERM', () => app.close())
process.stdout.write(`ready at ${await app.listen({ port: 0 })}\n`)
