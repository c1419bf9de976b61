import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { GroupCommit } from '../storage/group-commit.js'

/** Long after any test. */
const NEVER_MS = 1_000_000

/** Commits without a disk, and counts the works of each commit. */
class Commits {
  readonly sizes: number[] = []
  readonly group: GroupCommit<{ size: number }>

  constructor (gatherFor: number) {
    this.group = new GroupCommit({
      gatherFor,
      transaction: async (run) => {
        const group = { size: 0 }
        await setImmediate()
        run(group)
        this.sizes.push(group.size)
      },
      explain: async (error) => error as Error
    })
  }

  write (): Promise<number> {
    return this.group.submit((group) => ++group.size)
  }

  /** Each in a turn of the event loop of its own. */
  async writeInTurns (count: number): Promise<void> {
    const written: Array<Promise<number>> = []
    for (let turn = 0; turn < count; turn++) {
      written.push(this.write())
      await setImmediate()
    }
    await Promise.all(written)
  }

  async writeAtOnce (count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.write()))
  }
}

t.test('one who writes alone is committed at once', async (t) => {
  const commits = new Commits(NEVER_MS)
  for (let n = 0; n < 3; n++) await commits.write()
  t.same(commits.sizes, [1, 1, 1])
})

t.test('a commit waits for those who were at the last one, until half of them have come', async (t) => {
  const commits = new Commits(NEVER_MS)
  await commits.writeAtOnce(8)
  await commits.writeInTurns(4)
  t.same(commits.sizes, [8, 4])
})

t.test('a commit does not wait for ever for those who do not come', async (t) => {
  const commits = new Commits(1)
  await commits.writeAtOnce(8)
  await commits.write()
  await commits.write()
  t.same(commits.sizes, [8, 1, 1])
})

t.test('works that are refused while others are waited for are told so, and no more are taken', async (t) => {
  const commits = new Commits(1)
  await commits.writeAtOnce(8)
  const waiting = commits.write()
  const reason = new Error('no more')
  commits.group.refuse(reason)
  await t.rejects(waiting, reason)
  await t.rejects(commits.write(), reason)
  await commits.group.close(reason)
  t.same(commits.sizes, [8], 'nothing was begun after that')
})
