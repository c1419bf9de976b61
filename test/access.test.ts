import t from 'tap'
import { scope, within } from '../src/access.js'

t.test('the scope of a user is what the user owns', async (t) => {
  t.strictSame(scope('ann', 'note:read'), { owner: 'ann' })
})

t.test('no filter can widen the scope (S-079)', async (t) => {
  t.strictSame(within('ann', 'note:write', { owner: 'bob', $or: [] }), { $and: [{ owner: 'ann' }, { owner: 'bob', $or: [] }] })
})
