import fc from 'fast-check'

/**
 * Loaded before all tests: properties draw the same cases at every run of a commit, so that a red run means a change and
 * not luck. `AMIKO_PROPERTY_SEED` takes another seed; the long run takes a fresh one.
 */
const seed = Number(process.env['AMIKO_PROPERTY_SEED'] ?? 20_261_123)
if (!Number.isInteger(seed)) throw new Error(`AMIKO_PROPERTY_SEED is a whole number, not ${process.env['AMIKO_PROPERTY_SEED']}`)
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
