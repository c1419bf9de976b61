import { isDeepStrictEqual } from 'node:util'
import fc from './random.js'
import t from 'tap'
import { Machine, MatchLimitError } from '../query/regex/machine.js'
import { compileProgram } from '../query/regex/program.js'
import { readSyntaxTree } from '../query/regex/syntax-tree.js'
import { translate } from '../query/regex/translate.js'
import { beginStretch } from '../stretch.js'

const joined = (...parts: Array<fc.Arbitrary<string>>): fc.Arbitrary<string> => fc.tuple(...parts).map((texts) => texts.join(''))

const atoms = ['a', 'b', 'A', '.', '\\w', '\\W', '\\d', '[ab]', '[^a]', '[^\\]b]', '\\x{1F600}', '\\p{Lu}', '\\-', 'ſ', '\\R', '\\1', '\\k{x}']
const anchors = ['^', '$', '\\b', '\\B', '\\A', '\\Z', '']
const quantifiers = ['', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '+?', '??', '{1,2}?', '{2,}?']

const { pattern } = fc.letrec<Record<'pattern' | 'branch' | 'term', string>>((tie) => ({
  pattern: tie('branch').map((branch) => `(?P<x>a|b|)${branch}`),
  branch: fc.array(fc.array(tie('term'), { maxLength: 4 }), { minLength: 1, maxLength: 3 }).map((branches) => branches.map((terms) => terms.join('')).join('|')),
  term: fc.oneof({ depthSize: 'small' },
    joined(fc.constantFrom(...atoms), fc.constantFrom(...quantifiers)),
    fc.constantFrom(...anchors),
    joined(fc.constantFrom('(', '(?:'), tie('branch'), fc.constant(')'), fc.constantFrom(...quantifiers)),
    joined(fc.constantFrom('(?=', '(?!', '(?<=', '(?<!'), tie('branch'), fc.constant(')')))
}))
const options = fc.subarray(['i', 'm', 's', 'x']).map((letters) => letters.join(''))
const text = fc.array(fc.constantFrom('a', 'b', 'A', 'B', ' ', '\n', '1', ']', '-', 's', 'k', '\u{1F600}'), { maxLength: 8 }).map((characters) => characters.join(''))

/** What the machine finds, and what JavaScript does; nothing where that is too much. */
function searches (pattern: string, options: string, text: string): unknown[] | undefined {
  const { source, ignoreCase } = translate(pattern, options)
  const expression = new RegExp(source, ignoreCase ? 'iu' : 'u')
  const own = attempt(() => new Machine(compileProgram(readSyntaxTree(source), ignoreCase), text, 1e4).find(0))
  if (own === 'too much') return undefined
  const found = expression.exec(text)
  // V8 also finds empty matches between the halves of a character, where ECMAScript does not look.
  if (found !== null && /[\udc00-\udfff]/.test(text.charAt(found.index))) return undefined
  return [own, found === null ? undefined : { index: found.index, texts: [...found] }]
}

function attempt<T> (work: () => T): T | 'too much' {
  try {
    return work()
  } catch (error) {
    if (error instanceof MatchLimitError) return 'too much'
    throw error
  }
}

t.test('the machine that counts its steps finds what JavaScript finds, also in groups', async (t) => {
  let compared = 0
  fc.assert(fc.property(pattern, options, text, (pattern, options, text) => {
    beginStretch(() => {})
    const both = searches(pattern, options, text)
    if (both !== undefined) compared++
    return both === undefined || isDeepStrictEqual(both[0], both[1])
  }), { numRuns: 500 })
  t.ok(compared > 450)
})
