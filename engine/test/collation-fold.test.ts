import fc from './random.js'
import t from 'tap'
import { collationOf } from '../collation/collation.js'
import { deriveTable } from '../collation/derivation.js'
import { Folder } from '../collation/fold.js'
import { ROOT } from '../collation/root.js'

const sensitivities = [[1, 'base'], [2, 'accent'], [3, 'variant']] as const

/** The table is that of one ICU: another one may know other characters, for which it proves nothing. */
const skip = process.versions.icu === ROOT.icu ? false : `the table was made with ICU ${ROOT.icu}`

const special = [
  ...ROOT.contractions.flatMap(([unit, tokens]) => [...unit, ...tokens]),
  ...ROOT.reordered.flatMap(([vowels, consonants]) => [...vowels, ...consonants]),
  ...'\u0334\u0323\u0301\u0345\u034f\u200d\ufe0f\0\u0001\u00ad', // marks of four classes, and what is ignored
  ...'ßſİıIiσςΣﬁﬀǅ½①㎏Ⅷ한국어ㄱᄀ각가゛がガｶﾞーあア々丽⼀一😀👩🏽'
]
const equalOnes = ROOT.levels.flat().flatMap(([tokens, equal]) => [...tokens, ...equal])

const points = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...special) },
  { weight: 3, arbitrary: fc.constantFrom(...equalOnes) },
  { weight: 2, arbitrary: fc.constantFrom(...'abAB 1-') },
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
)
const texts = fc.array(points, { maxLength: 6 })

/** Texts, each with one that is often equal to it: its characters in other cases, forms or places. */
const changes = fc.constantFrom<(point: string) => string>(
  (point) => point, (point) => point.toUpperCase(), (point) => point.toLowerCase(), (point) => point.normalize('NFKC'), () => '', (point) => `${point}\u0301`
)
const pairs = fc.oneof(
  fc.tuple(texts, fc.array(changes, { minLength: 1, maxLength: 3 })).map(([text, made]) => [text, text.map((point, at) => made[at % made.length](point))]),
  texts.chain((text) => fc.tuple(fc.constant(text), fc.shuffledSubarray(text, { minLength: text.length }))),
  fc.tuple(texts, texts)
).map(([left, right]) => [left.join(''), right.join('')] as const)

/** ICU tells some texts from their own normal forms, in scripts of Unicode 16 whose letters compose with each other. */
function isConsistent (compare: (a: string, b: string) => number, text: string): boolean {
  return compare(text, text.normalize('NFD')) === 0 && compare(text, text.normalize('NFC')) === 0
}

for (const [strength, sensitivity, numeric] of sensitivities.flatMap((pair) => [[...pair, false], [...pair, true]] as const)) {
  const { compare } = new Intl.Collator('en', { sensitivity, numeric })
  const title = `(strength ${strength}${numeric ? ', digits as numbers' : ''})`

  t.test(`texts are folded alike exactly when a collator finds them equal ${title}`, { skip }, async () => {
    const folder = new Folder(ROOT, strength, numeric)
    fc.assert(fc.property(pairs, ([left, right]) => {
      fc.pre(isConsistent(compare, left) && isConsistent(compare, right))
      return (folder.fold(left) === folder.fold(right)) === (compare(left, right) === 0)
    }), { numRuns: 20_000 })
  })

  t.test(`of characters in the order of a collator, those that it finds equal are folded alike ${title}`, { skip }, async (t) => {
    const folder = new Folder(ROOT, strength, numeric)
    const characters = [...new Set([...special, ...equalOnes])].filter((text) => isConsistent(compare, text)).sort(compare)
    t.same(characters.filter((character, at) => at > 0 &&
      (compare(characters[at - 1], character) === 0) !== (folder.fold(characters[at - 1]) === folder.fold(character))), [])
  })
}

t.test('the order of texts agrees with their equality', async () => {
  fc.assert(fc.property(pairs, fc.constantFrom(collationOf('en', 2), collationOf('en', 2, true)), ([left, right], collation) => {
    const order = collation.compare(left, right)
    return (order === 0) === (collation.fold(left) === collation.fold(right)) && Math.sign(collation.compare(right, left)) === -Math.sign(order)
  }), { numRuns: 5000 })
})

t.test('digits next to each other are folded alike exactly when a collator finds them equal, however many and of whatever script', { skip }, async () => {
  const { compare } = new Intl.Collator('en', { numeric: true })
  const folder = new Folder(ROOT, 3, true)
  const digits = [...ROOT.zeros].flatMap((zero) => [0, 0, 1, 9].map((value) => String.fromCodePoint(zero.codePointAt(0)! + value)))
  const number = fc.tuple(fc.constantFrom('0', '10', '9'), fc.integer({ min: 1, max: 130 }), fc.array(fc.constantFrom(...digits, '0', '0', 'a', '\0'), { maxLength: 6 }))
    .map(([part, times, rest]) => part.repeat(times) + rest.join(''))
  const changed = (text: string): string => text.replace(/[٠-٩]/gu, (digit) => String(digit.codePointAt(0)! - 0x660)).replace(/^0+(?=.)/, '')
  fc.assert(fc.property(fc.oneof(fc.tuple(number, number), number.map((text) => [text, changed(text)] as const)), ([left, right]) =>
    (folder.fold(left) === folder.fold(right)) === (compare(left, right) === 0)), { numRuns: 20_000 })
})

t.test('the table is what this ICU gives', { skip }, async (t) => {
  t.ok(JSON.stringify(deriveTable()) === JSON.stringify(ROOT), 'npx tsx engine/collation/generate.ts makes the same table')
})
