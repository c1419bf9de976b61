import { startEngine } from '../../engine/index.js'
import { connect, rows } from './compare.js'

const log = (): void => {}

/** Milliseconds until an engine on a directory has answered a first query. */
async function timeStart (dataDirectory: string): Promise<number> {
  const begin = performance.now()
  const engine = await startEngine({ dataDirectory, log })
  const client = await connect(engine.uri, 1)
  await rows(client, 'large').findOne({ _id: 1 })
  const milliseconds = performance.now() - begin
  await client.close()
  await engine.close()
  return milliseconds
}

/** The same after the engine has been closed, and after it has been killed while it wrote. */
export async function timeStarts (dataDirectory: string): Promise<{ clean: number, killed: number }> {
  const clean = await timeStart(dataDirectory)
  const engine = await startEngine({ dataDirectory, log })
  const client = await connect(engine.uri, 8)
  const down = new Promise<void>((resolve) => engine.on('down', resolve))
  const writes = Promise.all(Array.from({ length: 8 }, async (_, number) => {
    for (;;) await rows(client, 'large').updateOne({ _id: number }, { $inc: { number: 1 } })
  })).catch(() => {}) // they end when the engine does
  setTimeout(() => process.kill(engine.pid, 'SIGKILL'), 500)
  await down
  await engine.close()
  await client.close()
  await writes
  return { clean, killed: await timeStart(dataDirectory) }
}
