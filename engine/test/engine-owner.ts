import { startEngine } from '../index.js'

// A process that owns an engine, as the API does, until it is killed.
const [dataDirectory] = process.argv.slice(2)
const engine = await startEngine({ dataDirectory, log: () => {} })
process.send?.({ pid: engine.pid, uri: engine.uri })
