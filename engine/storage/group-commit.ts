/** One work that waits for its turn, and the promise of whoever submitted it. */
interface Job<Group> {
  /** Does the work; whether it returned or threw is kept until the commit. */
  run (group: Group): void
  settle (): void
  reject (reason: Error): void
}

export interface GroupCommitOptions<Group> {
  /** Calls `run` inside a transaction; resolves when that is on the disk, rejects when nothing of it has happened. */
  readonly transaction: (run: (group: Group) => void) => Promise<void>
  /** Turns the error of a transaction into what its works are told; it may also refuse all later works. */
  readonly explain: (error: unknown) => Promise<Error>
  /** For how long a commit may wait for more works, in milliseconds. */
  readonly gatherFor?: number
}

/** For how long works are taken into one commit, in milliseconds: until then nothing else can run. */
const MAX_GROUP_MS = 5

/**
 * A commit costs as much as ten small works. So while several are at work, the next one waits until this part of those who
 * were at it lately has come (as PostgreSQL's commit_delay does); one who writes alone waits for nobody. With a half, one
 * half of the clients is answered while the other one is waited for.
 */
const GATHERED = 0.5
const GATHER_MS = 2

/**
 * Commits works in groups: while one commit waits for the disk, the works that arrive make up the next. There is never
 * a second transaction under way, so that after a failed one nothing has been built on it.
 */
export class GroupCommit<Group> {
  readonly #options: GroupCommitOptions<Group>
  #waiting: Job<Group>[] = []
  #pauses: Array<() => Promise<void>> = []
  #running: Promise<void> | undefined
  #lastSize = 0
  /** Told of each work that comes while others are waited for. */
  #onWork: (() => void) | undefined
  #refusal: Error | undefined

  constructor (options: GroupCommitOptions<Group>) {
    this.#options = options
  }

  /** Resolves with what the work returns, or rejects with what it throws, when the commit is on the disk. */
  submit<T> (work: (group: Group) => T): Promise<T> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push(jobOf(work, resolve, reject))
      this.#onWork?.()
      this.#running ??= this.#commitAll()
    })
  }

  /** Does something that never fails between two commits, of which the next one waits for its end; nothing once works are refused. */
  pause (task: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#pauses.push(async () => {
        if (this.#refusal === undefined) await task()
        resolve()
      })
      this.#running ??= this.#commitAll()
    })
  }

  /** From now on no work is accepted. */
  refuse (reason: Error): void {
    this.#refusal = reason
    for (const job of this.#waiting.splice(0)) job.reject(reason)
  }

  /** Accepts no work any more, and resolves when what has been accepted is committed. */
  async close (reason: Error): Promise<void> {
    this.#refusal ??= reason
    await this.#running
  }

  async #commitAll (): Promise<void> {
    while (this.#waiting.length + this.#pauses.length > 0) {
      for (const pause of this.#pauses.splice(0)) await pause()
      if (this.#lastSize > 1 && this.#waiting.length > 0) await this.#gather()
      // Meanwhile they may all have been refused, and after that nothing must be begun.
      if (this.#waiting.length > 0) await this.#commitGroup()
    }
    this.#running = undefined
  }

  /** Waits for others who are going to write. */
  async #gather (): Promise<void> {
    const wanted = Math.floor((this.#lastSize + this.#waiting.length) * GATHERED)
    if (this.#waiting.length >= wanted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.gatherFor ?? GATHER_MS)
      this.#onWork = () => {
        if (this.#waiting.length < wanted) return
        clearTimeout(timer)
        resolve()
      }
    })
    this.#onWork = undefined
  }

  async #commitGroup (): Promise<void> {
    const jobs: Job<Group>[] = []
    try {
      await this.#options.transaction((group) => this.#runWaiting(group, jobs))
    } catch (error) {
      const reason = await this.#options.explain(error)
      // If it did not even begin, it would fail for those that wait as well.
      for (const job of jobs.length > 0 ? jobs : this.#waiting.splice(0)) job.reject(reason)
      return
    }
    this.#lastSize = jobs.length
    for (const job of jobs) job.settle()
  }

  #runWaiting (group: Group, jobs: Job<Group>[]): void {
    const until = performance.now() + MAX_GROUP_MS
    do {
      const job = this.#waiting.shift()
      if (job === undefined) return
      jobs.push(job)
      job.run(group)
    } while (performance.now() < until)
  }
}

function jobOf<Group, T> (work: (group: Group) => T, resolve: (value: T) => void, reject: (reason: unknown) => void): Job<Group> {
  const job: Job<Group> = {
    run (group) {
      try {
        const value = work(group)
        job.settle = () => resolve(value)
      } catch (error) {
        job.settle = () => reject(error)
      }
    },
    settle () {},
    reject
  }
  return job
}
