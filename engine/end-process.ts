import { spawn, type ChildProcess } from 'node:child_process'

/** How long process.exit may take, in milliseconds. */
const EXIT_LIMIT_MS = 2_000

/** Its standard input ends when the process that has started it does: then nothing is left to be killed, and nobody else is hit. */
const KILLER = `
  const { ppid } = process
  process.stdin.resume().on('end', () => process.exit())
  setTimeout(() => {
    if (process.ppid === ppid) process.kill(ppid, 'SIGKILL')
    process.exit()
  }, Number(process.argv[1]))`

/**
 * Ends this process, with its exit code if that can be. While a commit is under way process.exit never returns: it waits for
 * the thread that writes, which waits for JavaScript that will not run any more.
 */
export function endProcess (code: number): never {
  if (!killAfter(EXIT_LIMIT_MS)) process.kill(process.pid, 'SIGKILL')
  process.exit(code)
}

/**
 * Has another process kill this one if it is still there after a time in milliseconds, whatever it hangs in. Returns whether
 * there is that other process: nothing is left to start one with when memory or descriptors have run out.
 */
export function killAfter (limit: number): boolean {
  try {
    return startKiller(limit).pid !== undefined
  } catch {
    return false
  }
}

function startKiller (limit: number): ChildProcess {
  // In a group of its own, it outlives the signals of a terminal; options that this process was given are not its business.
  const environment = { ...process.env, NODE_OPTIONS: '' }
  const killer: ChildProcess = spawn(process.execPath, ['-e', KILLER, String(limit)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: environment })
  killer.on('error', () => {}) // it has no pid then
  killer.stdin?.on('error', () => {}) // nothing is written to it
  killer.unref()
  return killer
}
