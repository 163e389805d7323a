import assert from 'node:assert/strict'
import { run, complaint } from '../../simulations/run.js'
import { RANDOM } from '../../simulations/scenarios/random.js'

/** Schedules with the fake curve: each is a network of its own with payments, cuts, crashes and misconduct. */
const SEEDS = Number(process.env.AMIKO_SIM_SEEDS ?? 500)
const REAL_SEEDS = 25
/** Schedules a test runs, so that a failure is seen before all have run. */
const SEEDS_PER_TEST = 50

describe('simulations, random schedules', () => {
  for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
    const last = Math.min(SEEDS, first + SEEDS_PER_TEST - 1)
    it(`hold every invariant, seeds ${first} to ${last}`, async function () {
      this.timeout(300_000)
      for (let seed = first; seed <= last; seed++) assert.equal(complaint(await run(RANDOM, { seed: BigInt(seed) })), '')
    })
  }

  it(`hold every invariant with the real curve, ${REAL_SEEDS} seeds`, async function () {
    this.timeout(300_000)
    for (let seed = 1; seed <= REAL_SEEDS; seed++) assert.equal(complaint(await run(RANDOM, { seed: BigInt(seed), curve: 'real' })), '')
  })
})
