import fc from '../../../engine/test/random.js'
import t from 'tap'
import { readJson } from '../../../plugins/json-body/strict-json.js'
import { Problem } from '../../../src/errors.js'

const limits = { jsonDepthLevels: 32, jsonKeys: 2000 }
const noLimits = { jsonDepthLevels: Infinity, jsonKeys: Infinity }

function read (text: string | Buffer, under = limits): unknown {
  return readJson(Buffer.from(text as string), under)
}

/** `CODE ITEM /pointer` of the problem that a text is, or its value. */
function outcome (text: string | Buffer, under = limits): unknown {
  try {
    return read(text, under)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.code, error.errors[0]?.code, error.errors[0]?.pointer].join(' ')
  }
}

t.test('any JSON value is read as JSON.parse reads it', async (t) => {
  fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 10 }), (value) => {
    const text = JSON.stringify(value)
    const result = outcome(text, noLimits)
    // Only numbers that would come back as another literal, and the one forbidden key, are refused.
    if (typeof result === 'string' && /^(MALFORMED_JSON NUMBER|FORBIDDEN_KEY)/.test(result)) return
    t.same(result, JSON.parse(text))
  }))
})

t.test('what JSON.parse takes and reads differently is refused, whatever surrounds it', async (t) => {
  const flaw = fc.constantFrom('{"a":1,"a":1}', '1e400', '9007199254740993', '"\\ud800"', '-0')
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), flaw, (before, after, text) => {
    t.type(outcome(`[${JSON.stringify(before)},${text},${JSON.stringify(after)}]`, noLimits), 'string')
  }))
})

const syntax = ['', ' ', '{', '[1,]', '{"a":1,}', "{'a':1}", 'nul', '01', '+1', '1.', '.5', '1e', '"\n"', '"\\x"', '[1] 2', 'NaN', 'undefined', '// comment\n1', '\ufeff{}']
t.test('text that is not JSON is malformed', async (t) => {
  for (const text of syntax) t.equal(outcome(text), 'MALFORMED_JSON SYNTAX ', JSON.stringify(text))
})

const kept = ['0', '-1', '0.1', '-12.50e0', '1E5', '9007199254740991', '-9007199254740991', '123456789012345.6', '0.10000000000000001', '1e21', '1.7976931348623157e308', '5e-324', '2.2250738585072014e-308', '0.000', '10.00']
t.test('numbers that a double stands for are read', async (t) => {
  for (const text of kept) t.equal(read(text), Number(text), text)
})

const lost: Record<string, string[]> = {
  NUMBER_NOT_EXACT: ['9007199254740992', '-9007199254740993', '9007199254740993.0', '12345678901234567890', '1e20', '3.141592653589793238', '0.1000000000000000000000001', `1.${'0'.repeat(400)}`, '0.99999999999999999999', '1.00000000000000000001e300'],
  NUMBER_OUT_OF_RANGE: ['1e400', '-1e309', '1e-400', '4e-324'],
  NEGATIVE_ZERO: ['-0', '-0.0', '-0e5', '-1e-400']
}
for (const [code, texts] of Object.entries(lost)) {
  t.test(`numbers that would come back as another one are refused: ${code}`, async (t) => {
    for (const text of texts) t.equal(outcome(`[${text}]`), `MALFORMED_JSON ${code} /0`, text)
  })
}

t.test('a key that comes twice is refused, however it is written', async (t) => {
  t.equal(outcome('{"a":{"b":[1,{"c":1,"c":2}]}}'), 'MALFORMED_JSON DUPLICATE_KEY /a/b/1/c')
  t.equal(outcome('{"a":1,"\\u0061":2}'), 'MALFORMED_JSON DUPLICATE_KEY /a')
  t.equal(outcome('{"a/b":{"~":1,"~":2}}'), 'MALFORMED_JSON DUPLICATE_KEY /a~1b/~0')
  t.same(read('{"a":{"a":1},"b":{"a":1},"":2}'), { a: { a: 1 }, b: { a: 1 }, '': 2 })
})

t.test('half of a surrogate pair is refused, a pair is a character', async (t) => {
  t.equal(outcome('{"a":["x","\\ud800"]}'), 'MALFORMED_JSON LONE_SURROGATE /a/1')
  t.equal(outcome('{"\\udc00":1}'), 'MALFORMED_JSON LONE_SURROGATE /\udc00')
  t.equal(outcome('"\\ude00\\ud83d"'), 'MALFORMED_JSON LONE_SURROGATE ')
  t.same(read('["\\ud83d\\ude00","😀","\\\\ud800"]'), ['😀', '😀', '\\ud800'])
})

t.test('bytes that are not UTF-8 are refused, with a pointer', async (t) => {
  const withByte = (before: string, byte: number, after: string) => Buffer.concat([Buffer.from(before), Buffer.from([byte]), Buffer.from(after)])
  t.equal(outcome(withByte('{"x":1,"a":["b","', 0xff, '"]}')), 'MALFORMED_JSON INVALID_UTF8 /a/1')
  t.equal(outcome(withByte('["é","\ufffd","', 0xc3, '",1]')), 'MALFORMED_JSON INVALID_UTF8 /2')
  t.equal(outcome(withByte('{"é":1,"a', 0x80, '":3}')), 'MALFORMED_JSON INVALID_UTF8 /a\ufffd')
})

t.test('32 levels are read, the 33rd is one too many', async (t) => {
  t.ok(read('['.repeat(32) + ']'.repeat(32)))
  t.equal(outcome('['.repeat(33) + ']'.repeat(33)), `JSON_TOO_DEEP TOO_DEEP ${'/0'.repeat(32)}`)
  t.equal(outcome('{"a":'.repeat(33) + '1' + '}'.repeat(33)), `JSON_TOO_DEEP TOO_DEEP ${'/a'.repeat(32)}`)
})

t.test('2,000 keys are read, another one is one too many', async (t) => {
  const keys = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":{}`).join()}}`
  t.ok(read(keys(2000)))
  t.equal(outcome(keys(2001)), 'JSON_TOO_WIDE TOO_MANY_KEYS /k2000')
})

t.test('S-015 keys that reach the prototype are refused', async (t) => {
  t.equal(outcome('{"a":{"__proto__":1}}'), 'FORBIDDEN_KEY FORBIDDEN_KEY /a/__proto__')
  t.equal(outcome('{"\\u005f_proto__":{}}'), 'FORBIDDEN_KEY FORBIDDEN_KEY /__proto__')
  t.equal(outcome('{"constructor":{"prototype":{}}}'), 'FORBIDDEN_KEY FORBIDDEN_KEY /constructor/prototype')
  t.same(read('{"constructor":"Bob","prototype":1}'), { constructor: 'Bob', prototype: 1 })
})

const mebibyte = 1 << 20
const hostile: Record<string, string> = {
  'deep arrays': '['.repeat(mebibyte / 2) + ']'.repeat(mebibyte / 2),
  'many keys': `{${Array.from({ length: 80_000 }, (_, index) => `"k${index}":1`).join()}}`,
  'many numbers': `[${'0.1e1,'.repeat(170_000)}1]`,
  'a long integer': '1'.repeat(mebibyte),
  'a long fraction': `1.${'0'.repeat(mebibyte)}1`,
  'zeros between digits': `1.${'0'.repeat(mebibyte / 2)}1${'0'.repeat(mebibyte / 2)}1`,
  'a long exponent': `1e${'9'.repeat(mebibyte)}`,
  'many escapes': `"${'\\u0041'.repeat(170_000)}"`,
  'many escaped strings': `[${'"\\"",'.repeat(200_000)}1]`,
  'a bad byte at the end': `["${'x'.repeat(mebibyte)}`
}
for (const [title, text] of Object.entries(hostile)) {
  t.test(`S-017 a mebibyte of ${title} is judged in time that grows no faster than it`, async (t) => {
    const started = performance.now()
    outcome(text, { ...noLimits, jsonDepthLevels: 32 })
    t.ok(performance.now() - started < 2000)
  })
}
