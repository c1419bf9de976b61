import { mkdirSync, realpathSync, statfsSync } from 'node:fs'

/** `f_type` of Linux's network file systems (linux/magic.h); a memory-mapped store is not safe on them. */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'CIFS',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
  0x0bd00bd0: 'Lustre'
}

/**
 * Makes the data directory if need be, for this user alone, and returns its real path.
 * @throws {Error} when it is on a network file system (detected on Linux)
 */
export function prepareDataDirectory (directory: string, typeOf = fileSystemType): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = realpathSync(directory)
  const network = NETWORK_FILE_SYSTEMS[typeOf(path)]
  if (network !== undefined) {
    throw new Error(`The data directory ${path} is on ${network}: a network file system can lose or mix up writes. Choose a local disk, or set MONGODB_URI.`)
  }
  return path
}

function fileSystemType (path: string): number {
  // On other systems the number means something else.
  return process.platform === 'linux' ? statfsSync(path).type : 0
}
