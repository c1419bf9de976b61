import { readdirSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js'

/** How long to wait for a holder that may be about to leave, such as the engine of an API that was just killed. */
const PATIENCE_MS = 3_000
const HEARTBEAT_MS = 2_000
/** A holder whose process cannot be seen from here, in another container, lives while its heartbeat is younger. */
const HEARTBEAT_LOST_MS = 10_000

const CLAIM = /^engine-(?<pid>\d+)-(?<startedAt>\d+)-(?<space>[0-9a-f]{8})\.lock$/

export interface Lock { release (): void }

export interface LockOptions {
  readonly patience?: number
  /** Called when the claim has been taken away: another engine may be using the directory now. */
  readonly onLost?: () => void
}

/**
 * Makes this process the only engine on a data directory. Node.js has no advisory locks, so each process lays down a
 * claim, an empty file named after itself, and holds the lock when it then sees no claim of another living process:
 * of two that try at once, at least one sees the other, and steps back. Only claims of the dead are ever removed by others, and
 * their names are never used again, so no crash and no race can take a living engine's lock.
 * @throws {Error} naming the holder's pid
 */
export async function acquireLock (directory: string, { patience = PATIENCE_MS, onLost }: LockOptions = {}): Promise<Lock> {
  const self = ownIdentity()
  const claim = join(directory, claimName(self))
  const since = performance.now()
  for (;;) {
    const holder = livingHolder(directory, self) ?? contend(directory, self, claim)
    if (holder === undefined) return hold(claim, onLost)
    const limit = holder.space === self.space ? patience : patience + HEARTBEAT_LOST_MS
    if (performance.now() - since >= limit) {
      throw new Error(`The data directory ${directory} is in use by another engine (process ${holder.pid}): stop it, or choose another directory.`)
    }
    // At random, or two that stepped back from each other would meet again.
    await delay(50 + 100 * Math.random())
  }
}

/** Claims, and steps back if somebody else has claimed. */
function contend (directory: string, self: ProcessIdentity, claim: string): ProcessIdentity | undefined {
  writeFileSync(claim, '')
  const other = livingHolder(directory, self)
  if (other !== undefined) rmSync(claim)
  return other
}

function hold (claim: string, onLost: (() => void) | undefined): Lock {
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(claim, now, now, (error) => {
      if (error?.code === 'ENOENT') onLost?.()
    })
  }, HEARTBEAT_MS).unref()
  return {
    release () {
      clearInterval(heartbeat)
      rmSync(claim, { force: true })
    }
  }
}

/** A process other than this one that has a claim and lives; claims of the dead are cleared away. */
function livingHolder (directory: string, self: ProcessIdentity): ProcessIdentity | undefined {
  const own = claimName(self)
  for (const name of readdirSync(directory)) {
    const claimant = name === own ? undefined : parseClaim(name)
    if (claimant === undefined) continue
    const path = join(directory, name)
    if (isLiving(claimant, self, path)) return claimant
    rmSync(path, { force: true })
  }
  return undefined
}

function isLiving (claimant: ProcessIdentity, self: ProcessIdentity, path: string): boolean {
  if (claimant.space === self.space) return isRunning(claimant)
  const claim = statSync(path, { throwIfNoEntry: false })
  return claim !== undefined && Math.abs(Date.now() - claim.mtimeMs) < HEARTBEAT_LOST_MS
}

function claimName ({ pid, startedAt, space }: ProcessIdentity): string {
  return `engine-${pid}-${startedAt}-${space}.lock`
}

function parseClaim (name: string): ProcessIdentity | undefined {
  const groups = CLAIM.exec(name)?.groups
  return groups && { pid: Number(groups.pid), startedAt: groups.startedAt, space: groups.space }
}
