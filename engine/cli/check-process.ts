import type { Finding } from '../storage/check.js'
import { checkDirectory } from '../storage/store.js'

/** The process that reads files which may be damaged (inspect.ts): `check-process DIRECTORY`. */

export type Verdict = { readonly findings: Finding[] } | { readonly failure: string }

const [directory] = process.argv.slice(2)

process.send?.(await verdict())
process.disconnect()

async function verdict (): Promise<Verdict> {
  try {
    return { findings: await checkDirectory(directory) }
  } catch (error) {
    return { failure: (error as Error).message }
  }
}
