import fc from './random.js'
import t from 'tap'
import { FrameReader, ProtocolViolation } from '../wire/frames.js'
import { frame, uint32 } from './raw-client.js'

const LONGEST = 1000

function readAll (reader: FrameReader): Buffer[] {
  const frames = []
  for (let next = reader.next(LONGEST); next !== undefined; next = reader.next(LONGEST)) frames.push(next)
  return frames
}

t.test('messages come out as they went in, however the stream is cut', async (t) => {
  const message = fc.uint8Array({ maxLength: 200 }).map((content) => frame(2013, 7, content))
  fc.assert(fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (messages, sizes) => {
    const stream = Buffer.concat(messages)
    const reader = new FrameReader()
    const read: Buffer[] = []
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const size = sizes[turn % sizes.length]
      reader.push(stream.subarray(at, at + size))
      read.push(...readAll(reader))
      at += size
    }
    t.strictSame(read, messages)
    t.equal(reader.pending, 0)
  }), { numRuns: 200 })
})

t.test('messages that are read later stay what they were when more arrives', async (t) => {
  const [first, second] = [frame(2013, 1, Buffer.alloc(50, 1)), frame(2013, 2, Buffer.alloc(50, 2))]
  const reader = new FrameReader()
  reader.push(first.subarray(0, 30))
  reader.push(Buffer.concat([first.subarray(30), second.subarray(0, 30)]))
  const early = reader.next(LONGEST)
  reader.push(second.subarray(30))
  t.strictSame([early, reader.next(LONGEST)], [first, second])
})

t.test('a message inside one chunk is not copied', async (t) => {
  const chunk = frame(2013, 1, Buffer.alloc(5))
  const reader = new FrameReader()
  reader.push(chunk)
  t.equal(reader.next(LONGEST)?.buffer, chunk.buffer)
})

t.test('an impossible length is refused as soon as its four bytes are there', async (t) => {
  for (const length of [0, 15, LONGEST + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    const reader = new FrameReader()
    reader.push(uint32(length).subarray(0, 3))
    t.equal(reader.next(LONGEST), undefined)
    reader.push(uint32(length).subarray(3))
    t.throws(() => reader.next(LONGEST), ProtocolViolation, `length ${length}`)
  }
})

t.test('a long message that comes in drops takes memory in proportion to what has come', async (t) => {
  const message = frame(2013, 1, Buffer.alloc(200_000))
  const before = process.memoryUsage().arrayBuffers
  const reader = new FrameReader()
  for (let at = 0; at < 100_000; at += 10) reader.push(message.subarray(at, at + 10))
  t.notOk(reader.next(1e6))
  t.ok(process.memoryUsage().arrayBuffers - before < 1_000_000)
})
