/* global db, load, Long, print, rs, show, use */

/**
 * What people type into mongosh every day. It is run inside of mongosh by `npm run conformance -- --mongosh DIRECTORY`;
 * mongosh waits for promises by itself. The last line that it prints is the report of all checks.
 */

const report = []

function check (title, action) {
  try {
    action()
    report.push({ title })
  } catch (error) {
    report.push({ title, error: String(error.message) })
  }
}

function equal (found, expected) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (left !== right) throw new Error(`${left} is not ${right}`)
}

function failure (action) {
  try {
    action()
  } catch (error) {
    return { code: error.code, codeName: error.codeName }
  }
  throw new Error('nothing failed')
}

use('shell')
db.dropDatabase()

check('use changes the database', () => equal(db.getName(), 'shell'))

check('insertOne and insertMany tell the ids', () => {
  equal(db.people.insertOne({ _id: 1, name: 'Ann', age: 30 }), { acknowledged: true, insertedId: 1 })
  equal(db.people.insertMany([{ _id: 2, name: 'Bob', age: 40 }, { _id: 3, name: 'Cid', age: 50 }]).insertedIds, { 0: 2, 1: 3 })
})

check('show lists databases and collections', () => {
  equal(show('dbs').value.map(({ name }) => name).includes('shell'), true)
  equal(show('collections').value.map(({ name }) => name), ['people'])
  equal(db.getCollectionNames(), ['people'])
  equal(db.getCollectionInfos()[0].type, 'collection')
})

check('find takes a filter, a projection, a sort, a skip and a limit', () => {
  equal(db.people.find({ age: { $gte: 40 } }, { name: 1 }).sort({ age: -1 }).toArray(), [{ _id: 3, name: 'Cid' }, { _id: 2, name: 'Bob' }])
  equal(db.people.find().sort({ _id: 1 }).skip(1).limit(1).map(({ name }) => name).toArray(), ['Bob'])
  equal(db.people.findOne({ name: 'Ann' }), { _id: 1, name: 'Ann', age: 30 })
  equal(db.people.find().batchSize(1).itcount(), 3)
})

check('documents are counted', () => {
  equal([db.people.countDocuments({ age: 30 }), db.people.estimatedDocumentCount()], [1, 3])
  equal(db.people.distinct('name'), ['Ann', 'Bob', 'Cid'])
})

check('updateOne, updateMany, replaceOne and findOneAndUpdate change documents', () => {
  equal(db.people.updateOne({ _id: 1 }, { $inc: { age: 1 } }).modifiedCount, 1)
  equal(db.people.updateMany({}, { $set: { seen: true } }).modifiedCount, 3)
  equal(db.people.updateOne({ _id: 4 }, { $set: { name: 'Dee' } }, { upsert: true }).insertedId, 4)
  equal(db.people.replaceOne({ _id: 4 }, { name: 'Eve' }).modifiedCount, 1)
  equal(db.people.findOneAndUpdate({ _id: 1 }, { $set: { age: 32 } }, { returnDocument: 'after' }).age, 32)
})

check('deleteOne and bulkWrite', () => {
  equal(db.people.deleteOne({ _id: 4 }), { acknowledged: true, deletedCount: 1 })
  equal(db.people.bulkWrite([{ insertOne: { document: { _id: 5 } } }, { deleteOne: { filter: { _id: 5 } } }]).deletedCount, 1)
})

check('aggregate runs pipelines', () => {
  equal(db.people.aggregate([{ $match: { age: { $gt: 32 } } }, { $group: { _id: null, total: { $sum: '$age' } } }]).toArray(), [{ _id: null, total: 90 }])
  equal(db.aggregate([{ $documents: [{ a: 1 }] }]).toArray(), [{ a: 1 }])
})

check('indexes are made, listed and dropped', () => {
  equal(db.people.createIndex({ age: 1 }), 'age_1')
  equal(db.people.getIndexes().map(({ name }) => name), ['_id_', 'age_1'])
  equal(db.people.createIndexes([{ name: 1 }, { seen: 1 }]), ['name_1', 'seen_1'])
  equal(db.people.dropIndex('seen_1').ok, 1)
})

check('explain tells the plan, and what it has cost', () => {
  equal(JSON.stringify(db.people.find({ age: 40 }).explain().queryPlanner.winningPlan).includes('"indexName":"age_1"'), true)
  equal(db.people.find({ age: 40 }).explain('executionStats').executionStats.nReturned, 1)
  equal(db.people.explain('executionStats').find({ age: 40 }).finish().executionStats.totalDocsExamined, 1)
})

check('stats of a database and of a collection', () => {
  equal([db.stats().collections, db.stats().objects], [1, 3])
  equal([db.people.stats().count, db.people.stats().nindexes, db.people.stats().ns], [3, 3, 'shell.people'])
  equal([db.people.dataSize() > 0, db.people.isCapped()], [true, false])
})

check('validate proves a collection whole', () => {
  const { valid, nrecords, keysPerIndex } = db.people.validate({ full: true })
  equal({ valid, nrecords, keysPerIndex }, { valid: true, nrecords: 3, keysPerIndex: { _id_: 3, age_1: 3, name_1: 3 } })
})

check('currentOp lists itself, and killOp answers', () => {
  equal(db.currentOp().inprog.some(({ command }) => 'aggregate' in command), true)
  equal(db.currentOp({ ns: 'no.such' }).inprog, [])
  equal(db.killOp(123456).ok, 1)
})

check('the server tells of itself', () => {
  equal(/^7\.0\./.test(db.version()), true)
  equal([db.serverStatus().process, db.serverBuildInfo().bits], ['quire-engine', 64])
  equal(typeof db.hostInfo().system.hostname, 'string')
  equal([db.hello().isWritablePrimary, db.serverCmdLineOpts().ok, db.getProfilingStatus().was], [true, 1, 0])
  equal(Object.keys(db.listCommands().value).includes('find'), true)
  equal(db.adminCommand({ getLog: 'startupWarnings' }).log, [])
})

check('the replica set is one of one', () => {
  equal([rs.status().members.length, rs.status().members[0].stateStr, rs.status().myState], [1, 'PRIMARY', 1])
  equal([rs.conf()._id, rs.conf().members.length], ['quire', 1])
})

check('a transaction is committed or aborted as a whole', () => {
  const session = db.getMongo().startSession()
  const people = session.getDatabase('shell').people
  session.startTransaction()
  people.insertOne({ _id: 10 })
  session.abortTransaction()
  session.startTransaction()
  people.insertMany([{ _id: 11 }, { _id: 12 }])
  session.commitTransaction()
  session.endSession()
  equal(db.people.find({ _id: { $gte: 10 } }).map(({ _id }) => _id).toArray(), [11, 12])
})

check('a validator refuses, and says why', () => {
  db.createCollection('strict', { validator: { $jsonSchema: { required: ['name'] } } })
  equal(failure(() => db.strict.insertOne({})).code, 121)
  equal(db.runCommand({ collMod: 'strict', validationLevel: 'off' }).ok, 1)
  equal(db.strict.insertOne({ _id: 1 }).acknowledged, true)
})

check('errors have their codes and names', () => {
  equal(failure(() => db.runCommand({ noSuchCommand: 1 })), { code: 59, codeName: 'CommandNotFound' })
  equal(failure(() => db.people.find({ a: { $foo: 1 } }).toArray()), { code: 2, codeName: 'BadValue' })
  equal(failure(() => db.people.insertOne({ _id: 1 })).code, 11000)
  equal(failure(() => db.people.aggregate([{ $foo: 1 }]).toArray()).code, 40324)
})

check('numbers and dates keep their types', () => {
  db.types.insertOne({ _id: 1, long: Long('9007199254740993'), at: new Date(0) })
  const { long, at } = db.types.findOne()
  equal([String(long), at.getTime()], ['9007199254740993', 0])
})

check('a script is loaded', () => {
  load(require('node:path').join(__dirname, 'loaded.mongosh.js'))
  equal(db.loaded.countDocuments(), 2)
})

check('collections and databases are dropped', () => {
  equal(db.people.renameCollection('persons').ok, 1)
  equal(db.persons.drop(), true)
  equal(db.dropDatabase(), { ok: 1, dropped: 'shell' })
  equal(db.getCollectionNames(), [])
})

print(JSON.stringify(report))
