import type { Random } from './random.js'
import type { Event, FileWrite } from './recording.js'

const SECTOR_BYTES = 512

/** What becomes of a write that was not flushed when the power fails. */
export type Fate = 'kept' | 'missing' | 'torn'

/** The data file as the disk has it, while what was recorded happens once more. */
export class Disk {
  /** What is certain to be there. */
  #durable: Buffer = Buffer.alloc(0)
  /** What has been written since the last flush, in order. */
  #pending: FileWrite[] = []

  get pending (): number {
    return this.#pending.length
  }

  happen (event: Event): void {
    if (event.type === 'sync') {
      for (const write of this.#pending) this.#durable = put(this.#durable, write.position, write.bytes)
      this.#pending = []
    } else if (event.type === 'write') {
      if (event.durable) this.#durable = put(this.#durable, event.position, event.bytes)
      else this.#pending.push(event)
    }
  }

  /** The file after a power failure at this moment, or while `interrupted` is being written. */
  image (fate: () => Fate, random: Random, interrupted?: FileWrite): Buffer {
    let image: Buffer = Buffer.from(this.#durable)
    for (const write of interrupted === undefined ? this.#pending : [...this.#pending, interrupted]) {
      const chosen = fate()
      if (chosen === 'kept') image = put(image, write.position, write.bytes)
      if (chosen === 'torn') image = putSectors(image, write, random)
    }
    return image
  }
}

/** Disks write sectors, each as a whole, and in any order. */
function putSectors (image: Buffer, { position, bytes }: FileWrite, random: Random): Buffer {
  let torn = image
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(SECTOR_BYTES - (position + at) % SECTOR_BYTES, bytes.length - at)
    if (random.below(2) === 0) torn = put(torn, position + at, bytes.subarray(at, at + length))
    at += length
  }
  return torn
}

function put (image: Buffer, position: number, bytes: Buffer): Buffer {
  const end = position + bytes.length
  const target = end <= image.length ? image : Buffer.concat([image, Buffer.alloc(end - image.length)])
  bytes.copy(target, position)
  return target
}
