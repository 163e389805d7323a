import assert from 'node:assert/strict'
import { complaint } from '../../simulations/run.js'
import { runBatch } from '../../simulations/shards.js'

/** Schedules with the fake curve: each is a network of its own with payments, cuts, crashes and misconduct. */
const SEEDS = Number(process.env.AMIKO_SIM_SEEDS ?? 2_000)
const REAL_SEEDS = 100
/** Schedules a test runs, so that a failure is seen before all have run. */
const SEEDS_PER_TEST = 250
/** Threads that share them. */
const JOBS = 2

/** Runs seeds from `first` on; gives what was wrong with the first that failed. */
async function firstComplaint (first: number, count: number, curve: 'fake' | 'real'): Promise<string> {
  let found = ''
  await runBatch({ scenario: 'random', options: { seed: BigInt(first), curve }, count, jobs: JOBS }, (report) => { if (found === '') found = complaint(report) })
  return found
}

describe('simulations, random schedules', () => {
  for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
    const count = Math.min(SEEDS_PER_TEST, SEEDS - first + 1)
    it(`hold every invariant, seeds ${first} to ${first + count - 1}`, async function () {
      this.timeout(600_000)
      assert.equal(await firstComplaint(first, count, 'fake'), '')
    })
  }

  it(`hold every invariant with the real curve, ${REAL_SEEDS} seeds`, async function () {
    this.timeout(600_000)
    assert.equal(await firstComplaint(1, REAL_SEEDS, 'real'), '')
  })
})
