import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize } from 'bson'
import type { MongoClient } from 'mongodb'
import { DATA_FILE } from '../storage/data-file.js'
import { Namespace } from '../storage/namespace.js'
import { checkDirectory, openStore } from '../storage/store.js'

/** What `quire db check` finds in the data of an engine that is running, by a backup. */
export async function checkRunning (client: MongoClient, scratch: string): Promise<string[]> {
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch, { recursive: true })
  await client.db('admin').command({ quireBackup: scratch })
  return await checkStored(scratch)
}

/** What it finds in a directory that no engine uses. */
export async function checkStored (directory: string): Promise<string[]> {
  try {
    return (await checkDirectory(directory)).map(({ problem, where }) => `${problem}: ${where}`)
  } catch (error) {
    return [(error as Error).message]
  }
}

/** Makes `target` a directory with the data of `source` and nothing else. */
export function copyData (source: string, target: string): void {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true, mode: 0o700 })
  cpSync(join(source, DATA_FILE), join(target, DATA_FILE))
}

/** The `_id`s in the collection `test.writes` of a directory that no engine uses, as a start finds them. */
export async function storedIds (directory: string): Promise<Set<unknown>> {
  const store = await openStore(directory)
  try {
    const collection = store.catalog.find(new Namespace('test', 'writes'))
    const documents = collection === undefined ? [] : [...store.read.documents(collection)]
    return new Set(documents.map(({ document }) => deserialize(document)['_id']))
  } finally {
    await store.close()
  }
}
