import t from 'tap'
import { temporaryDirectory } from '../helper.js'
import { ServerProcess, startServer } from '../server-process.js'

const sameOrigin = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
const ann = { email: 'ann@example.com', password: 'canary-password-of-ann', transport: 'bearer' }

t.test('F-02 when the engine is killed, the server answers 503 until there is another one, and nothing answered is lost', async (t) => {
  const server = await startServer(t, { MONGODB_URI: '' })
  const signup = await fetch(`${server.url}/v1/auth/signup`, { method: 'POST', headers: sameOrigin, body: JSON.stringify(ann) })
  const headers = { ...sameOrigin, authorization: `Bearer ${(await signup.json() as { accessToken: string }).accessToken}` }
  const { id } = await (await fetch(`${server.url}/v1/notes`, { method: 'POST', headers, body: '{}' })).json() as { id: string }
  const again = server.line(/^the engine is ready/)
  process.kill(server.log.find(({ msg }) => msg === 'the engine is ready')!['enginePid'] as number, 'SIGKILL')
  t.match((await fetch(`${server.url}/readyz`)).status, /^(200|503)$/)
  await again
  t.equal((await fetch(`${server.url}/v1/notes/${id}`, { headers })).status, 200)
})

t.test('F-33 a second server on a data directory names the first one, and does not start', async (t) => {
  const DATA_DIR = temporaryDirectory(t)
  const first = await startServer(t, { MONGODB_URI: '', DATA_DIR })
  const second = new ServerProcess({ MONGODB_URI: '', DATA_DIR, PORT: '0' })
  t.same(await second.exited, [1, null])
  t.match(second.log.at(-1), { level: 'fatal', msg: 'cannot start', err: { message: String(first.log.find(({ msg }) => msg === 'the engine is ready')!['enginePid']) } })
})
