import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'

// Each compiled test file is a program of its own. tap's own command would hook into the loading of every module
// in it and in the processes that it starts, which takes longer than the tests.

/** One more than there are cores: there is always one that waits for a disk, a timer or another process. */
const JOBS = availableParallelism() + 1

/** Seconds that a file may take: tap tells then what it waits for; one that does not even let tap do so is killed soon after. */
const PATIENCE = 240

const files = ['engine/test/', 'test/'].flatMap((folder) => {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts')).sort().map((file) => folder + file)
})
let started = 0
let failed = 0

/** Runs what nobody else has begun, one file after the other. */
async function work (): Promise<void> {
  while (started < files.length) await run(files[started], ++started)
}

async function run (file: string, number: number): Promise<void> {
  const since = performance.now()
  const child = spawn(process.execPath, [`dist/${file.replace(/ts$/, 'js')}`], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TAP_TIMEOUT: String(PATIENCE) }, timeout: 1000 * (PATIENCE + 10), killSignal: 'SIGKILL'
  })
  const [output, errors, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  // The plan comes last: without it, the file has not come to its end.
  const hasPassed = code === 0 && /^1\.\.[1-9]/m.test(output)
  const seconds = ((performance.now() - since) / 1000).toFixed(1)
  process.stdout.write(`${hasPassed ? 'ok' : 'not ok'} ${number} - ${file} # time=${seconds}s\n`)
  if (hasPassed) return
  failed++
  process.stdout.write(`${output}${errors}# ended with ${signal ?? code}\n`)
}

process.stdout.write(`TAP version 14\n1..${files.length}\n`)
await Promise.all(Array.from({ length: JOBS }, work))
process.stdout.write(`# ${files.length - failed} of ${files.length} files have passed\n`)
if (failed > 0) process.exitCode = 1
