import { spawnSync } from 'node:child_process'

/** Why system calls cannot be watched or made to fail here. */
export function missingTracer (): string | undefined {
  if (process.platform !== 'linux') return 'needs strace, and so Linux'
  const { error, status } = spawnSync('strace', ['-o', '/dev/null', 'true'])
  if (error !== undefined) return 'needs strace'
  return status === 0 ? undefined : 'needs the right to trace processes'
}

/** Runs a command under strace, which is a process beside it and not above. */
export function traced (...options: readonly string[]): string[] {
  return ['strace', '-D', '-f', '--seccomp-bpf', '-e', 'signal=none', ...options]
}

/** All commits are written by one thread then: strace counts system calls for each by itself. */
export const ONE_WRITER = { UV_THREADPOOL_SIZE: '1' }
