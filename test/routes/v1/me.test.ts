import t from 'tap'
import { buildApp, expectProblem, signUp } from '../../helper.js'

t.test('everybody sees the own account, and nothing but what is for them', async (t) => {
  const app = await buildApp(t)
  const [ann, bob] = [await signUp(app), await signUp(app, { transport: 'bearer' })]
  t.strictSame((await ann.get('/v1/me')).json(), ann.user)
  t.strictSame((await bob.get('/v1/me')).json(), bob.user)
  t.strictSame(Object.keys(ann.user).sort(), ['createdAt', 'email', 'id'])
})

t.test('S-070: nobody may keep a copy of the answer', async (t) => {
  const app = await buildApp(t)
  const response = await (await signUp(app)).get('/v1/me')
  t.equal(response.headers['cache-control'], 'private, no-store')
})

t.test('an account that is deleted at this very moment is nobody', async (t) => {
  const app = await buildApp(t)
  const ann = await signUp(app)
  t.equal((await ann.get('/v1/me')).statusCode, 200)
  await app.models.User.deleteOne({ _id: ann.user.id })
  expectProblem(t, await ann.get('/v1/me'), 'UNAUTHENTICATED')
})

t.test('without a session there is nothing to see', async (t) => {
  const app = await buildApp(t)
  for (const method of ['GET', 'HEAD'] as const) t.equal((await app.inject({ method, url: '/v1/me' })).statusCode, 401)
})
