import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { prepareDataDirectory } from '../data-directory.js'
import { socketPath } from '../socket-path.js'
import { temporaryDirectory } from './helper.js'

const SOCKETS = `quire-${userInfo().uid}`

t.test('the socket of a data directory always has the same short name in lower case', async (t) => {
  const directory = await temporaryDirectory(t)
  const base = await temporaryDirectory(t)
  const path = socketPath(directory, base)
  t.match(path.slice(base.length), /^\/quire-\d+\/[0-9a-f]{16}\.sock$/)
  t.equal(socketPath(directory, base), path)
  symlinkSync(directory, join(base, 'link'))
  t.equal(socketPath(join(base, 'link'), base), path, 'by whatever path it is reached')
  t.not(socketPath(base, base), path)
})

t.test('the usual place is short enough for any system', async (t) => {
  const path = socketPath(await temporaryDirectory(t))
  t.ok(Buffer.byteLength(path) < 104)
  t.equal(path, path.toLowerCase())
})

t.test('the directory of the sockets is for its owner alone', async (t) => {
  const base = await temporaryDirectory(t)
  const path = socketPath(base, base)
  t.equal(lstatSync(dirname(path)).mode & 0o777, 0o700)
})

t.test('a directory that others may enter is refused', async (t) => {
  const base = await temporaryDirectory(t)
  mkdirSync(join(base, SOCKETS))
  chmodSync(join(base, SOCKETS), 0o750)
  t.throws(() => socketPath(base, base), /must be a directory of this user with mode 0700/)
})

t.test('a link or a file in its place is refused', async (t) => {
  const [base, other] = [await temporaryDirectory(t), await temporaryDirectory(t)]
  symlinkSync(other, join(base, SOCKETS))
  t.throws(() => socketPath(base, base), /must be a directory of this user/)
  writeFileSync(join(other, SOCKETS), '')
  t.throws(() => socketPath(other, other), /must be a directory of this user/)
})

t.test("somebody else's directory is refused", { skip: userInfo().uid !== 0 && 'only root can make one' }, async (t) => {
  const base = await temporaryDirectory(t)
  mkdirSync(join(base, SOCKETS), { mode: 0o700 })
  chownSync(join(base, SOCKETS), 1, 1)
  t.throws(() => socketPath(base, base), /must be a directory of this user/)
})

t.test('a base that cannot be written to is an error', async (t) => {
  const base = await temporaryDirectory(t)
  t.throws(() => socketPath(base, join(base, 'missing')), { code: 'ENOENT' })
})

t.test('the data directory is made for its owner alone', async (t) => {
  const path = join(await temporaryDirectory(t), 'deep', 'data')
  prepareDataDirectory(path)
  t.equal(lstatSync(path).mode & 0o777, 0o700)
  t.equal(prepareDataDirectory(path), path, 'and used as it is the next time')
})

t.test('F-33 a data directory on a network file system is refused', async (t) => {
  const path = await temporaryDirectory(t)
  t.throws(() => prepareDataDirectory(path, () => 0x6969), /is on NFS/)
  t.throws(() => prepareDataDirectory(path, () => 0xfe534d42), /is on SMB/)
})
