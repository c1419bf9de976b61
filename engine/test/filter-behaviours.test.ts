import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, MinKey, ObjectId, Timestamp, UUID } from 'bson'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'

const id = (n: number): ObjectId => new ObjectId(String(n).padStart(24, '0'))

/** Documented behaviours of MongoDB's filters: title, document, filter, whether it matches. */
const documented: Array<[title: string, document: object, filter: object, matches: boolean]> = [
  ['null matches missing', {}, { a: null }, true],
  ['null matches null', { a: null }, { a: null }, true],
  ['null vs value', { a: 1 }, { a: null }, false],
  ['null inside array', { a: [1, null] }, { a: null }, true],
  ['a.b null, missing parent', {}, { 'a.b': null }, true],
  ['a.b null with scalar parent', { a: 5 }, { 'a.b': null }, true],
  ['a.b null, array where one element lacks b', { a: [{ b: 1 }, {}] }, { 'a.b': null }, true],
  ['a.b null, array of scalars (no subdocs)', { a: [1, 2] }, { 'a.b': null }, false],
  ['a.b null, empty array', { a: [] }, { 'a.b': null }, false],
  ['$exists false empty array path', { a: [] }, { 'a.b': { $exists: false } }, true],
  ['$exists true on null', { a: null }, { a: { $exists: true } }, true],
  ['$exists true a.b one of array', { a: [{ b: 1 }, {}] }, { 'a.b': { $exists: true } }, true],
  ['$exists true a.b in array with explicit null', { a: [{ b: null }] }, { 'a.b': { $exists: true } }, true],
  ['$ne with missing', {}, { a: { $ne: 1 } }, true],
  ['$ne array contains', { a: [1, 2] }, { a: { $ne: 1 } }, false],
  ['$nin missing', {}, { a: { $nin: [1] } }, true],
  ['$in null matches missing', {}, { a: { $in: [null, 3] } }, true],
  ['$in regex', { a: 'foo' }, { a: { $in: [/^f/] } }, true],
  ['$in whole array', { a: [1, 2] }, { a: { $in: [[1, 2]] } }, true],
  ['eq traverses one level only', { a: [[1]] }, { a: 1 }, false],
  ['eq nested array element', { a: [[1], 2] }, { a: [1] }, true],
  ['whole array equality ordered', { a: [1, 2] }, { a: [2, 1] }, false],
  ['array index path', { a: [{ b: 1 }, { b: 2 }] }, { 'a.1.b': 2 }, true],
  ['array index path doc key "1"', { a: [{ 1: 'x' }] }, { 'a.1': 'x' }, true],
  ['dotted into array of arrays of docs is not traversed', { a: [[{ b: 1 }]] }, { 'a.b': 1 }, false],
  ['$gt over array any', { a: [1, 10] }, { a: { $gt: 5, $lt: 8 } }, true],
  ['$elemMatch both', { a: [1, 10] }, { a: { $elemMatch: { $gt: 5, $lt: 8 } } }, false],
  ['$elemMatch subdocs', { a: [{ b: 1, c: 2 }, { b: 2, c: 1 }] }, { a: { $elemMatch: { b: 2, c: 1 } } }, true],
  ['$size 0', { a: [] }, { a: { $size: 0 } }, true],
  ['$all single scalar', { a: 1 }, { a: { $all: [1] } }, true],
  ['$all nested', { a: [['x', 'y']] }, { a: { $all: [['x', 'y']] } }, true],
  ['$all []', { a: [1] }, { a: { $all: [] } }, false],
  ['$all elemMatch over a.b', { a: [{ b: [1, 2] }, { b: [3] }] }, { 'a.b': { $all: [1, 3] } }, true],
  ['$not $gt on missing', {}, { a: { $not: { $gt: 5 } } }, true],
  ['$nor', { a: 1 }, { $nor: [{ a: 2 }, { b: 1 }] }, true],
  ['embedded doc equality is field-order sensitive', { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, false],
  ['embedded doc exact', { a: { x: 1 } }, { a: { x: 1, y: 2 } }, false],
  ['Long query value vs int', { a: 5 }, { a: Long.fromNumber(5) }, true],
  ['Long gt vs stored int', { a: 10 }, { a: { $gt: Long.fromNumber(5) } }, true],
  ['big Long stored', { a: Long.fromString('9007199254740995') }, { a: { $gt: 5 } }, true],
  ['big Long eq', { a: Long.fromString('9007199254740995') }, { a: Long.fromString('9007199254740995') }, true],
  ['Decimal128 stored > int', { a: Decimal128.fromString('10') }, { a: { $gt: 9 } }, true],
  ['Decimal128 vs Decimal128 numeric order', { a: Decimal128.fromString('10') }, { a: { $gt: Decimal128.fromString('9') } }, true],
  ['Decimal128 1.0 eq 1', { a: Decimal128.fromString('1.0') }, { a: 1 }, true],
  ['Double wrapper query', { a: 1.5 }, { a: new Double(1.5) }, true],
  ['Int32 wrapper query', { a: 1 }, { a: new Int32(1) }, true],
  ['NaN equality', { a: NaN }, { a: NaN }, true],
  ['NaN $lt: NaN < all numbers only in order, {$lt:5} excludes NaN', { a: NaN }, { a: { $lt: 5 } }, false],
  ['$gt number vs string bracket', { a: '5' }, { a: { $gt: 1 } }, false],
  ['$gte null matches missing', {}, { a: { $gte: null } }, true],
  ['$lte null matches null', { a: null }, { a: { $lte: null } }, true],
  ['bool vs int not equal', { a: true }, { a: 1 }, false],
  ['$type objectId', { a: id(1) }, { a: { $type: 'objectId' } }, true],
  ['$type 7', { a: id(1) }, { a: { $type: 7 } }, true],
  ['$type int on double value 5.5', { a: 5.5 }, { a: { $type: 'int' } }, false],
  ['$type double on 5.0 stored double', { a: new Double(5) }, { a: { $type: 'double' } }, true],
  ['$type long on stored long 5', { a: Long.fromNumber(5) }, { a: { $type: 'long' } }, true],
  ['$type string in array', { a: ['x', 1] }, { a: { $type: 'string' } }, true],
  ['$type array', { a: [1] }, { a: { $type: 'array' } }, true],
  ['$type decimal', { a: Decimal128.fromString('1') }, { a: { $type: 'decimal' } }, true],
  ['$type number on decimal', { a: Decimal128.fromString('1') }, { a: { $type: 'number' } }, true],
  ['$type binData', { a: new Binary(Buffer.from('x')) }, { a: { $type: 'binData' } }, true],
  ['$type timestamp', { a: new Timestamp({ t: 1, i: 1 }) }, { a: { $type: 'timestamp' } }, true],
  ['ObjectId equality', { a: id(1) }, { a: id(1) }, true],
  ['ObjectId range', { a: id(5) }, { a: { $gt: id(4) } }, true],
  ['ObjectId in $in', { a: id(5) }, { a: { $in: [id(4), id(5)] } }, true],
  ['UUID equality', { a: new UUID('00000000-0000-4000-8000-000000000001') }, { a: new UUID('00000000-0000-4000-8000-000000000001') }, true],
  ['Binary equality', { a: new Binary(Buffer.from('xyz')) }, { a: new Binary(Buffer.from('xyz')) }, true],
  ['Date equality', { a: new Date(5) }, { a: new Date(5) }, true],
  ['Date $gt', { a: new Date(5) }, { a: { $gt: new Date(4) } }, true],
  ['MinKey range matches everything', { a: 5 }, { a: { $gt: new MinKey() } }, true],
  ['Timestamp range', { a: new Timestamp({ t: 10, i: 1 }) }, { a: { $gt: new Timestamp({ t: 9, i: 1 }) } }, true],
  ['object $gt object field order', { a: { x: 2 } }, { a: { $gt: { x: 1 } } }, true],
  ['array $gt array elementwise', { a: [2, 1] }, { a: { $gt: [1, 9] } }, true],
  ['string $gt code-point (UTF-8 bytes) order: U+1F600 > U+FFFD', { a: '\u{1F600}' }, { a: { $gt: '\uFFFD' } }, true],
  ['$regex i', { a: 'FOO' }, { a: { $regex: '^foo', $options: 'i' } }, true],
  ['$regex x option', { a: 'foo' }, { a: { $regex: 'f o o # c', $options: 'x' } }, true],
  ['$regex s option', { a: 'a\nb' }, { a: { $regex: 'a.b', $options: 's' } }, true],
  ['BSONRegExp (as wire decodes PCRE)', { a: 'foo' }, { a: new BSONRegExp('^f', '') }, true],
  ['regex inline (?i)', { a: 'FOO' }, { a: { $regex: '(?i)foo' } }, true],
  ['regex literal with g flag repeated', { a: 'foo' }, { a: /foo/ }, true],
  ['$not regex', { a: 'bar' }, { a: { $not: /^f/ } }, true],
  ['regex vs stored regex equality', { a: /x/i }, { a: /x/i }, true],
  ['$mod', { a: 7 }, { a: { $mod: [4, 3] } }, true],
  ['$mod truncates decimals', { a: 7.9 }, { a: { $mod: [4, 3] } }, true],
  ['$bitsAllSet', { a: 5 }, { a: { $bitsAllSet: [0, 2] } }, true],
  ['$expr gt fields', { a: 5, b: 3 }, { $expr: { $gt: ['$a', '$b'] } }, true],
  ['$expr cross-type comparison (string > number)', { a: 'x' }, { $expr: { $gt: ['$a', 5] } }, true],
  ['$expr missing field lt number', {}, { $expr: { $lt: ['$a', 5] } }, true],
  ['$comment ignored', { a: 1 }, { a: 1, $comment: 'x' }, true],
  ['$jsonSchema required', { a: 1 }, { $jsonSchema: { required: ['a'] } }, true]
]

for (const [title, document, filter, matches] of documented) {
  t.test(`a filter is applied as documented: ${title}`, async (t) => {
    t.equal(parseFilter(documentValue(encode(filter)), { now: new Date(), variables: new Map() }).matches(documentValue(encode(document))), matches)
  })
}

/** What MongoDB answers and this engine refuses, with the reason. (Collations are an option of the commands, which refuse them.) */
const expectedDifferences: Array<[title: string, filter: object, reason: string]> = [
  ['$where', { $where: 'this.a==1' }, 'the engine runs no code of its clients'],
  ['$sampleRate', { $sampleRate: 0.5 }, 'there is no random choice of documents but $sample'],
  ['$geoWithin', { a: { $geoWithin: { $center: [[0, 0], 1] } } }, 'the engine knows no geometry'],
  ['$near', { a: { $near: [0, 0] } }, 'the engine knows no geometry']
]

for (const [title, filter, reason] of expectedDifferences) {
  t.test(`a filter is refused as not implemented: ${title} (${reason})`, async (t) => {
    t.throws(() => parseFilter(documentValue(encode(filter))), { code: 238, codeName: 'NotImplemented' })
  })
}
