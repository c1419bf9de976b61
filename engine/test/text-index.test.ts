import type { Collection, Document, IndexDescription } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, type TestEngine } from './helper.js'

interface Started extends TestEngine { readonly collection: Collection }

async function start (t: Test): Promise<Started> {
  const engine = await startTestEngine(t)
  return { ...engine, collection: engine.client.db('test').collection('texts') }
}

async function found (collection: Collection, search: string, filter: Document = {}): Promise<unknown[]> {
  return (await collection.find({ $text: { $search: search }, ...filter }).sort({ _id: 1 }).toArray()).map(({ _id }) => _id)
}

const listed: Array<[what: string, index: IndexDescription, stored: Document]> = [
  ['of one field', { key: { a: 'text' } }, {
    v: 2, key: { _fts: 'text', _ftsx: 1 }, name: 'a_text', weights: { a: 1 }, default_language: 'english', language_override: 'language', textIndexVersion: 3
  }],
  ['of all fields', { key: { '$**': 'text' } }, {
    v: 2, key: { _fts: 'text', _ftsx: 1 }, name: '$**_text', weights: { '$**': 1 }, default_language: 'english', language_override: 'language', textIndexVersion: 3
  }],
  ['with other fields and all options', {
    key: { owner: 1, b: 'text', a: 'text', at: -1 }, name: 'x', weights: { b: 5, 'c.d': 2 }, default_language: 'fr', language_override: 'lang', textIndexVersion: 3, sparse: true
  }, {
    v: 2, key: { owner: 1, _fts: 'text', _ftsx: 1, at: -1 }, name: 'x', sparse: true, weights: { a: 1, b: 5, 'c.d': 2 }, default_language: 'fr', language_override: 'lang', textIndexVersion: 3
  }]
]

for (const [what, index, stored] of listed) {
  t.test(`an index of texts ${what} is listed as MongoDB lists it, and is the same when it is made from that`, async (t) => {
    const { collection } = await start(t)
    await collection.createIndexes([index])
    const [, first] = await collection.listIndexes().toArray()
    t.equal(JSON.stringify(first), JSON.stringify(stored))
    await collection.createIndexes([first])
    t.equal((await collection.listIndexes().toArray()).length, 2)
  })
}

t.test('a collection has one index of texts', async (t) => {
  const { collection } = await start(t)
  await collection.createIndex({ a: 'text' })
  await collection.createIndex({ a: 'text' })
  await t.rejects(collection.createIndex({ b: 'text' }), { code: 85 })
  await t.rejects(collection.createIndex({ a: 'text' }, { weights: { a: 2 } }), { code: 85 })
  await t.rejects(collection.createIndex({ b: 'text' }, { name: 'a_text' }), { code: 85 })
  await t.rejects(collection.createIndex({ b: 1, a: 'text' }, { name: 'a_text' }), { code: 86 })
  await t.rejects(collection.createIndex({ b: 1, a: 'text' }), { code: 67 })
  await collection.dropIndex('a_text')
  await collection.createIndex({ b: 1, a: 'text' })
})

const refused: Array<[what: string, index: Document, code?: number]> = [
  ['texts that are not side by side', { key: { a: 'text', b: 1, c: 'text' } }],
  ['another direction than 1', { key: { a: 'text', b: 2 } }],
  ['_fts without _ftsx', { key: { _fts: 'text' } }],
  ['_ftsx without _fts', { key: { a: 'text', _ftsx: 1 } }],
  ['_ftsx of another version', { key: { _fts: 'text', _ftsx: 2 } }],
  ['_fts with a direction', { key: { _fts: 1, a: 'text' } }],
  ['texts beside _fts', { key: { _fts: 'text', _ftsx: 1, a: 'text' } }],
  ['no weights for _fts', { key: { _fts: 'text', _ftsx: 1 } }],
  ['a weight that is no number', { key: { a: 'text' }, weights: { a: 'much' } }],
  ['a weight of zero', { key: { a: 'text' }, weights: { a: 0 } }],
  ['too high a weight', { key: { a: 'text' }, weights: { a: 100_000 } }],
  ['weights that are no document', { key: { a: 'text' }, weights: 5 }],
  ['a weight of no field', { key: { a: 'text' }, weights: { '': 1 } }],
  ['a weight of an empty part', { key: { a: 'text' }, weights: { 'a..b': 1 } }],
  ['a weight of an operator', { key: { a: 'text' }, weights: { 'a.$b': 1 } }],
  ['an unknown language', { key: { a: 'text' }, default_language: 'klingon' }],
  ['a language that is no name', { key: { a: 'text' }, default_language: 1 }],
  ['a language field that is no name', { key: { a: 'text' }, language_override: 1 }],
  ['a language field that is a path', { key: { a: 'text' }, language_override: 'a.b' }],
  ['a version of the future', { key: { a: 'text' }, textIndexVersion: 4 }],
  ['a version that is no number', { key: { a: 'text' }, textIndexVersion: '3' }],
  ['an old version', { key: { a: 'text' }, textIndexVersion: 2 }, 238],
  ['a time to live', { key: { a: 'text' }, expireAfterSeconds: 1 }],
  ['a field of an operator', { key: { $a: 'text' } }],
  ['a search in its filter', { key: { a: 'text' }, partialFilterExpression: { $text: { $search: 'a' } } }, 2],
  ['options of texts and no text', { key: { a: 1 }, default_language: 'english' }, 197]
]

t.test('what is no index of texts is refused with the code of MongoDB', async (t) => {
  const { client } = await start(t)
  for (const [what, index, code = 67] of refused) {
    await t.rejects(client.db('test').command({ createIndexes: 'texts', indexes: [{ name: 'x', ...index }] }), { code }, what)
  }
})

t.test('weights say how much a field counts, and all occurrences count', async (t) => {
  const { collection } = await start(t)
  await collection.createIndex({ title: 'text', 'parts.text': 'text', tags: 'text' }, { weights: { title: 10, tags: 3 } })
  await collection.insertMany([
    { _id: 1 as never, title: 'tea' },
    { _id: 2 as never, parts: [{ text: 'tea and tea' }, { text: 'more' }, { text: ['tea'] }, 5] },
    { _id: 3 as never, tags: ['tea', ['tea'], { tea: 'tea' }], parts: 'tea' },
    { _id: 4 as never, parts: { text: { deep: 'tea' } }, other: 'tea' }
  ])
  const score = { $meta: 'textScore' }
  const scored = await collection.find({ $text: { $search: 'teas' } }, { projection: { score } }).sort({ score } as never).toArray()
  t.strictSame(scored.map(({ _id, score }) => [_id, Math.round(score * 1000) / 1000]), [[1, 11], [3, 3.3], [2, 2.6]])
})

t.test('an index of all fields finds every text but the names of languages', async (t) => {
  const { collection } = await start(t)
  await collection.createIndex({ '$**': 'text' }, { weights: { 'a.b': 5 } })
  await collection.insertMany([
    { _id: 1 as never, a: { b: 'tea' } },
    { _id: 2 as never, list: [['tea'], { deep: [{ er: 'tea' }] }] },
    { _id: 3 as never, language: 'german', n: 5 },
    { _id: 4 as never, inner: { language: 'german', text: 'Häuser' } }
  ])
  t.strictSame(await found(collection, 'tea'), [1, 2])
  t.strictSame(await found(collection, 'german'), [])
  t.strictSame((await collection.find({ $text: { $search: 'haus', $language: 'de' } }).toArray()).map(({ _id }) => _id), [4])
})

t.test('a document and those inside of it name the language of their texts', async (t) => {
  const { collection } = await start(t)
  await collection.createIndex({ quote: 'text', 'translation.quote': 'text' }, { default_language: 'spanish' })
  await collection.insertMany([
    { _id: 1 as never, language: 'portuguese', quote: 'A sorte protege os audazes', translation: [{ language: 'english', quote: 'Fortune favors the bold.' }, { language: 'spanish', quote: 'La suerte protege a los audaces.' }] },
    { _id: 2 as never, quote: 'Is this a dagger', language: 'none' },
    { _id: 3 as never, quote: 'Nada hay más surrealista que la realidad.' }
  ])
  const inLanguage = async ($language: string, $search: string): Promise<unknown[]> => (await collection.find({ $text: { $search, $language } }).toArray()).map(({ _id }) => _id)
  t.strictSame(await inLanguage('english', 'favoring'), [1])
  t.strictSame(await inLanguage('english', 'the'), [], 'a stop word')
  t.strictSame(await inLanguage('none', 'this'), [2], 'none has no stop words')
  t.strictSame(await inLanguage('es', 'surrealistas realidades'), [3])
  await t.rejects(collection.insertOne({ quote: 'x', language: 'klingon' }), { code: 17262 })
  await t.rejects(collection.insertOne({ quote: 'x', language: 5 }), { code: 17261 })
  await t.rejects(collection.updateOne({ _id: 1 as never }, { $set: { 'translation.0.language': 'tlh' } }), { code: 17262 })
  await collection.insertOne({ other: { language: 'klingon' } })
})

t.test('every language finds the forms of its words and forgets its stop words', async (t) => {
  const { collection } = await start(t)
  const words: Array<[language: string, text: string, search: string, stopWord: string]> = [
    ['danish', 'undersøgelsen', 'undersøgelser', 'og'], ['dutch', 'lichamelijke', 'lichamelijk', 'een'], ['english', 'connections', 'connect', 'the'],
    ['finnish', 'edeltäjien', 'edeltäjistään', 'ja'], ['french', 'continuellement', 'continuelle', 'les'], ['german', 'Häuser', 'Haus', 'und'],
    ['hungarian', 'babakocsival', 'babakocsi', 'az'], ['italian', 'abbandonata', 'abbandonato', 'che'], ['norwegian', 'havnene', 'havnen', 'og'],
    ['portuguese', 'boazinha', 'boazinhas', 'que'], ['romanian', 'abandonată', 'abandonate', 'care'], ['russian', 'важностью', 'важность', 'не'],
    ['spanish', 'torneados', 'torneado', 'los'], ['swedish', 'flickorna', 'flickor', 'och'], ['turkish', 'KİTAPLAR', 'kitap', 'çok']
  ]
  await collection.createIndex({ text: 'text' })
  await collection.insertMany(words.map(([language, text, , stopWord]) => ({ _id: language as never, language, text: `${text} ${stopWord}` })))
  for (const [language, , search, stopWord] of words) {
    t.strictSame((await collection.find({ $text: { $search: search, $language: language } }).toArray()).map(({ _id }) => _id), [language], language)
    t.strictSame(await collection.find({ $text: { $search: stopWord, $language: language } }).toArray(), [], `a stop word of ${language}`)
  }
})

t.test('the fields before the texts must be given, and narrow what is read', async (t) => {
  const { collection } = await start(t)
  await collection.createIndex({ owner: 1, kind: 1, text: 'text', at: 1 })
  await collection.insertMany([1, 2, 3, 4].map((n) => ({ _id: n as never, owner: n % 2, kind: n === 4 ? null : 'note', text: 'green tea', at: n })))
  t.strictSame(await found(collection, 'tea', { owner: 1, kind: 'note' }), [1, 3])
  t.strictSame(await found(collection, 'tea', { owner: 0, kind: { $eq: null } }), [4])
  t.strictSame(await found(collection, 'tea', { owner: 1, kind: 'note', at: { $gt: 1 } }), [3])
  const explained = await collection.find({ $text: { $search: 'tea' }, owner: 0, kind: 'note' }).explain('executionStats')
  t.match(explained.executionStats, { totalKeysExamined: 1, totalDocsExamined: 1 })
  for (const filter of [{}, { owner: 1 }, { owner: { $in: [1] }, kind: 'note' }, { owner: { $gt: 0 }, kind: 'note' }]) await t.rejects(found(collection, 'tea', filter), { code: 291 })
  await t.rejects(collection.insertOne({ owner: [1], text: 'tea' }), { code: 201 })
  await t.rejects(collection.updateOne({ _id: 1 as never }, { $set: { at: [] } }), { code: 201 })
})

t.test('in a unique index no two documents have a term that weighs the same', async (t) => {
  const { collection, store } = await start(t)
  await collection.createIndex({ owner: 1, text: 'text', kind: 1 }, { unique: true })
  await collection.insertOne({ _id: 1 as never, owner: 'x', text: 'green tea', kind: 'note' })
  await t.rejects(collection.insertOne({ owner: 'x', text: 'black teas', kind: 'note' }), {
    code: 11000, keyPattern: { owner: 1, _fts: 'text', _ftsx: 1, kind: 1 }, keyValue: { owner: 'x', _fts: 'tea', _ftsx: 0.75, kind: 'note' }
  })
  await collection.insertOne({ _id: 2 as never, owner: 'y', text: 'black tea', kind: 'note' })
  await collection.insertOne({ _id: 3 as never, owner: 'x', text: 'tea' })
  t.strictSame(await found(collection, 'tea', { owner: 'x' }), [1, 3])
  t.equal((await collection.find({ kind: 'note' }).toArray()).length, 2)
  t.strictSame(store.check(), [])
})

t.test('a partial index is used by searches that say what it holds', async (t) => {
  const { collection } = await start(t)
  await collection.createIndex({ text: 'text' }, { partialFilterExpression: { published: true } })
  await collection.insertMany([{ _id: 1 as never, text: 'tea', published: true }, { _id: 2 as never, text: 'tea', language: 'klingon' }])
  t.strictSame(await found(collection, 'tea', { published: true }), [1])
  await t.rejects(found(collection, 'tea'), { code: 291 })
})

t.test('the entries follow the documents, as the check of the store proves', async (t) => {
  const { collection, store } = await start(t)
  await collection.insertMany(Array.from({ length: 300 }, (_, n) => ({ _id: n as never, text: `word${n % 7} common words, more and more` })))
  await collection.createIndex({ text: 'text' })
  t.strictSame((await found(collection, 'word3')).length, 43)
  await collection.updateMany({ $text: { $search: 'word3' } }, [{ $set: { text: { $concat: ['$text', ' changed'] } } }])
  await collection.updateMany({ $text: { $search: 'word4' } }, { $unset: { text: 1 } })
  await collection.deleteMany({ $text: { $search: 'word5' } })
  t.equal((await found(collection, 'changing')).length, 43)
  t.equal((await found(collection, 'word4 word5')).length, 0)
  t.strictSame(store.check(), [])
})

t.test('an index that a document cannot be in is not built', async (t) => {
  const { collection, store } = await start(t)
  await collection.insertMany([{ text: 'tea' }, { text: 'tea', language: 'klingon' }])
  await t.rejects(collection.createIndex({ text: 'text' }), { code: 17262 })
  t.equal((await collection.listIndexes().toArray()).length, 1)
  t.strictSame(store.check(), [])
  await collection.createIndex({ text: 'text' }, { language_override: 'idioma' })
  t.equal((await found(collection, 'tea')).length, 2)
})

t.test('a transaction finds what it has written itself', async (t) => {
  const { client, collection, store } = await start(t)
  await collection.createIndex({ text: 'text' })
  await collection.insertMany([{ _id: 1 as never, text: 'green tea' }, { _id: 2 as never, text: 'black tea' }])
  await client.withSession((session) => session.withTransaction(async () => {
    await collection.insertOne({ _id: 3 as never, text: 'white tea' }, { session })
    await collection.updateOne({ _id: 1 as never }, { $set: { text: 'coffee' } }, { session })
    const own = await collection.find({ $text: { $search: 'tea' } }, { session }).sort({ _id: 1 }).toArray()
    t.strictSame(own.map(({ _id }) => _id), [2, 3])
    t.strictSame(await found(collection, 'tea'), [1, 2])
  }))
  t.strictSame(await found(collection, 'tea'), [2, 3])
  t.strictSame(store.check(), [])
})

t.test('long words, long other fields and documents of many words are in the index', async (t) => {
  const { collection, store } = await start(t)
  await collection.createIndex({ owner: 1, text: 'text' })
  const [word, other] = ['a', 'b'].map((end) => 'long'.repeat(100) + end)
  await collection.insertOne({ text: 'x'.repeat(10_000_000) })
  await collection.insertMany([{ _id: 1 as never, text: word }, { _id: 2 as never, text: other }, { _id: 3 as never, owner: 'x'.repeat(3000), text: `${word} tea` }])
  t.strictSame(await found(collection, word, { owner: null }), [1])
  t.strictSame(await found(collection, word, { owner: 'x'.repeat(3000) }), [3])
  t.strictSame(await found(collection, 'coffee', { owner: 'x'.repeat(3000) }), [])
  const score = { $meta: 'textScore' }
  t.strictSame((await collection.find({ owner: 'x'.repeat(3000), $text: { $search: 'tea' } }, { projection: { _id: 1, score } }).sort({ score } as never).toArray()), [{ _id: 3, score: 0.75 }])
  t.strictSame(store.check(), [])
})

t.test('a document of more terms than an index takes is refused', async (t) => {
  const { collection } = await start(t)
  await collection.createIndex({ '$**': 'text' })
  const words = (from: number): string => Array.from({ length: 30_000 }, (_, n) => String(from + n)).join(' ')
  await t.rejects(collection.insertOne({ language: 'none', texts: [words(0), words(30_000)] }), { code: 16732 })
  await t.rejects(collection.insertOne({ language: 'none', text: `${words(0)} ${words(30_000)}` }), { code: 16732 })
  t.equal(await collection.estimatedDocumentCount(), 0)
})
