import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** main.js when it was compiled, main.ts when it runs from source. */
export const MAIN = fileURLToPath(new URL(`../cli/main${extname(import.meta.url)}`, import.meta.url))

export interface Run { readonly code: number | null, readonly stdout: string, readonly stderr: string }

/** Runs `quire db …` in a process of its own, to its end. */
export async function quireDb (...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, 'db', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, stdout, stderr }
}
