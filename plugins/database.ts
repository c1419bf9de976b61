import fp from 'fastify-plugin'
import mongoose from 'mongoose'

declare module 'fastify' {
  interface FastifyInstance { mongoose: mongoose.Connection }
}

export default fp(async function database (app) {
  const { mongodbUri, limits } = app.config
  const connection = mongoose.createConnection()
  connection.set('bufferCommands', false)
  app.decorate('mongoose', connection)
  app.addHook('onReady', async () => {
    await connection.openUri(mongodbUri ?? '', { serverSelectionTimeoutMS: limits.databaseSelectionMs, autoIndex: false })
    for (const model of Object.values(connection.models)) await model.createIndexes()
  })
  app.addHook('onClose', async () => await connection.close())
}, { name: 'database', dependencies: ['config'] })
