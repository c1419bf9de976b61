import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100 // USER_HZ, which Linux fixes for user space

export interface Usage {
  readonly cpuSeconds: number
  readonly residentMiB: number
  /** Of what is resident: the process's own memory, and pages of files, which the system takes back when it needs them. */
  readonly anonymousMiB: number
  readonly fileMiB: number
}

/** What a process has taken until now, with all of its threads. Linux only. */
export function usageOf (pid: number): Usage {
  const [utime, stime] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number)
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mebibytes = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
  return {
    cpuSeconds: (utime + stime) / TICKS_PER_SECOND,
    residentMiB: mebibytes('VmRSS'),
    anonymousMiB: mebibytes('RssAnon'),
    fileMiB: mebibytes('RssFile')
  }
}
