import { BSONRegExp, BSONSymbol, type Document } from 'bson'
import fc from './random.js'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'

function matches (pattern: string, options: string, text: unknown): boolean {
  return filter({ a: new BSONRegExp(pattern, options) }).matches(documentValue(encode({ a: text })))
}

function filter (filter: Document): ReturnType<typeof parseFilter> {
  return parseFilter(documentValue(encode(filter)))
}

/** Pattern and options, texts with a match, texts without one: as PCRE has it where JavaScript differs. */
const patterns: Array<[pattern: string, options: string, matching: string[], others: string[]]> = [
  ['^foo$', '', ['foo', 'foo\n'], ['foo\n\n', 'a\nfoo', 'foo\r']],
  ['^foo$', 'm', ['a\nfoo\nb', 'foo'], ['a\rfoo']],
  ['^$', 'm', ['', '\n', 'a\n\nb'], ['a\n']],
  ['a.b', '', ['a b', 'a\rb', 'a\u2028b', 'a\u{1F600}b'], ['a\nb']],
  ['a.b', 's', ['a\nb'], ['ab']],
  ['^.$', '', ['\u{1F600}', 'é'], ['ab']],
  ['f o o # comment', 'x', ['foo'], ['f o o']],
  ['[ #]\\ x', 'x', ['# x', '  x'], ['x']],
  ['É', 'i', ['é'], ['e']],
  ['(?i)foo', '', ['FOO'], ['bar']],
  ['(?i)(?s)a.b', '', ['A\nB'], []],
  ['(?-i)foo', 'i', ['foo'], ['FOO']],
  ['a(?s).b(?-s).c', '', ['a\nb c'], ['a\nb\nc']],
  ['(?s:a.b).c', '', ['a\nb c'], ['a\nb\nc']],
  ['(a(?s).)b.', '', ['a\nbc'], ['a\nb\n']],
  ['(?#comment)foo', '', ['foo'], []],
  ['\\Afoo\\Z', 'm', ['foo', 'foo\n'], ['x\nfoo']],
  ['foo\\z', '', ['foo'], ['foo\n']],
  ['\\s', '', [' ', '\v', '\t'], ['\u00a0', '\ufeff', 'x']],
  ['^\\S$', '', ['\u00a0', 'x'], [' ']],
  ['[\\s]', '', [' '], ['\u00a0']],
  ['^[\\S]$', '', ['\u00a0'], [' ']],
  ['\\h', '', ['\u00a0', '\t'], ['\n']],
  ['\\v', '', ['\n', '\u2028'], [' ']],
  ['a\\Rb', '', ['a\r\nb', 'a\nb'], ['ab']],
  ['^\\N+$', '', ['abc'], ['a\nb']],
  ['[[:alpha:]][[:^digit:]]', '', ['ab', 'a-'], ['a1', '12']],
  ['^[]a]+$', '', [']a'], ['b']],
  ['^[^]a]$', '', ['b'], [']']],
  ['^[a-\\d]+$', '', ['a-5'], ['b']],
  ['^[a\\-z]+$', '', ['a-z'], ['b']],
  ['^[+-]$', '', ['+', '-'], [',']],
  ['^[\\b]$', '', ['\b'], ['b']],
  ['^[\\101\\x42]$', '', ['A', 'B'], ['1']],
  ['^[\\Q]^\\E]$', '', [']', '^'], ['Q']],
  ['\\Qa.b\\E.', '', ['a.bc'], ['aXbc']],
  ['a{,2}', '', ['a{,2}'], ['aa']],
  ['^a{2,3}$', '', ['aa', 'aaa'], ['a', 'aaaa']],
  ['{x}]', '', ['{x}]'], ['x']],
  ['\\x{1F600}\\x41', '', ['\u{1F600}A'], ['A']],
  ['\\o{101}\\0', '', ['A\0'], ['A']],
  ['\\e\\a\\cA', '', ['\x1b\x07\x01'], ['eac']],
  ['\\-\\_\\@', '', ['-_@'], ['x']],
  ['(a)(b)\\2\\1', '', ['abba'], ['abab']],
  ['(a)\\g{1}\\g{-1}', '', ['aaa'], ['aa']],
  ['(?P<x>a)(?P=x)\\k{x}\\g{x}', '', ['aaaa'], ['aaa']],
  ["(?'x'a)\\k'x'", '', ['aa'], ['a']],
  ['(?<x>a)\\k<x>', '', ['aa'], ['a']],
  ['a(?=b)|a(?!c)|(?<=x)y|(?<!x)z', '', ['ab', 'ad', 'xy', 'z'], ['ac', 'xz']],
  ['(?:a|b)+?c', '', ['abc'], ['c']],
  ['^\\p{Lu}\\pL\\P{Lu}\\p{^Lu}$', '', ['ÉÉéé'], ['éééé']],
  ['^\\p{Greek}\\p{L&}$', '', ['αb'], ['ab']],
  ['a/b', '', ['a/b'], ['ab']],
  ['a\\Eb', '', ['ab'], []],
  ['foo', 'u', ['foo'], []]
]

for (const [pattern, options, matching, others] of patterns) {
  t.test(`the regular expression /${pattern}/${options} means what it means in PCRE`, async (t) => {
    t.same([...matching, ...others].filter((text) => matches(pattern, options, text)), matching)
  })
}

t.test('a literal pattern finds itself, whatever characters it has', async () => {
  const quote = (text: string): string => text.replace(/[^A-Za-z0-9]/gu, '\\$&')
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }).filter((text) => !text.includes('\0')), (text) => matches(quote(text), '', `x${text}y`)))
})

const invalid = ['(', ')', '[', '[[:foo:]]', 'a**', '\\', '\\y', '[\\y]', '[z-a]', 'a++', '(?>a)', '(?R)', '(?(1)a)', '(*UTF8)', 'a(?i)b', '(?i:a)', '(?J)a', '\\x{110000}', '\\p{Nope}', '\\2', '\\Gx', 'x'.repeat(32765)]

for (const pattern of invalid) {
  t.test(`the pattern ${pattern.slice(0, 20)} is refused`, async (t) => {
    t.throws(() => matches(pattern, '', ''), { code: 51091, message: /^Regular expression is invalid: / })
  })
}

t.test('a regular expression looks at strings and symbols, and equals itself when stored', async (t) => {
  t.ok(matches('^a', 'i', 'ab'))
  t.ok(matches('^a', 'i', new BSONSymbol('ab')))
  t.ok(matches('^a', 'i', new BSONRegExp('^a', 'i')))
  t.notOk(matches('^a', 'i', new BSONRegExp('^a', '')))
  t.notOk(matches('1', '', 1))
  t.notOk(filter({ b: /a/ }).matches(documentValue(encode({ a: 'a' }))))
})

t.test('$regex takes its options from itself or from $options', async (t) => {
  const document = documentValue(encode({ a: 'FOO' }))
  t.ok(filter({ a: { $regex: 'foo', $options: 'i' } }).matches(document))
  t.ok(filter({ a: { $options: 'i', $regex: 'foo' } }).matches(document))
  t.ok(filter({ a: { $regex: new BSONRegExp('foo', ''), $options: 'i' } }).matches(document))
  t.ok(filter({ a: { $regex: new BSONRegExp('foo', 'i') } }).matches(document))
  t.notOk(filter({ a: { $regex: 'foo', $options: '' } }).matches(document))
  t.ok(filter({ a: { $not: { $regex: 'bar' } } }).matches(document))
})

t.test('$eq compares with a regular expression instead of applying it', async (t) => {
  const eq = filter({ a: { $eq: new BSONRegExp('foo', '') } })
  t.notOk(eq.matches(documentValue(encode({ a: 'foo' }))))
  t.ok(eq.matches(documentValue(encode({ a: new BSONRegExp('foo', '') }))))
})
