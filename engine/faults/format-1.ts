import { openEnvironment, type Environment } from '../storage/environment.js'
import { isIntact } from '../storage/sealed.js'
import { tableNames } from '../storage/table.js'

/** Makes the data of a directory what format 1 was, in which only documents had checksums. */
export async function toFormat1 (directory: string): Promise<void> {
  const environment = await openEnvironment(directory)
  await environment.commit(() => unsealAll(environment))
  await environment.close()
}

function unsealAll ({ tables }: Environment): void {
  for (const name of tableNames) {
    const { stored } = tables[name]
    for (const { key, value } of [...stored.getRange()]) {
      if (name !== 'documents' && isIntact(key, value)) stored.putSync(key, value.subarray(0, -4))
    }
  }
  for (const key of [...tables.history.stored.getKeys()]) tables.history.stored.removeSync(key)
  tables.meta.stored.putSync(Buffer.from('format'), Buffer.from('1'))
  tables.meta.stored.removeSync(Buffer.from('sealed'))
}
