import type { Collection, Document, Filter } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { explained } from './explained.js'
import { startTestEngine } from './helper.js'

/** The documents of the examples in MongoDB's manual ("$text"). */
const articles = [
  { _id: 1, subject: 'coffee', author: 'xyz', views: 50 },
  { _id: 2, subject: 'Coffee Shopping', author: 'efg', views: 5 },
  { _id: 3, subject: 'Baking a cake', author: 'abc', views: 90 },
  { _id: 4, subject: 'baking', author: 'xyz', views: 100 },
  { _id: 5, subject: 'Café Com Leite', author: 'abc', views: 200 },
  { _id: 6, subject: 'Сырники', author: 'jkl', views: 80 },
  { _id: 7, subject: 'coffee and cream', author: 'efg', views: 10 },
  { _id: 8, subject: 'Cafe com Leite', author: 'xyz', views: 10 }
]

const SCORE = { score: { $meta: 'textScore' } }

type Search = NonNullable<Filter<Document>['$text']>

interface Article extends Document { _id: number }

async function start (t: Test): Promise<Collection<Article>> {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection<Article>('articles')
  await collection.createIndex({ subject: 'text' })
  await collection.insertMany(articles)
  return collection
}

async function ids (collection: Collection<Article>, $text: Search, filter: Document = {}): Promise<number[]> {
  return (await collection.find({ $text, ...filter }).sort({ _id: 1 }).toArray()).map(({ _id }) => _id)
}

t.test('the searches of the manual find what it says', async (t) => {
  const collection = await start(t)
  const searches: Array<[Search, number[]]> = [
    [{ $search: 'coffee' }, [1, 2, 7]],
    [{ $search: 'bake coffee cake' }, [1, 2, 3, 4, 7]],
    [{ $search: '"coffee shop"' }, [2]],
    [{ $search: 'coffee -shop' }, [1, 7]],
    [{ $search: 'leche', $language: 'es' }, []],
    [{ $search: 'leite', $language: 'portuguese' }, [5, 8]],
    [{ $search: 'сы́рники CAFÉS' }, [5, 6, 8]],
    [{ $search: 'Coffee', $caseSensitive: true }, [2]],
    [{ $search: '"Café Com Leite"', $caseSensitive: true }, [5]],
    [{ $search: 'CAFÉ', $diacriticSensitive: true }, [5]],
    [{ $search: 'leite -cafe', $diacriticSensitive: true }, [5]],
    [{ $search: 'leite -"Café Com"', $diacriticSensitive: true }, [8]],
    [{ $search: 'leite -"cafe"', $caseSensitive: true }, []],
    [{ $search: 'the of' }, []],
    [{ $search: 'the of', $language: 'none' }, []],
    [{ $search: '-coffee' }, []],
    [{ $search: '' }, []]
  ]
  for (const [$text, found] of searches) {
    t.strictSame(await ids(collection, $text), found, JSON.stringify($text))
  }
})

t.test('scores are those of the manual, highest first when they are sorted by', async (t) => {
  const collection = await start(t)
  const scored = await collection.find({ $text: { $search: 'coffee' } }, { projection: SCORE }).sort(SCORE as never).toArray()
  t.strictSame(scored, [{ ...articles[0], score: 1 }, { ...articles[1], score: 0.75 }, { ...articles[6], score: 0.75 }])
  const cakes = collection.find({ $text: { $search: 'cake baking' } }, { projection: { _id: 1, rank: SCORE.score } }).sort({ views: 1 })
  t.strictSame(await cakes.toArray(), [{ _id: 3, rank: 1.5 }, { _id: 4, rank: 1 }])
  t.strictSame(await collection.find({ $text: { $search: 'cake' } }, { projection: { subject: 0, views: 0, ...SCORE } }).toArray(), [{ _id: 3, author: 'abc', score: 0.75 }])
})

t.test('what is sorted by the score and something else is ordered by both', async (t) => {
  const collection = await start(t)
  const found = collection.find({ $text: { $search: 'coffee' } }).sort({ relevance: SCORE.score, views: -1 } as never)
  t.strictSame((await found.toArray()).map(({ _id }) => _id), [1, 7, 2])
  const byViews = collection.find({ $text: { $search: 'coffee' } }).sort({ views: 1, relevance: SCORE.score } as never)
  t.strictSame((await byViews.toArray()).map(({ _id }) => _id), [2, 7, 1])
})

t.test('a search reads the entries of its terms, and of the documents only the best that are wanted', async (t) => {
  const collection = await start(t)
  t.match(await explained(collection, { $text: { $search: 'coffee baking' } }), { stages: 'TEXT_MATCH > TEXT_OR > IXSCAN', indexName: 'subject_text', ranges: 2, keys: 5, documents: 5, returned: 5 })
  t.match(await explained(collection, { $text: { $search: 'coffee' } }, { sort: SCORE as never, limit: 1 }), { stages: 'LIMIT > TEXT_MATCH > TEXT_OR > IXSCAN', keys: 3, documents: 1, returned: 1 })
  t.match(await explained(collection, { $text: { $search: 'coffee' } }, { sort: { views: 1 } }), { stages: 'SORT > TEXT_MATCH > TEXT_OR > IXSCAN', documents: 3 })
  const { queryPlanner } = await collection.find({ $text: { $search: 'coffee -"hot chocolate" -tea "and"' } }).sort(SCORE as never).explain('queryPlanner')
  t.strictSame(queryPlanner.winningPlan.parsedTextQuery, { terms: ['coffe'], negatedTerms: ['tea'], phrases: ['and'], negatedPhrases: ['hot chocolate'] })
})

t.test('a search is one condition among others', async (t) => {
  const collection = await start(t)
  t.strictSame(await ids(collection, { $search: 'coffee' }, { author: 'efg' }), [2, 7])
  t.strictSame(await ids(collection, { $search: 'coffee' }, { _id: 7 }), [7])
  const nested = await collection.find({ $and: [{ author: 'efg' }, { $and: [{ $text: { $search: 'cream' } }] }] }).toArray()
  t.strictSame(nested.map(({ _id }) => _id), [7])
  t.strictSame(await ids(collection, { $search: 'coffee' }, { $or: [{ views: 50 }, { views: 5 }] }), [1, 2])
})

t.test('a search is one branch of an $or if all others have an index as well', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ views: 1 })
  const cream = { $text: { $search: 'cream' } }
  const found = async (filter: Document): Promise<unknown[]> => (await collection.find(filter as never).toArray()).map(({ _id }) => _id).sort()
  const creamy = await found(cream)
  t.strictSame(await found({ $or: [cream, { views: 50 }, { _id: 2 }] }), [...new Set([...creamy, 1, 2])].sort(), 'each document once')
  t.strictSame(await found({ author: 'efg', $or: [{ views: 50 }, { $and: [cream, { views: { $gt: 0 } }] }] }), [7])
  t.match(await explained(collection, { $or: [cream, { views: 50 }] }), { stages: 'SUBPLAN > FETCH > OR', returned: creamy.length + 1 })
  const scored = await collection.find({ $or: [{ views: 50 }, cream] } as never, { projection: { score: { $meta: 'textScore' } } }).sort(SCORE as never).toArray()
  t.equal(scored.at(-1)?._id, 1, 'what has no score is last')
  t.notOk('score' in scored.at(-1)!)
  t.same((await collection.updateMany({ $or: [{ views: 50 }, cream] } as never, { $set: { met: true } })).matchedCount, creamy.length + 1)
  await t.rejects(found({ $or: [cream, { author: 'efg' }] }), { code: 291, message: /TEXT under OR/ })
  await t.rejects(found({ $or: [cream, { $or: [{ views: 1 }, { author: 'efg' }] }] }), { code: 291 })
})

t.test('a search in an $or has the fields before the texts in its own branch', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection<{ _id: number }>('mails')
  await collection.insertMany([{ _id: 1, user: 1, text: 'cream' }, { _id: 2, user: 2, text: 'cream' }, { _id: 3, user: 1, text: 'tea' }] as never)
  await collection.createIndex({ user: 1, text: 'text' })
  await collection.createIndex({ user: 1 })
  const text = { $search: 'cream' }
  t.same((await collection.find({ $or: [{ user: 2 }, { user: 1, $text: text }] } as never).toArray()).map(({ _id }) => _id).sort(), [1, 2])
  await t.rejects(collection.find({ user: 1, $or: [{ _id: 3 }, { $text: text }] } as never).toArray(), { code: 291 })
})

const refused: Array<[what: string, filter: Document, code: number]> = [
  ['in an $or without other indexes', { $or: [{ $text: { $search: 'a' } }, { a: 1 }] }, 291],
  ['in a $nor', { $nor: [{ $text: { $search: 'a' } }] }, 2],
  ['twice', { $and: [{ $text: { $search: 'a' } }, { $text: { $search: 'b' } }] }, 2],
  ['on a field', { subject: { $text: { $search: 'a' } } }, 2],
  ['in an $elemMatch', { subject: { $elemMatch: { $text: { $search: 'a' } } } }, 2],
  ['as a string', { $text: 'a' }, 2],
  ['with nothing to search', { $text: {} }, 4],
  ['for too much', { $text: { $search: 'a'.repeat(10_001) } }, 2],
  ['for a number', { $text: { $search: 1 } }, 14],
  ['with a flag that is no bool', { $text: { $search: 'a', $caseSensitive: 1 } }, 14],
  ['in an unknown language', { $text: { $search: 'a', $language: 'klingon' } }, 2],
  ['with an unknown member', { $text: { $search: 'a', $fuzzy: true } }, 2]
]

t.test('a $text is refused where it cannot be', async (t) => {
  const collection = await start(t)
  for (const [what, filter, code] of refused) await t.rejects(collection.find(filter as never).toArray(), { code }, what)
  const search = { $text: { $search: 'coffee' } }
  await t.rejects(collection.find(search).hint('subject_text').toArray(), { code: 2 })
  await t.rejects(collection.find(search).sort({ $natural: 1 }).toArray(), { code: 2 })
  await t.rejects(collection.find({ views: 5 }).hint('subject_text').toArray(), { code: 2 })
  await t.rejects(collection.updateOne({ _id: 1 }, { $pull: { tags: { $text: { $search: 'a' } } } } as never), { code: 2 })
})

t.test('without an index of texts there is no search', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection('articles')
  await collection.insertOne({ subject: 'coffee' })
  const search = { $text: { $search: 'coffee' } }
  await t.rejects(collection.find(search).toArray(), { code: 27, message: 'text index required for $text query' })
  await collection.createIndex({ subject: 'text' }, { hidden: true })
  await t.rejects(collection.find(search).toArray(), { code: 27 })
})

t.test('the score is refused where there is none, and anything else of $meta', async (t) => {
  const collection = await start(t)
  await t.rejects(collection.find({}, { projection: SCORE }).toArray(), { code: 40218 })
  await t.rejects(collection.find({}).sort(SCORE as never).toArray(), { code: 40218 })
  await t.rejects(collection.aggregate([{ $project: SCORE }]).toArray(), { code: 40218 })
  await t.rejects(collection.aggregate([{ $match: { $text: { $search: 'a' } } }, { $group: { _id: '$author' } }, { $sort: SCORE }]).toArray(), { code: 40218 })
  await t.rejects(collection.find({ $text: { $search: 'a' } }, { projection: { key: { $meta: 'indexKey' } } as never }).toArray(), { code: 238 })
  await t.rejects(collection.find({ $text: { $search: 'a' } }, { projection: { key: { $meta: 'other' } } as never }).toArray(), { code: 17308 })
})

t.test('every command that selects documents can search', async (t) => {
  const collection = await start(t)
  const search = { $text: { $search: 'coffee' } }
  t.equal(await collection.countDocuments(search), 3)
  t.strictSame((await collection.distinct('author', search)).toSorted(), ['efg', 'xyz'])
  t.match(await collection.updateMany(search, { $set: { hot: true } }), { matchedCount: 3, modifiedCount: 3 })
  const before = await collection.findOneAndUpdate(search, { $set: { subject: 'tea' } }, { sort: SCORE as never, projection: { _id: 1, ...SCORE } })
  t.strictSame(before, { _id: 1, score: 1 })
  t.match(await collection.updateOne({ $text: { $search: 'tea' } }, { $set: { hot: false } }), { matchedCount: 1 })
  t.match(await collection.deleteOne({ ...search, author: 'efg' }), { deletedCount: 1 })
  t.strictSame(await collection.findOneAndDelete(search, { projection: { _id: 0, author: 1, ...SCORE } }), { author: 'efg', score: 0.75 })
  t.match(await collection.deleteMany({ $text: { $search: 'tea cake' } }), { deletedCount: 2 })
  t.match(await collection.updateOne({ $text: { $search: 'cocoa' }, author: 'new' }, { $set: { subject: 'cocoa' } }, { upsert: true }), { upsertedCount: 1 })
  t.match(await collection.findOne({ $text: { $search: 'cocoa' } }), { author: 'new', subject: 'cocoa' })
})

t.test('a pipeline begins with a search, whose score goes on with the documents', async (t) => {
  const collection = await start(t)
  const search = { $match: { $text: { $search: 'coffee cake' } } }
  const grouped = collection.aggregate([search, { $sort: SCORE }, { $group: { _id: SCORE.score, views: { $push: '$views' } } }, { $sort: { _id: 1 } }])
  t.strictSame(await grouped.toArray(), [{ _id: 0.75, views: [5, 90, 10] }, { _id: 1, views: [50] }])
  const shaped = collection.aggregate([search, { $project: { subject: 1 } }, { $addFields: SCORE }, { $match: { score: { $gt: 0.8 } } }, { $replaceWith: { subject: '$subject', again: SCORE.score } }])
  t.strictSame(await shaped.toArray(), [{ subject: 'coffee', again: 1 }])
  const joined = collection.aggregate([
    search, { $lookup: { from: 'articles', localField: 'author', foreignField: 'author', as: 'same' } }, { $unwind: '$same' },
    { $facet: { best: [{ $sort: { ...SCORE, 'same._id': 1 } }, { $limit: 2 }, { $project: { _id: 0, of: '$same._id', ...SCORE } }] } }
  ])
  t.strictSame(await joined.toArray(), [{ best: [{ of: 1, score: 1 }, { of: 4, score: 1 }] }])
})

t.test('in a pipeline a search is refused anywhere but at its beginning', async (t) => {
  const collection = await start(t)
  const search = { $match: { $text: { $search: 'coffee' } } }
  await t.rejects(collection.aggregate([{ $match: { views: 5 } }, search]).toArray(), { code: 17313 })
  await t.rejects(collection.aggregate([{ $facet: { found: [search] } }]).toArray(), { code: 17313 })
  const inside = collection.aggregate([{ $match: { _id: 4 } }, { $lookup: { from: 'articles', pipeline: [search, { $project: { _id: 1, ...SCORE } }, { $limit: 1 }], as: 'found' } }])
  t.strictSame((await inside.toArray())[0].found, [{ _id: 1, score: 1 }])
})
