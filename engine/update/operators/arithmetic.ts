import { describe, describeField } from '../../bson/describe.js'
import { add, int32Value, isNumber, multiply } from '../../bson/number.js'
import { BsonType, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { describeId } from '../describe-id.js'
import { onNamedField, type Operator, type Target } from '../modifier.js'
import { isIdentical } from './set.js'

type Calculate = (a: Value, b: Value) => Value | undefined

/** `$inc`: a missing field becomes the argument. */
export const inc = arithmetic('$inc', 'increment', add, (argument) => argument)

/** `$mul`: a missing field becomes zero, of the argument's type. */
export const mul = arithmetic('$mul', 'multiply', multiply, (argument) => multiply(argument, int32Value(0)))

function arithmetic (operator: string, verb: string, calculate: Calculate, initial: (argument: Value) => Value | undefined): Operator {
  return onNamedField((argument, path) => {
    if (!isNumber(argument)) {
      throw new EngineError('TypeMismatch', `Cannot ${verb} with non-numeric argument: {${describeField(path.text, argument)}}`)
    }
    const start = initial(argument)
    return (before, target) => {
      if (before === undefined) return start
      if (!isNumber(before)) throw notNumeric(operator, before, target)
      const after = calculate(before, argument)
      if (after === undefined) throw outOfRange(operator, before, target)
      return isIdentical(before, after) ? before : after
    }
  })
}

function notNumeric (operator: string, before: Value, { name, run }: Target): EngineError {
  const id = describeId(run.document)
  return new EngineError('TypeMismatch', `Cannot apply ${operator} to a value of non-numeric type. {${id}} has the field '${name}' of non-numeric type ${typeNames[before.type]}`)
}

/** Only integers can leave their range: the others have infinity. */
function outOfRange (operator: string, before: Value, { run }: Target): EngineError {
  const type = before.type === BsonType.int32 ? 'NumberInt' : 'NumberLong'
  const id = describeId(run.document)
  return new EngineError('BadValue', `Failed to apply ${operator} operations to current value ((${type})${describe(before)}) for document {${id}}`)
}
