import t from 'tap'
import fc from 'fast-check'
import { compareValues } from '../bson/order.js'
import { valueFrom } from '../bson/value.js'
import { encodeKey } from '../storage/key.js'
import { numbers, values } from './arbitraries.js'

const signOf = (difference: number): number => Math.sign(difference)

t.test('keys are in the order of the values, whatever their types', (t) => {
  fc.assert(fc.property(values, values, (a, b) => {
    const [left, right] = [valueFrom(a), valueFrom(b)]
    return signOf(Buffer.compare(encodeKey([left], [1]), encodeKey([right], [1]))) === signOf(compareValues(left, right))
  }), { numRuns: 5000 })
  t.end()
})

t.test('numbers of all types are one space', (t) => {
  fc.assert(fc.property(numbers, numbers, (a, b) => {
    const [left, right] = [valueFrom(a), valueFrom(b)]
    return signOf(Buffer.compare(encodeKey([left], [1]), encodeKey([right], [1]))) === signOf(compareValues(left, right))
  }), { numRuns: 5000 })
  t.end()
})
