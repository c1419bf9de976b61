import { acquireLock } from '../lock.js'

// A process that tries to lock a directory when it is told to, says what came of it, and stays until it is killed.
const [directory, patience] = process.argv.slice(2)

process.on('message', async () => {
  const answer = await acquireLock(directory, { patience: Number(patience) }).then(() => 'held', () => 'refused')
  process.send?.(answer)
})
process.send?.('here')
