import { existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { EX_DATAERR, exitCodeFor } from '../exit-codes.js'
import { FIRST_START_MARK } from '../storage/first-start.js'
import { checkDirectory, openStore } from '../storage/store.js'
import { insert, temporaryDirectory, things } from './temporary-store.js'

/** A stopped store with a document, and where its file is. */
async function stoppedStore (t: Test): Promise<{ directory: string, file: string }> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory)
  await store.write((tx) => tx.createCollection(things))
  await insert(store, { _id: 1 })
  await store.close()
  return { directory, file: join(directory, 'data.mdb') }
}

async function expectRefused (t: Test, directory: string, finding: RegExp): Promise<void> {
  const before = readdirSync(directory)
  const error = await openStore(directory).then(() => undefined, (reason: Error) => reason)
  t.match(error, { message: finding })
  t.equal(exitCodeFor(error), EX_DATAERR)
  t.strictSame(readdirSync(directory), before, 'nothing has been changed')
}

t.test('F-05: a store whose file has length 0 does not start empty', async (t) => {
  const { directory, file } = await stoppedStore(t)
  truncateSync(file, 0)
  await expectRefused(t, directory, /damaged.*it is empty/)
  await t.rejects(checkDirectory(directory), { message: /it is empty/ })
})

t.test('F-05: a store whose first pages are zero does not start empty', async (t) => {
  const { directory, file } = await stoppedStore(t)
  writeFileSync(file, Buffer.alloc(8192))
  await expectRefused(t, directory, /damaged.*it is empty/)
})

t.test('F-05: a store whose file is missing does not start empty', async (t) => {
  const { directory, file } = await stoppedStore(t)
  rmSync(file)
  await expectRefused(t, directory, /damaged.*missing, but lock\.mdb is there/)
})

t.test('F-05: an empty file that nobody has begun is not taken for a store', async (t) => {
  const directory = await temporaryDirectory(t)
  writeFileSync(join(directory, 'data.mdb'), '')
  await expectRefused(t, directory, /damaged.*it is empty/)
})

t.test('F-28: a first start that was interrupted is begun anew', async (t) => {
  for (const size of [0, 4096, 8192]) {
    const directory = await temporaryDirectory(t)
    for (const name of [FIRST_START_MARK, 'lock.mdb']) writeFileSync(join(directory, name), '')
    writeFileSync(join(directory, 'data.mdb'), Buffer.alloc(size))
    await (await openStore(directory)).close()
    t.notOk(existsSync(join(directory, FIRST_START_MARK)), 'from here on there is a store')
  }
})

t.test('F-28: a first start that was interrupted behind its first commit has made a store', async (t) => {
  const { directory, file } = await stoppedStore(t)
  writeFileSync(join(directory, FIRST_START_MARK), '')
  await (await openStore(directory)).close()
  t.notOk(existsSync(join(directory, FIRST_START_MARK)))
  truncateSync(file, 0)
  await expectRefused(t, directory, /it is empty/)
})
