import t from 'tap'
import { openEnvironment } from '../storage/environment.js'
import { Overlay } from '../storage/overlay.js'
import { temporaryDirectory } from './temporary-store.js'

t.test('the rows of a table are merged with changes that are only in memory', async (t) => {
  const environment = await openEnvironment(await temporaryDirectory(t))
  t.teardown(() => environment.close())
  const { meta } = environment.tables
  await environment.commit(() => ['a', 'c', 'e'].forEach((key) => meta.putSync(Buffer.from(key), Buffer.from('stored'))))
  environment.renewSnapshot()
  const overlay = new Overlay(meta, () => environment.snapshot!)
  overlay.putSync(Buffer.from('b'), Buffer.from('new'))
  overlay.putSync(Buffer.from('c'), Buffer.from('changed'))
  overlay.removeSync(Buffer.from('e'))
  const range = { start: Buffer.from('a'), end: Buffer.from('f') }
  t.same([...overlay.getKeys(range)].map(String), ['a', 'b', 'c'])
  t.same([...overlay.getRange(range)].map(({ value }) => String(value)), ['stored', 'new', 'changed'])
  t.equal(String(meta.get(Buffer.from('c'))), 'stored')
})
