import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * What tells a process from any other that had or will have its pid. `space` says where the pid means something: a
 * boot of a machine and, in containers, one of its pid namespaces.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** Ticks from boot to its start; '0' where the system does not say (anything but Linux). */
  readonly startedAt: string
  readonly space: string
}

const isLinux = process.platform === 'linux'

export function ownIdentity (): ProcessIdentity {
  return identityOf(process.pid)
}

/** That of a process in this same space. */
export function identityOf (pid: number): ProcessIdentity {
  const space = isLinux
    ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid')
    : hostname()
  return {
    pid,
    startedAt: startOf(pid) ?? '0',
    space: createHash('sha256').update(space).digest('hex').slice(0, 8)
  }
}

/** Whether a process of this same space is running. Without start times, any process with its pid counts. */
export function isRunning ({ pid, startedAt }: ProcessIdentity): boolean {
  return isLinux ? startOf(pid) === startedAt : exists(pid)
}

/** A killed process that its parent has not looked after yet (state Z) is as dead as one that is gone. */
function startOf (pid: number): string | undefined {
  if (!isLinux) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // proc(5): "pid (name) state …", where the name may hold anything; the start time is field 22.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? undefined : rest[18]
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function exists (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, under another user.
    return !isGone(error)
  }
}

function isGone (error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ESRCH'
}
