import { constant } from '../constant.js'
import type { Operators, ParseOperator } from '../operator.js'

const literal: ParseOperator = ({ operand }) => constant(operand)

/** `$const` is the name that MongoDB itself writes in pipelines that it sends to other servers. */
export const literalOperators: Operators = { $literal: literal, $const: literal }
