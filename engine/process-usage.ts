import { readFileSync } from 'node:fs'

/** A size that proc_pid_status(5) tells of a process, such as `RssFile`, in bytes; `undefined` where nobody tells. */
export function statusBytes (name: string, status = '/proc/self/status'): number | undefined {
  try {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(status, 'latin1'))?.[1]
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes)
  } catch {
    return undefined // on other systems than Linux, and when there are too many open files
  }
}

/** How much processor time this process has used so far, in milliseconds. */
export function processorTime (): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
