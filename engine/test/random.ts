import fc from 'fast-check'

/** Random tests make the same cases in every run, so that a failure is due to the change at hand; QUIRE_TEST_SEED makes others. */
export const seed = Number(process.env['QUIRE_TEST_SEED'] ?? 20_261_122)

fc.configureGlobal({ seed })

export default fc
