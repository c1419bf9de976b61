import fc from 'fast-check'
import { beginStretch } from '../stretch.js'

/** Random tests make the same cases in every run, so that a failure is due to the change at hand; QUIRE_TEST_SEED makes others. */
export const seed = Number(process.env['QUIRE_TEST_SEED'] ?? 20_261_122)

fc.configureGlobal({ seed })
// Cases that run without a pause between them are not one long operation.
fc.installGlobalPlugin(fc.beforeEach(() => beginStretch(() => {})))

export default fc
