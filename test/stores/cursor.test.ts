import t, { type Test } from 'tap'
import { Cursors } from '../../src/stores/cursor.js'

const cursors = new Cursors(['a secret', 'an older secret'])

t.test('a position comes back in the context that it was sealed in', async (t) => {
  t.strictSame(cursors.open(cursors.seal(['Groceries', 1], 'ann'), 'ann'), ['Groceries', 1])
})

t.test('in another context a cursor is refused (S-097)', async (t) => {
  refused(t, cursors.seal([1], 'ann'), 'bob')
})

t.test('what moves between context and position is refused', async (t) => {
  refused(t, cursors.seal(1, 'ann1'), 'ann')
  refused(t, cursors.seal(11, 'ann'), 'ann1')
})

t.test('no character of a cursor can be changed, added or left out (S-097)', async (t) => {
  const cursor = cursors.seal(['Groceries'], 'ann')
  for (let index = 0; index < cursor.length; index++) {
    for (const other of [cursor[index] === 'A' ? 'B' : 'A', '', `${cursor[index]}A`]) {
      refused(t, cursor.slice(0, index) + other + cursor.slice(index + 1), 'ann')
    }
  }
})

t.test('another spelling of the same bytes is refused', async (t) => {
  const cursor = cursors.seal('ab', 'ann')
  const spellings = [`${cursor}=`, `${cursor}==`, `${cursor} `, cursor.replaceAll('-', '+'), `${cursor.slice(0, -1)}${nextCharacter(cursor.at(-1)!)}`]
  for (const spelling of spellings.filter((spelling) => spelling !== cursor)) refused(t, spelling, 'ann')
})

t.test('what is no cursor at all is refused', async (t) => {
  for (const text of ['', 'A', 'AAAA', 'null', '{}', 'A'.repeat(43), 'A'.repeat(1000)]) refused(t, text, 'ann')
})

t.test('every secret verifies, and the first one signs', async (t) => {
  const before = new Cursors(['an older secret'])
  t.equal(cursors.open(before.seal(1, 'ann'), 'ann'), 1)
  refused(t, cursors.seal(1, 'ann'), 'ann', before)
})

function refused (t: Test, cursor: string, context: string, by = cursors): void {
  t.throws(() => by.open(cursor, context), { code: 'INVALID_CURSOR' }, JSON.stringify(cursor))
}

function nextCharacter (character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[(alphabet.indexOf(character) + 1) % alphabet.length]!
}
