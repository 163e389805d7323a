import assert from 'node:assert/strict'
import { checkForced, checkLeftOver, checkSums, checkVerdict, worthlessSat, type Sums } from '../../simulations/checkers/on-chain.js'
import type { Violation } from '../../simulations/harness/world.js'
import { complaint, run } from '../../simulations/run.js'
import { CHAIN_RANDOM } from '../../simulations/scenarios/chain-random.js'
import { chainPartsOf, chainPlanOf } from '../../simulations/scenarios/chain-plan.js'
import { runBatch } from '../../simulations/shards.js'
import type { ChannelId } from '../../src/core/base/ids.js'

/** Schedules on a chain; `npm run test:long` runs more. */
const SEEDS = Number(process.env['AMIKO_CHAIN_SEEDS'] ?? 24)
const SEEDS_PER_TEST = 8
const JOBS = 2

const invariants = (violations: readonly Violation[]): readonly string[] => violations.map(({ invariant }) => invariant)

describe('simulations, random schedules on a chain', () => {
  for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
    const count = Math.min(SEEDS_PER_TEST, SEEDS - first + 1)
    it(`nobody loses a satoshi, seeds ${first} to ${first + count - 1} (I2, I3, I16, I17, I18, I20)`, async function () {
      this.timeout(600_000)
      let found = ''
      await runBatch({ scenario: 'chain-random', options: { seed: BigInt(first) }, count, jobs: JOBS }, (report) => { if (found === '') found = complaint(report) })
      assert.equal(found, '')
    })
  }

  it('gives the same trace for the same seed, and another when a part is left out [I30]', async function () {
    this.timeout(120_000)
    const hashOf = async (leaveOut: readonly string[] = []): Promise<string> => (await run(CHAIN_RANDOM, { seed: 11n, leaveOut })).traceHash
    const hash = await hashOf()
    assert.equal(await hashOf(), hash)
    assert.notEqual(await hashOf(['p0']), hash)
  })

  it('leaves out what it is told to', () => {
    const seed = 10n
    const leaveOut = chainPartsOf({ seed })
    assert.ok(leaveOut.length > 5)
    const { payments, wishes, faults, lagMs } = chainPlanOf({ seed, leaveOut })
    assert.deepEqual([payments, wishes, faults], [[], [], []])
    assert.ok(lagMs.every((late) => late === 0))
  })
})

describe('checkers, money on a chain', () => {
  const sums = (changes: Partial<Sums> = {}): Sums => ({
    before: [{ wallet: 100_000n, channels: 50_000n }, { wallet: 0n, channels: 50_000n }],
    after: [{ wallet: 140_000n, channels: 0n }, { wallet: 50_000n, channels: 0n }],
    moved: [],
    fees: [{ sat: 9n, transactions: 1 }, { sat: 0n, transactions: 0 }],
    minersSat: 9n,
    nobodysSat: 1n,
    isHonest: () => true,
    ...changes
  })

  it('accepts fees of the chain, and payments that were made [I2, I3]', () => {
    assert.deepEqual(checkSums(sums()), [])
    const paid = sums({ moved: [{ payer: 0, payee: 1, amount: 20_000n, fee: 0n }], after: [{ wallet: 120_000n, channels: 0n }, { wallet: 70_000n, channels: 0n }] })
    assert.deepEqual(checkSums(paid), [])
  })
  it('finds a satoshi that is nowhere [I2]', () => {
    assert.deepEqual(invariants(checkSums(sums({ minersSat: 8n }))), ['I2'])
  })
  it('finds an honest node that lost to another, and asks nothing for one that cheated [I3]', () => {
    const after = [{ wallet: 120_000n, channels: 0n }, { wallet: 70_000n, channels: 0n }]
    assert.deepEqual(invariants(checkSums(sums({ after }))), ['I3'])
    assert.deepEqual(checkSums(sums({ after, isHonest: (index) => index === 1 })), [])
  })

  const coins = [{ outpoint: 'a:0', valueSat: 500n }, { outpoint: 'b:0', valueSat: 40_000n }, { outpoint: 'c:1', valueSat: 330n }]
  it('accepts wallets, live channels and what is worth nothing [I17]', () => {
    assert.deepEqual(checkLeftOver(coins, 500n, new Set(['b:0']), worthlessSat(2_000n), 0n), { violations: [], nobodysSat: 330n })
  })
  it('finds an output that nobody takes, and a channel without its funding [I17]', () => {
    assert.deepEqual(invariants(checkLeftOver(coins, 500n, new Set(), worthlessSat(2_000n), 0n).violations), ['I17'])
    assert.deepEqual(invariants(checkLeftOver(coins, 500n, new Set(['b:0', 'd:0']), worthlessSat(2_000n), 0n).violations), ['I17'])
  })
  it('leaves to a node that forgot a channel what it forgot, and no more [I17]', () => {
    assert.deepEqual(checkLeftOver(coins, 500n, new Set(), worthlessSat(2_000n), 40_000n), { violations: [], nobodysSat: 830n })
    assert.deepEqual(invariants(checkLeftOver(coins, 500n, new Set(), worthlessSat(2_000n), 39_000n).violations), ['I17'])
  })
  it('finds a wallet that counts what is not there [I2]', () => {
    assert.deepEqual(invariants(checkLeftOver(coins, 41_000n, new Set(['b:0']), worthlessSat(2_000n), 0n).violations), ['I2'])
  })
  it('finds a transaction that is no good, and not one that came too late [I16]', () => {
    assert.deepEqual(checkVerdict('n0', 'aa', { status: 'accepted' }), [])
    assert.deepEqual(checkVerdict('n0', 'aa', { status: 'rejected', reason: 'missing-inputs' }), [])
    for (const reason of ['invalid-script', 'malformed', 'dust', 'truc', 'amounts', 'nonstandard']) assert.deepEqual(invariants(checkVerdict('n0', 'aa', { status: 'rejected', reason })), ['I16'], reason)
  })
  it('finds a channel that was closed by force [I20]', () => {
    assert.deepEqual(invariants(checkForced([{ node: 'n0', channelId: 'aa'.repeat(32) as ChannelId, failure: 'ENF-20' }])), ['I20'])
    assert.deepEqual(checkForced([]), [])
  })
})
