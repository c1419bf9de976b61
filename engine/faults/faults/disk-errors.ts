import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Collection } from 'mongodb'
import { EX_IOERR } from '../../exit-codes.js'
import { DATA_FILE } from '../../storage/data-file.js'
import { sum, type Fault, type Outcome } from '../fault.js'
import { mustServe, stop, type Exit, type Served } from '../served.js'
import { checkStored, copyData, storedIds } from '../stored.js'
import { missingTracer, ONE_WRITER, traced } from '../tracer.js'

interface Write { readonly _id: number, readonly text: string }

/** Which system calls fail, and whether only the Nth does or all from there on. */
const variants = [
  { calls: 'fdatasync', persistent: false },
  { calls: 'fdatasync', persistent: true },
  { calls: 'pwrite64,writev', persistent: false },
  { calls: 'pwrite64,writev', persistent: true }
]
const LONGEST_END_MS = 20_000

/** A write or a flush fails at the Nth call, for every N: nothing is acknowledged any more, and the engine ends. */
export const diskErrors: Fault = {
  name: 'disk-errors',
  id: 'F-07',
  title: 'EIO at the Nth write or flush, once and for good',
  rounds: 400,
  missing: missingTracer,

  async run ({ directory, rounds, progress }) {
    const template = join(directory, 'template')
    await fill(template)
    const outcomes: Outcome[] = []
    for (let round = 0; round < rounds; round++) {
      const { calls, persistent } = variants[round % variants.length]
      const n = 1 + Math.floor(round / variants.length)
      outcomes.push(await oneRound(template, join(directory, 'data'), calls, `${n}${persistent ? '+' : ''}`))
      progress(`${calls} ${n}`)
    }
    return sum(outcomes)
  }
}

async function fill (directory: string): Promise<void> {
  const served = await mustServe(directory)
  await writesOf(served).insertMany(Array.from({ length: 100 }, (_, n) => ({ _id: -1 - n, text: 'x'.repeat(100) })))
  await stop(served)
}

async function oneRound (template: string, data: string, calls: string, when: string): Promise<Outcome> {
  copyData(template, data)
  const wrapper = traced('-o', '/dev/null', '-P', join(data, DATA_FILE), '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO:when=${when}`)
  const served = await mustServe(data, { wrapper, environment: ONE_WRITER })
  const { acknowledged, wrong } = await writeUntilFailure(writesOf(served))
  const exit = await Promise.race([served.exited, delay(LONGEST_END_MS, undefined, { ref: false })])
  if (exit?.code !== EX_IOERR) wrong.push(`${describe(exit)} instead of exit code ${EX_IOERR}`)
  if (exit === undefined) served.kill('SIGKILL')
  await served.exited
  wrong.push(...await checkStored(data))
  const ids = await storedIds(data)
  return {
    rounds: 1,
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => !ids.has(id)).length,
    duplicated: 0,
    wrong: wrong.map((text) => `${calls} ${when}: ${text}`)
  }
}

/** One write after the other, and some more when one has failed, of which none may be acknowledged. */
async function writeUntilFailure (writes: Collection<Write>): Promise<{ acknowledged: number[], wrong: string[] }> {
  const acknowledged: number[] = []
  const wrong: string[] = []
  let failures = 0
  for (let _id = 0; failures < 4 && _id < 1000; _id++) {
    try {
      await writes.insertOne({ _id, text: 'x'.repeat(_id % 7 * 1000) })
      acknowledged.push(_id)
      if (failures > 0) wrong.push(`write ${_id} was acknowledged after ${failures} had failed`)
    } catch {
      failures++
    }
  }
  if (failures === 0) wrong.push('no write failed')
  return { acknowledged, wrong }
}

function writesOf (served: Served): Collection<Write> {
  return served.connect({ retryWrites: false, serverSelectionTimeoutMS: 500 }).db('test').collection<Write>('writes')
}

function describe (exit: Exit | undefined): string {
  return exit === undefined ? 'it did not end' : `it ended with ${exit.code ?? exit.signal}: ${exit.stderr.split('\n').at(-2)}`
}
