import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, realpathSync, type Stats } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** The shortest limit there is on the path of a unix socket (macOS), its final zero included. */
const MAX_SOCKET_PATH_BYTES = 104

/**
 * The path of the socket of the engine on a data directory: always the same one, so that clients find a restarted
 * engine where the old one was, and never inside the data directory, whose path may be too long. It is in lower case
 * because drivers fold the addresses of servers, and ends in `.sock` because that is how they recognise a path.
 * @throws {Error} when the directory for sockets is not this user's alone
 */
export function socketPath (dataDirectory: string, base = socketBase()): string {
  const { uid } = userInfo()
  const directory = join(base, `quire-${uid}`)
  makePrivateDirectory(directory, uid)
  const name = createHash('sha256').update(realpathSync(dataDirectory)).digest('hex').slice(0, 16)
  return join(directory, `${name}.sock`)
}

/** The directory for temporary files, unless its path is too long or not in lower case, as on macOS. */
function socketBase (): string {
  const base = tmpdir()
  const longest = join(base, 'quire-4294967295', `${'0'.repeat(16)}.sock`)
  return base === base.toLowerCase() && Buffer.byteLength(longest) < MAX_SOCKET_PATH_BYTES ? base : '/tmp'
}

/** Anyone can make directories where this one is: only one that this user owns and nobody else may enter will do. */
function makePrivateDirectory (directory: string, uid: number): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const found = lstatSync(directory)
  if (!isPrivate(found, uid)) {
    throw new Error(`${directory} must be a directory of this user with mode 0700: remove it, or start as its owner`)
  }
}

function isPrivate (found: Stats, uid: number): boolean {
  return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0
}
