import type { Operator } from '../modifier.js'
import { addToSet } from './add-to-set.js'
import { inc, mul } from './arithmetic.js'
import { bit } from './bit.js'
import { currentDate } from './current-date.js'
import { max, min } from './extremes.js'
import { pop } from './pop.js'
import { pull, pullAll } from './pull.js'
import { push } from './push.js'
import { rename } from './rename.js'
import { set, setOnInsert } from './set.js'
import { unset } from './unset.js'

/** Every update operator; it is also the list of those that this engine has. */
export const operators: ReadonlyMap<string, Operator> = new Map(Object.entries({
  $addToSet: addToSet,
  $bit: bit,
  $currentDate: currentDate,
  $inc: inc,
  $max: max,
  $min: min,
  $mul: mul,
  $pop: pop,
  $pull: pull,
  $pullAll: pullAll,
  $push: push,
  $rename: rename,
  $set: set,
  $setOnInsert: setOnInsert,
  $unset: unset
}))
