import t, { type Test } from 'tap'
import { buildApp } from './helper.js'
import { openSocket, parseAnswer, textUntilClosed } from './raw-socket.js'

async function listen (t: Test, variables = {}): Promise<string> {
  const app = await buildApp(t, variables)
  return await app.listen({ port: 0 })
}

const url = await listen(t)

async function answersTo (text: string | Buffer): Promise<string> {
  const socket = await openSocket(url)
  const answers = textUntilClosed(socket)
  socket.write(text)
  return await answers
}

function expectOneProblem (t: Test, text: string, status: number, code: string): void {
  const { headers, body, ...answer } = parseAnswer(text)
  t.equal(text.match(/HTTP\/1\.1/g)?.length, 1, 'one answer')
  t.equal(answer.status, status)
  t.match(JSON.parse(body), { status, code, requestId: /^[\da-f-]{36}$/ })
  t.match(headers, { 'content-type': /^application\/problem\+json/, 'x-content-type-options': 'nosniff', 'content-security-policy': /default-src 'none'/, connection: 'close' })
}

const canary = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'
const chunked = 'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n'
const ambiguous: Record<string, string> = {
  'two lengths': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
  'a length and chunks': `${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n`,
  'an unknown transfer encoding': 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  'chunked, but not last': 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  'a chunk size that is no number': `${chunked}\r\nzz\r\n`,
  'a negative length': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
  'a length with a sign': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde',
  'a folded header': 'GET /livez HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n',
  'a space before the colon': 'GET /livez HTTP/1.1\r\nHost : x\r\n\r\n',
  'a bare line feed': 'GET /livez HTTP/1.1\nHost: x\n\n',
  'a NUL in a header': 'GET /livez HTTP/1.1\r\nHost: x\r\nX-A: b\0c\r\n\r\n',
  'no method that there is': 'FROB /livez HTTP/1.1\r\nHost: x\r\n\r\n',
  'no HTTP at all': '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n'
}
for (const [title, text] of Object.entries(ambiguous)) {
  t.test(`S-001 ${title}: one refusal, and what follows is not read`, async (t) => {
    expectOneProblem(t, await answersTo(text + canary), 400, 'BAD_REQUEST')
  })
}

t.test('headers that are too large are 431', async (t) => {
  expectOneProblem(t, await answersTo(`GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ${'b'.repeat(20_000)}\r\n\r\n`), 431, 'HEADERS_TOO_LARGE')
})

t.test('a body that is too large is 413, announced or not', async (t) => {
  const limited = await listen(t, { QUIRE_BODY_BYTES: '1024' })
  for (const text of [
    'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 1025\r\n\r\n',
    `${chunked}Sec-Fetch-Site: same-origin\r\n\r\n401\r\n${'x'.repeat(1025)}\r\n0\r\n\r\n`
  ]) {
    const socket = await openSocket(limited)
    const answer = textUntilClosed(socket)
    socket.write(text)
    const { status, body } = parseAnswer(await answer)
    t.equal(status, 413)
    t.match(JSON.parse(body), { code: 'BODY_TOO_LARGE' })
  }
})

t.test('S-002 slow clients are cut', async (t) => {
  const impatient = await listen(t, { QUIRE_HEADERS_TIMEOUT_MS: '300', QUIRE_REQUEST_TIMEOUT_MS: '500', QUIRE_SOCKET_TIMEOUT_MS: '400' })
  const answerAfter = async (text: string, drip = ''): Promise<string> => {
    const socket = await openSocket(impatient)
    const timer = setInterval(() => drip && socket.write(drip), 50)
    socket.once('close', () => clearInterval(timer))
    const answer = textUntilClosed(socket)
    socket.write(text)
    return await answer
  }
  const head = 'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n'
  const [nothing, headers, body] = await Promise.all([answerAfter(''), answerAfter(head, 'X'), answerAfter(`${head}\r\n`, ' ')])
  t.match(nothing, /^(HTTP\/1\.1 408|$)/)
  expectOneProblem(t, headers, 408, 'REQUEST_TIMEOUT')
  expectOneProblem(t, body, 408, 'REQUEST_TIMEOUT')
})

t.test('S-003 a connection ends after so many requests', async (t) => {
  const app = await buildApp(t, { QUIRE_REQUESTS_PER_SOCKET: '3' })
  const socket = await openSocket(await app.listen({ port: 0 }))
  const answers = textUntilClosed(socket)
  socket.write(canary.repeat(10))
  t.equal((await answers).match(/HTTP\/1\.1 200/g)?.length, 3)
})

t.test('S-004 a request has one Host', async (t) => {
  expectOneProblem(t, await answersTo('GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'), 400, 'BAD_REQUEST')
  expectOneProblem(t, await answersTo('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'), 400, 'BAD_REQUEST')
  t.match(await answersTo('GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200/)
})

for (const path of ['/v1/notes/%zz', '/%c3%28', '/v1/notes/%']) {
  t.test(`S-007 ${path} is not a URL`, async (t) => {
    expectOneProblem(t, await answersTo(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), 400, 'BAD_REQUEST')
  })
}

t.test('an id longer than any is the id of nothing', async (t) => {
  expectOneProblem(t, await answersTo(`GET /v1/notes/${'a'.repeat(200)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), 404, 'NOT_FOUND')
})

t.test('S-009 odd header names do no harm', async (t) => {
  const odd = ['__proto__: 1', 'constructor: 1', 'toString: 1', 'X-A: \xff', ...Array.from({ length: 100 }, (_, index) => `X-${index}: 1`)]
  t.match(await answersTo(Buffer.from(`GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${odd.join('\r\n')}\r\n\r\n`, 'latin1')), /^HTTP\/1\.1 200/)
})

t.test('an expectation that is not known is passed over', async (t) => {
  t.match(await answersTo('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 200-ok\r\n\r\n'), /^HTTP\/1\.1 200/)
})
