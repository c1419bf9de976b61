import { EJSON } from 'bson'
import type { Document, MongoServerError } from 'mongodb'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { Namespace } from '../storage/namespace.js'
import { openStore } from '../storage/store.js'
import { startTestEngine, type TestEngine } from './helper.js'

const SCHEMA = { $jsonSchema: { required: ['name'], properties: { age: { bsonType: 'int', minimum: 18 } } } }

async function withValidator (t: Parameters<typeof startTestEngine>[0], options: Document = {}): Promise<TestEngine> {
  const engine = await startTestEngine(t)
  await engine.client.db('test').createCollection('people', { validator: SCHEMA, ...options })
  return engine
}

const failure = { code: 121, codeName: 'DocumentValidationFailure', errmsg: 'Document failed validation' }

t.test('what is inserted is validated, each document by itself', async (t) => {
  const { client } = await withValidator(t)
  const db = client.db('test')
  const reply = await db.command({ insert: 'people', ordered: false, documents: [{ _id: 1, name: 'a' }, { _id: 2 }, { _id: 3, name: 'c' }, { _id: 4, name: 'd', age: 5 }] })
  t.match(reply, { n: 2, ok: 1, writeErrors: [{ index: 1, code: 121, errmsg: 'Document failed validation' }, { index: 3, code: 121 }] })
  t.same(Object.keys(reply.writeErrors[0]), ['index', 'code', 'errInfo', 'errmsg'])
  t.equal(EJSON.stringify(reply.writeErrors[0].errInfo), EJSON.stringify({
    failingDocumentId: 2,
    details: { operatorName: '$jsonSchema', schemaRulesNotSatisfied: [{ operatorName: 'required', specifiedAs: { required: ['name'] }, missingProperties: ['name'] }] }
  }))
  t.equal(await db.collection('people').countDocuments(), 2)
})

t.test('what is updated, replaced and upserted is validated, when it changes', async (t) => {
  const { client } = await withValidator(t)
  const people = client.db('test').collection<{ _id: number, name?: string, age?: number }>('people')
  await people.insertMany([{ _id: 1, name: 'a' }, { _id: 2, name: 'b', age: 20 }])
  await t.rejects(people.updateOne({ _id: 1 }, { $set: { age: 3 } }), { code: 121 })
  await t.rejects(people.updateMany({}, { $unset: { name: 1 } }), { code: 121 })
  await t.rejects(people.updateOne({ _id: 1 }, [{ $set: { age: 'x' } }]), { code: 121 })
  await t.rejects(people.replaceOne({ _id: 1 }, { age: 20 }), { code: 121 })
  await t.rejects(people.updateOne({ _id: 9 }, { $set: { age: 30 } }, { upsert: true }), { code: 121, errInfo: { failingDocumentId: 9 } })
  await t.rejects(people.findOneAndUpdate({ _id: 1 }, { $set: { age: 3 } }), failure)
  await t.rejects(people.findOneAndReplace({ _id: 9 }, { age: 3 }, { upsert: true }), failure)
  t.match(await people.updateOne({ _id: 1 }, { $set: { age: 40 } }), { modifiedCount: 1 })
  t.same(await people.find().toArray(), [{ _id: 1, name: 'a', age: 40 }, { _id: 2, name: 'b', age: 20 }])
})

t.test('a bulk write tells of each statement', async (t) => {
  const { client } = await withValidator(t)
  const people = client.db('test').collection('people')
  const error = await people.bulkWrite([{ insertOne: { document: {} } }, { insertOne: { document: { name: 'b' } } }], { ordered: false }).catch((error: unknown) => error)
  t.match(error, { code: 121, result: { insertedCount: 1 }, writeErrors: [{ err: { errInfo: { details: { operatorName: '$jsonSchema' } } } }] })
})

t.test('nothing is validated for a client that says so', async (t) => {
  const { client } = await withValidator(t)
  const db = client.db('test')
  const people = db.collection<{ _id: number }>('people')
  const bypass = { bypassDocumentValidation: true }
  await people.insertOne({ _id: 1 }, bypass)
  await people.updateOne({ _id: 1 }, { $set: { age: 1 } }, bypass)
  await people.findOneAndUpdate({ _id: 1 }, { $set: { age: 2 } }, bypass)
  await people.aggregate([{ $set: { age: 3 } }, { $merge: 'people' }], bypass).toArray()
  await people.aggregate([{ $set: { age: 4 } }, { $out: 'people' }], bypass).toArray()
  t.same(await people.find().toArray(), [{ _id: 1, age: 4 }])
  await t.rejects(people.insertOne({ _id: 2 }, { bypassDocumentValidation: false }), { code: 121 })
})

t.test('what $out and $merge write is validated', async (t) => {
  const { client } = await withValidator(t)
  const [people, raw] = ['people', 'raw'].map((name) => client.db('test').collection<{ _id: number, name: string, age?: number }>(name))
  await people.insertOne({ _id: 1, name: 'a' })
  await raw.insertOne({ _id: 1, name: 'a', age: 3 })
  await t.rejects(raw.aggregate([{ $out: 'people' }]).toArray(), failure)
  await t.rejects(raw.aggregate([{ $merge: 'people' }]).toArray(), failure)
  await t.rejects(raw.aggregate([{ $set: { _id: 2 } }, { $merge: 'people' }]).toArray(), failure)
  t.same(await people.find().toArray(), [{ _id: 1, name: 'a' }])
  await raw.updateOne({}, { $set: { age: 33 } })
  await raw.aggregate([{ $out: 'people' }]).toArray()
  await t.rejects(people.insertOne({ _id: 5, name: 'x', age: 1 }), { code: 121 }, 'the collection that $out has replaced keeps its validator')
})

t.test('a transaction and a retryable write are validated', async (t) => {
  const { client } = await withValidator(t)
  const people = client.db('test').collection<{ _id: number, name?: string }>('people')
  const aborted = client.withSession((session) => session.withTransaction(async () => {
    await people.insertOne({ _id: 1, name: 'a' }, { session })
    await people.insertOne({ _id: 2 }, { session })
  }))
  await t.rejects(aborted, { code: 121 })
  t.equal(await people.countDocuments(), 0)
  const lsid = client.startSession()
  t.teardown(() => lsid.endSession())
  await t.rejects(people.insertOne({ _id: 3 }, { session: lsid }), { code: 121 })
})

t.test('a validator that only warns lets a document through, and logs which', async (t) => {
  const { client, log } = await withValidator(t, { validationAction: 'warn' })
  await client.db('test').collection<{ _id: string }>('people').insertOne({ _id: 'x' })
  t.match(log, [{ level: 'warn', namespace: 'test.people', id: '"x"' }])
})

t.test('moderate validation leaves documents alone that are invalid already', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const people = db.collection<{ _id: number, name?: string, age?: number }>('people')
  await people.insertMany([{ _id: 1 }, { _id: 2, name: 'b' }])
  await db.command({ collMod: 'people', validator: SCHEMA, validationLevel: 'moderate' })
  t.match(await people.updateOne({ _id: 1 }, { $set: { age: 1 } }), { modifiedCount: 1 })
  await t.rejects(people.updateOne({ _id: 2 }, { $set: { age: 1 } }), { code: 121 })
  await t.rejects(people.insertOne({ _id: 3 }), { code: 121 })
  await db.command({ collMod: 'people', validationLevel: 'strict' })
  await t.rejects(people.updateOne({ _id: 1 }, { $set: { age: 2 } }), { code: 121 })
  await db.command({ collMod: 'people', validationLevel: 'off' })
  await people.insertOne({ _id: 3 })
})

t.test('a validator is shown, changed and removed', async (t) => {
  const { client } = await withValidator(t)
  const db = client.db('test')
  const options = async (): Promise<unknown> => (await db.listCollections({ name: 'people' }).toArray() as Document[])[0].options
  t.same(await options(), { validator: SCHEMA })
  t.match(await db.command({ create: 'people', validator: SCHEMA }), { ok: 1 }, 'it is there already as it is wanted')
  await t.rejects(db.command({ create: 'people' }), { code: 48, codeName: 'NamespaceExists' })
  await db.command({ collMod: 'people', validationLevel: 'moderate', validationAction: 'warn' })
  t.same(await options(), { validator: SCHEMA, validationLevel: 'moderate', validationAction: 'warn' })
  await db.command({ collMod: 'people', validator: { a: 1 } })
  t.same(await options(), { validator: { a: 1 }, validationLevel: 'moderate', validationAction: 'warn' })
  await db.command({ collMod: 'people', validator: {}, validationAction: 'error' })
  t.same(await options(), { validationLevel: 'moderate', validationAction: 'error' })
  await db.collection('people').insertOne({})
})

t.test('a validator that cannot be one is refused', async (t) => {
  const { client } = await withValidator(t)
  const cases: Array<[object, number]> = [
    [{ validator: 7 }, 14], [{ validator: { $jsonSchema: { invalid: 1 } } }, 9], [{ validator: { $text: { $search: 'a' } } }, 2],
    [{ validator: { $or: [{ $and: [{ $where: 'true' }] }] } }, 2], [{ validator: { a: { $near: [0, 0] } } }, 238],
    [{ validator: { $expr: { $eq: ['$a', '$$unbound'] } } }, 17276], [{ validator: { a: { $foo: 1 } } }, 2],
    [{ validationLevel: 'hard' }, 2], [{ validationAction: 'shout' }, 2]
  ]
  for (const [members, code] of cases) {
    await t.rejects(client.db('test').command({ create: 'new', ...members }), { code }, `create ${JSON.stringify(members)}`)
    await t.rejects(client.db('test').command({ collMod: 'people', ...members }), { code }, `collMod ${JSON.stringify(members)}`)
  }
  for (const database of ['admin', 'local', 'config']) {
    await t.rejects(client.db(database).command({ create: 'new', validator: { a: 1 } }), { code: 72, codeName: 'InvalidOptions' })
  }
})

t.test('a validator is there after a restart', async (t) => {
  const engine = await withValidator(t, { validationAction: 'error' })
  await engine.client.close()
  await engine.server.close()
  await engine.store.close()
  const store = await openStore(engine.directory)
  t.teardown(() => store.close())
  const { validator } = store.catalog.find(new Namespace('test', 'people'))!
  t.match(validator, { level: 'strict', action: 'error' })
  t.ok(validator!.accepts(documentValue(encode({ name: 'a' }))))
  t.notOk(validator!.accepts(documentValue(encode({}))))
})

t.test('an expression that cannot be evaluated is a validation that failed', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.createCollection('a', { validator: { $expr: { $gt: [{ $divide: [1, '$x'] }, 0] } } })
  const error: MongoServerError = await db.collection<{ _id: number, x: number }>('a').insertOne({ _id: 1, x: 0 }).then(t.fail, (error) => error)
  t.match(error.errInfo, { failingDocumentId: 1, details: { operatorName: '$expr', reason: 'failed to evaluate aggregation expression', details: { code: 2 } } })
  await db.collection('a').insertOne({ x: 2 })
})

t.test('a pattern that would take for ever is a validation that failed, without an explanation', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.createCollection('a', { validator: { $jsonSchema: { properties: { text: { pattern: '^(a+)+\\1$' } } } } })
  const error: MongoServerError = await db.collection<{ _id: number, text: string }>('a').insertOne({ _id: 1, text: `${'a'.repeat(5000)}!` }).then(t.fail, (error) => error)
  t.match(error, { code: 121, errInfo: { failingDocumentId: 1, note: 'failed to generate document validation error', details: { code: Number, errmsg: String } } })
})

t.test('a validator sees the time at which a document is written', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.createCollection('a', { validator: { $expr: { $lte: ['$at', '$$NOW'] } } })
  await db.collection('a').insertOne({ at: new Date(Date.now() - 1000) })
  await t.rejects(db.collection('a').insertOne({ at: new Date(Date.now() + 60_000) }), { code: 121 })
})

t.test('an explanation that is too long is cut short', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.createCollection('a', { validator: { $or: [{ text: 1 }, { text: { $size: 1 } }] } })
  const error: MongoServerError = await db.collection<{ _id: number, text: string }>('a').insertOne({ _id: 1, text: 'x'.repeat(13 * 1024 * 1024) }).then(t.fail, (error) => error)
  t.same(error.errInfo, {
    failingDocumentId: 1,
    truncated: true,
    details: {
      operatorName: '$or',
      clausesNotSatisfied: [
        { index: 0, details: { operatorName: '$eq', reason: 'comparison failed' } },
        { index: 1, details: { operatorName: '$size', reason: 'type did not match', consideredType: 'string', expectedType: 'array' } }
      ]
    }
  })
})
