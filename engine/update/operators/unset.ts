import { onNamedField } from '../modifier.js'

/** `$unset`: the field goes, whatever the argument is. */
export const unset = onNamedField(() => () => undefined)
