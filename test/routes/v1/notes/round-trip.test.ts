import { isDeepStrictEqual } from 'node:util'
import fc from '../../../../engine/test/random.js'
import t from 'tap'
import { buildApp, type Client, signUp } from '../../../helper.js'

const app = await buildApp(t)

/** A JSON text, and whether a reader of JSON could get back what it says. */
interface Text { text: string, exact: boolean }

const exact = (text: string): Text => ({ text, exact: true })
const inexact = (text: string): Text => ({ text, exact: false })

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)).map((value) => exact(JSON.stringify(value))),
  fc.maxSafeInteger().map((value) => exact(String(value))),
  fc.constantFrom('0', '2147483648', '-2147483649', '9007199254740992', '1e21', '1E+2', '5e-1', '1.50', '0.1', '1.7976931348623157e308', '2.2250738585072014e-308').map(exact),
  fc.constantFrom('1e400', '-1e400', '9007199254740993', '123456789012345678901234567890', '-0', '-0.0', '0.1000000000000000055511151231257827', '1e-400').map(inexact)
)

const string = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }).map((value) => exact(JSON.stringify(value))),
  fc.constantFrom('"\\u0000"', '"\\ud83d\\ude00"', '"\ufeff"', '"\ufffd"', '"\u2028"', '"$where"', '"2026-11-22T10:00:00.000Z"', '"019ab3c8-6f6e-7c41-9d0a-5b8f0c1d2e3f"').map(exact),
  fc.constantFrom('"\\ud800"', '"\\udc00x"', '"\\ude00\\ud83d"').map(inexact)
)

const hostileKeys = [
  'title', 'tags', 'id', 'notebook', 'rev', 'owner', '_id', '__v', '_doc', '', ' ', '0', '1', '-1', '01', 'length', 'constructor', 'prototype', '__proto__',
  'hasOwnProperty', 'toString', 'toJSON', 'toBSON', 'toObject', 'valueOf', '$set', 'a$', 'a.b', '.', '\0', '_bsontype', '$ref', 'then', 'é', 'e\u0301', '😀', '\uffff'
]

const key = fc.oneof(fc.constantFrom(...hostileKeys), fc.string({ unit: 'binary', maxLength: 10 })).map((name) => JSON.stringify(name))

const { value } = fc.letrec<{ value: Text, object: Text, array: Text }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constantFrom('null', 'true', 'false').map(exact), number, string, deep(), tie('array'), tie('object')),
  array: fc.array(tie('value'), { maxLength: 6 }).map((items) => join('[', items, ']')),
  object: objectOf(tie('value'))
}))

const note = fc.oneof({ weight: 9, arbitrary: objectOf(value) }, { weight: 1, arbitrary: wide() })

t.test('what is accepted is read back as it was sent, and can be listed, changed and deleted (S-022, S-023)', async (t) => {
  const ann = await signUp(app)
  let accepted = 0
  await fc.assert(fc.asyncProperty(note, async ({ text, exact }) => {
    const response = await ann.post('/v1/notes', text)
    if (response.statusCode !== 201) return response.statusCode >= 400 && response.statusCode < 500 && typeof response.json().code === 'string'
    accepted++
    const sent: Record<string, unknown> = JSON.parse(text)
    const { id } = response.json()
    return exact && (sent.id ?? id) === id && await livesOn(ann, id, userFields(sent))
  }), { numRuns: 200, examples: [[{ text: '{"id":"019ab3c8-6f6e-7c41-9d0a-5b8f0c1d2e3f"}', exact: true }]] })
  t.ok(accepted > 20, `${accepted} of 200 were accepted`)
  t.strictSame((await ann.get('/v1/notes?deleted=include')).json(), { items: [] })
})

async function livesOn (client: Client, id: string, sent: Record<string, unknown>): Promise<boolean> {
  const read = (await client.get(`/v1/notes/${id}`)).json()
  const { items } = (await client.get('/v1/notes?sort=title')).json()
  const rewritten = await client.put(`/v1/notes/${id}`, read)
  const patched = await client.patch(`/v1/notes/${id}`, Object.fromEntries(Object.keys(sent).map((name) => [name, null])))
  const deleted = await client.delete(`/v1/notes/${id}?purge=true`)
  return isDeepStrictEqual(userFields(read), sent) &&
    isDeepStrictEqual(items, [read]) &&
    isDeepStrictEqual(userFields(rewritten.json()), sent) &&
    isDeepStrictEqual(userFields(patched.json()), {}) &&
    deleted.statusCode === 204
}

function userFields ({ id, notebook, owner, rev, createdAt, updatedAt, ...fields }: Record<string, unknown>) {
  return fields
}

function join (open: string, parts: Text[], close: string): Text {
  return { text: open + parts.map(({ text }) => text).join(',') + close, exact: parts.every(({ exact }) => exact) }
}

/** An object, perhaps with a key that it has already. */
function objectOf (value: fc.Arbitrary<Text>): fc.Arbitrary<Text> {
  return fc.array(fc.tuple(key, value), { maxLength: 6 }).map((entries) => {
    const { text, exact } = join('{', entries.map(([key, { text, exact }]) => ({ text: `${key}:${text}`, exact })), '}')
    return { text, exact: exact && new Set(entries.map(([key]) => JSON.parse(key))).size === entries.length }
  })
}

/** Around the limit of 32 levels. */
function deep (): fc.Arbitrary<Text> {
  return fc.tuple(fc.integer({ min: 20, max: 40 }), fc.boolean()).map(([levels, isArray]) => {
    const [open, close] = isArray ? ['[', ']'] : ['{"a":', '}']
    return exact(open.repeat(levels) + (isArray ? '' : '0') + close.repeat(levels))
  })
}

/** Around the limit of 2,000 keys. */
function wide (): fc.Arbitrary<Text> {
  return fc.integer({ min: 1990, max: 2010 }).map((keys) => exact(`{${Array.from({ length: keys }, (_, index) => `"${index}":0`).join()}}`))
}
