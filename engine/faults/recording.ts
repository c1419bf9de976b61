import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FIRST_START_MARK } from '../storage/first-start.js'

/** A write to the data file. */
export interface FileWrite {
  readonly type: 'write'
  readonly position: number
  readonly bytes: Buffer
  /** Whether it is on the disk when the call returns (`O_DSYNC`). */
  readonly durable: boolean
}

/** What happened, in the order in which it ended. */
export type Event =
  FileWrite |
  { readonly type: 'sync' } |
  { readonly type: 'reply', readonly requestId: number } |
  { readonly type: 'first start ended' }

const OP_MSG = 2013

/** The system calls that are to be recorded; strings in full and in hexadecimal. */
export const RECORDING = ['-y', '-xx', '-s', '50000000', '-e', 'trace=openat,lseek,pwrite64,pwritev,fdatasync,fsync,ftruncate,write,writev,unlink,unlinkat']

/**
 * Reads what strace has recorded of an engine: writes to its data file, syncs of it, replies, and that the mark of a first start was removed.
 * @throws {Error} for a call on the data file that is not understood: nothing may be missing
 */
export function readRecording (trace: string, dataFile: string): Event[] {
  const [file, mark] = [dataFile, join(dirname(dataFile), FIRST_START_MARK)].map(escaped)
  const durable = new Set<number>()
  const seeks = new Map<number, number>()
  const started = new Map<string, string>()
  const events: Event[] = []
  for (const line of readFileSync(trace, 'latin1').split('\n')) {
    const call = completed(line, started)
    if (call === undefined) continue
    if (call.startsWith('openat(')) {
      if (call.includes(file) && call.includes('O_DSYNC')) durable.add(Number(/= (\d+)/.exec(call.slice(call.lastIndexOf(')')))?.[1]))
    } else if (call.includes(`<${file}>`)) events.push(...fileEvents(call, durable, seeks))
    else if (/^writev?\(/.test(call)) events.push(...replies(call))
    else if (call.startsWith('unlink') && call.includes(mark)) events.push({ type: 'first start ended' })
  }
  return events
}

/** As strace prints strings. */
function escaped (text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '\\x$&')
}

/** A call with its result; of one that another interrupted in the recording both parts. */
function completed (line: string, started: Map<string, string>): string | undefined {
  const space = line.indexOf(' ')
  const [thread, call] = [line.slice(0, space), line.slice(space).trimStart()]
  if (call.endsWith('<unfinished ...>')) {
    started.set(thread, call.slice(0, -'<unfinished ...>'.length).trimEnd())
    return undefined
  }
  const resumed = /^<\.\.\. \w+ resumed>/.exec(call)
  return resumed === null ? call : (started.get(thread) ?? '') + call.slice(resumed[0].length)
}

function fileEvents (call: string, durable: ReadonlySet<number>, seeks: Map<number, number>): Event[] {
  if (/^f(data)?sync\(/.test(call)) return [{ type: 'sync' }]
  const { name, fd, last, result } = /^(?<name>\w+)\((?<fd>\d+)<.*?(?:, (?<last>\w+))?\) += (?<result>\d+)$/.exec(call)?.groups ?? {}
  const file = Number(fd)
  if (name === 'lseek') {
    seeks.set(file, Number(result))
    return []
  }
  const position = name === 'writev' ? seeks.get(file) : Number(last)
  if (!/^p?write(64|v)$/.test(name) || position === undefined || Number.isNaN(position)) throw new Error(`not understood: ${call.slice(0, 200)} … ${call.slice(-100)}`)
  // The first string is the file's name.
  const bytes = Buffer.concat(stringsIn(call.slice(call.indexOf('>'))))
  if (bytes.length !== Number(result)) throw new Error(`recorded ${bytes.length} bytes of ${result}`)
  seeks.set(file, position + bytes.length)
  return [{ type: 'write', position, bytes, durable: durable.has(file) }]
}

/** One write may carry several replies. */
function replies (call: string): Event[] {
  const bytes = Buffer.concat(stringsIn(call.slice(call.indexOf('>'))))
  const events: Event[] = []
  for (let at = 0; at + 16 <= bytes.length; at += bytes.readInt32LE(at)) {
    if (bytes.readInt32LE(at) < 16 || bytes.readInt32LE(at + 12) !== OP_MSG) break
    events.push({ type: 'reply', requestId: bytes.readInt32LE(at + 8) })
  }
  return events
}

function stringsIn (call: string): Buffer[] {
  return [...call.matchAll(/"([^"]*)"/g)].map(([, text]) => Buffer.from(text.replaceAll('\\x', ''), 'hex'))
}
