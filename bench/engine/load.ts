import { usageOf } from '../usage.js'

export interface Sample {
  readonly perSecond: number
  /** Processor time of the server for each operation. */
  readonly cpuMicros: number
  readonly p50: number
  readonly p99: number
}

/** Does an operation over and over, so many at a time, until the time is over or the work that it goes along with has ended. */
export async function load (operation: () => Promise<unknown>, { concurrency, until, pid }: { concurrency: number, until: () => boolean, pid: number }): Promise<Sample> {
  const milliseconds: number[] = []
  const begin = performance.now()
  const before = usageOf(pid).cpuSeconds
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (!until()) {
      const start = performance.now()
      await operation()
      milliseconds.push(performance.now() - start)
    }
  }))
  const cpuMicros = (usageOf(pid).cpuSeconds - before) * 1e6 / milliseconds.length
  const perSecond = milliseconds.length * 1000 / (performance.now() - begin)
  milliseconds.sort((a, b) => a - b)
  return { perSecond, cpuMicros, p50: at(milliseconds, 0.5), p99: at(milliseconds, 0.99) }
}

export function after (seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000
  return () => performance.now() > end
}

export function median (samples: readonly Sample[]): Sample {
  const of = (key: keyof Sample) => at(samples.map((sample) => sample[key]).sort((a, b) => a - b), 0.5)
  return { perSecond: of('perSecond'), cpuMicros: of('cpuMicros'), p50: of('p50'), p99: of('p99') }
}

function at (sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}
