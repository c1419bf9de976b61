import t from 'tap'
import { nameAt } from '../bson/name.js'

t.test('a name is what its bytes say, however many others were read before it', (t) => {
  const names = Array.from({ length: 5000 }, (_, at) => `name ${at}`)
  for (const name of [...names, ...names]) t.equal(nameAt(Buffer.from(`<${name}>`), 1, name.length + 1), name)
  t.end()
})

t.test('a name outside of ASCII, a long one and none at all are read as UTF-8', (t) => {
  for (const name of ['', 'größe', 'ß', '名前', '😀', 'a'.repeat(24), 'b'.repeat(25), 'é'.repeat(12)]) {
    const bytes = Buffer.from(name)
    t.equal(nameAt(bytes, 0, bytes.length), name)
    t.equal(nameAt(bytes, 0, bytes.length), name, 'the second time as well')
  }
  t.end()
})
