import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Puts the names in a directory on the disk; Windows does so by itself, and cannot be asked to. */
export function syncDirectory (directory: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
