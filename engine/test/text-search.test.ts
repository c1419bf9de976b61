import type { Collection, Document, Filter } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
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
