import { Binary, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, type Document } from 'bson'
import { commands } from '../commands/table.js'
import { bodySection, frame, message, sequenceSection, uint32 } from '../test/raw-client.js'
import type { Random } from './random.js'

/** The database that hostile commands are about; they may do to it what they like. */
export const FUZZ_DATABASE = 'fuzz'

/** Values of all types, and the extreme ones of some. */
const values: ReadonlyArray<(random: Random) => unknown> = [
  () => null, () => true, () => '', () => 'x'.repeat(300), () => '$a.b', () => 'a\0b', () => NaN, () => -Infinity,
  () => new Int32(-1), () => new Int32(2 ** 31 - 1), () => new Double(0.5), () => Long.MAX_VALUE, () => Long.MIN_VALUE, () => Decimal128.fromString('1E+6000'),
  () => new Date(NaN), () => new Date(8.64e15), () => /(a+)+$/i, () => new Code('f()'), () => new Code('f()', { a: 1 }), () => new MinKey(), () => new MaxKey(),
  () => new ObjectId(), () => new Timestamp({ t: 1, i: 2 }), () => new Binary(Buffer.alloc(5), 4), () => [], () => ({}), () => [[[]]], () => ({ $a: { $b: 1 } }), () => [1, 'a', null, {}],
  (random) => nested(random.pick([50, 99, 101, 180, 2000])), (random) => random.below(1000) - 500
]

function nested (depth: number): Document {
  let value: Document = {}
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : { a: [value] }
  return value
}

/** A command that would be right, but for what its arguments are. */
export function wrongTypes (random: Random, requestId: number): Buffer {
  const { name, fields } = random.pick(commands)
  const command: Document = { [name]: random.below(3) === 0 ? random.pick(values)(random) : 'things' }
  for (const field of Object.keys(fields)) {
    if (field !== name && random.below(2) === 0) command[field] = random.pick(values)(random)
  }
  return message({ ...command, $db: FUZZ_DATABASE }, { requestId })
}

const rightCommands: readonly Document[] = [
  { find: 'things', filter: { a: { $gt: 1 } }, sort: { a: -1 }, limit: 3 },
  { insert: 'things', documents: [{ a: 1, b: ['x', { c: 2 }] }] },
  { update: 'things', updates: [{ q: { a: 1 }, u: { $set: { b: 2 } }, upsert: true }] },
  { aggregate: 'things', pipeline: [{ $match: { a: 1 } }, { $group: { _id: '$b', n: { $sum: 1 } } }], cursor: {} },
  { delete: 'things', deletes: [{ q: { a: 1 }, limit: 1 }] },
  { createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a_1' }] }
]

function rightFrame (random: Random): Buffer {
  return message({ ...random.pick(rightCommands), $db: FUZZ_DATABASE }, { sequences: random.below(4) === 0 ? { documents: [{ a: 1 }] } : {} })
}

/** Bytes after which a connection may be of no more use. */
const hostile: ReadonlyArray<(random: Random) => Buffer> = [
  function garbage (random) {
    return Buffer.from(Array.from({ length: 1 + random.below(200) }, () => random.below(256)))
  },
  function truncated (random) {
    const whole = rightFrame(random)
    return whole.subarray(0, random.below(whole.length))
  },
  function hostileLength (random) {
    const bytes = rightFrame(random)
    bytes.writeInt32LE(random.pick([0, 1, 15, 16, -1, -(2 ** 31), 2 ** 31 - 1, 48_000_000, 48_000_001]), random.pick([0, 21]))
    return bytes
  },
  function mutated (random) {
    const bytes = rightFrame(random)
    for (let change = 1 + random.below(4); change > 0; change--) bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  },
  function unknownOpcode (random) {
    return frame(random.pick([0, 1, 2001, 2004, 2012, 2013, 2 ** 31 - 1]), 1, Buffer.from(Array.from({ length: random.below(60) }, () => random.below(256))))
  },
  function strangeSections (random) {
    const parts = [bodySection({ ping: 1, $db: FUZZ_DATABASE }), sequenceSection('documents', [{ a: 1 }]), Buffer.of(random.below(256)), uint32(random.below(2 ** 32))]
    return frame(2013, 1, uint32(random.pick([0, 1, 2, 3, 4, 0x10000, 0xffff])), ...Array.from({ length: 1 + random.below(4) }, () => random.pick(parts)))
  }
]

export function hostileBytes (random: Random): Buffer {
  return random.pick(hostile)(random)
}
