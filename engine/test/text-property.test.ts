import fc from './random.js'
import t from 'tap'
import { startTestEngine } from './helper.js'

interface Note { _id: number, owner: number, title?: string, tags?: string[], score?: number }

const word = fc.constantFrom('tea', 'Coffee', 'milk', 'cup', 'Café', 'of')
const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '))
const note = fc.record({ owner: fc.nat(1), title: text, tags: fc.array(text, { maxLength: 2 }) }, { requiredKeys: ['owner'] })
const notes = fc.array(note, { minLength: 1, maxLength: 12 }).map((list) => list.map((note, _id): Note => ({ _id, ...note })))

/** What is asked for, of which both the `$search` and the expected answer are made. */
interface Wish { readonly words: string[], readonly negated: string[], readonly phrases: string[], readonly negatedPhrases: string[] }

const some = (of: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string[]> => fc.array(of, { maxLength })
const phrase = fc.tuple(word, word).map((words) => words.join(' '))
const wish: fc.Arbitrary<Wish> = fc.record({ words: some(word, 3), negated: some(word, 1), phrases: some(phrase, 1), negatedPhrases: some(phrase, 1) })

function searchFor ({ words, negated, phrases, negatedPhrases }: Wish): string {
  return [...negated.map((word) => `-${word}`), ...words, ...phrases.map((phrase) => `"${phrase}"`), ...negatedPhrases.map((phrase) => `-"${phrase}"`)].join(' ')
}

interface Sensitivity { readonly $caseSensitive: boolean, readonly $diacriticSensitive: boolean }

/** The answer by the words of the manual, without stems, for words between single spaces. */
function isWanted ({ title, tags = [] }: Note, { words, negated, phrases, negatedPhrases }: Wish, { $caseSensitive, $diacriticSensitive }: Sensitivity): boolean {
  const fold = (text: string): string => {
    const folded = $caseSensitive ? text : text.toLowerCase()
    return $diacriticSensitive ? folded : folded.replaceAll('é', 'e')
  }
  const texts = [...title === undefined ? [] : [title], ...tags].map(fold)
  const has = (word: string): boolean => texts.some((text) => text.split(' ').includes(fold(word)))
  const says = (phrase: string): boolean => texts.some((text) => text.includes(fold(phrase)))
  const wanted = [...words, ...phrases.flatMap((phrase) => phrase.split(' '))]
  return wanted.some(has) && !negated.some(has) && phrases.every(says) && !negatedPhrases.some(says)
}

t.test('whatever is searched, the index finds what the documents say, the best first, in batches of any size', async (t) => {
  const { client, store } = await startTestEngine(t)
  const searches = fc.array(fc.tuple(wish, fc.record({ $caseSensitive: fc.boolean(), $diacriticSensitive: fc.boolean() })), { minLength: 6, maxLength: 6 })
  let number = 0
  await fc.assert(fc.asyncProperty(notes, fc.boolean(), fc.array(note, { maxLength: 4 }), searches, async (documents, hasPrefix, changes, wishes) => {
    const collection = client.db('test').collection<Note>(`c${number++}`)
    await collection.createIndex({ ...hasPrefix && { owner: 1 }, title: 'text', tags: 'text' }, { default_language: 'none', weights: { title: 3 } })
    await collection.insertMany(documents)
    for (const [at, change] of changes.entries()) await collection.replaceOne({ _id: at * 2 }, change)
    const stored = (await collection.find().toArray()).filter(({ owner }) => !hasPrefix || owner === 1)
    for (const [wish, sensitivity] of wishes) {
      const filter = { ...hasPrefix && { owner: 1 }, $text: { $search: searchFor(wish), ...sensitivity } }
      const found = await collection.find(filter, { sort: { score: { $meta: 'textScore' } } as never, projection: { score: { $meta: 'textScore' } }, batchSize: 2 }).toArray()
      t.strictSame(found.map(({ _id }) => _id).toSorted((a, b) => a - b), stored.filter((note) => isWanted(note, wish, sensitivity)).map(({ _id }) => _id), filter.$text.$search)
      const scores = found.map(({ score }) => score as number)
      t.ok(scores.every((score, at) => score > 0 && (at === 0 || score <= scores[at - 1])))
      t.equal(await collection.countDocuments(filter), found.length)
      const [best] = await collection.find(filter, { sort: { score: { $meta: 'textScore' } } as never, limit: 1 }).toArray()
      t.equal(best?._id, found[0]?._id)
    }
  }), { numRuns: 15 })
  t.strictSame(store.check(), [])
})
