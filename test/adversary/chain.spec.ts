import { claimedInSilence, fiftyLocks, lastBlock, ourCommitment, revokedAway, revokedState, revokedWithLocks, run, theirCommitment, type Scenario } from './chain-scenarios.js'

const PLACES = [{ format: 'v3-zero-fee', chain: 'bitcoin' }, { format: 'v2-fee', chain: 'bitcoin' }, { format: 'v2-fee', chain: 'litecoin' }] as const

const ROWS: ReadonlyArray<readonly [string, Scenario, number]> = [
  ['publishes a revoked state without locks: all of it is its victim\'s (S1)', revokedState, 6],
  ['publishes a revoked state with locks, and second stages of it: all of it is its victim\'s (S2)', revokedWithLocks, 4],
  ['publishes a revoked state while its victim is away until six blocks before the end of the delay (S3)', revokedAway, 2],
  ['is silent while our commitment is resolved, to the satoshi (S4)', ourCommitment, 2],
  ['publishes its commitment and is silent: it is resolved to the satoshi (S5)', theirCommitment, 2],
  ['claims on the chain only: t is read from the mempool, or from the block (S7)', claimedInSilence, 4],
  ['claims in the last block before the expiry: one of both transactions wins, and both ends know which (S8)', lastBlock, 4]
]

for (const place of PLACES) {
  describe(`a peer of a ${place.format} channel on ${place.chain} that`, function () {
    this.timeout(180_000)
    for (const [title, scenario, seeds] of ROWS) {
      it(title, () => { for (let seed = 0; seed < (place.format === 'v3-zero-fee' ? seeds : Math.ceil(seeds / 2)); seed++) run(scenario, { ...place, seed }) })
    }
  })

  describe(`a ${place.format} channel on ${place.chain} with fifty live locks`, function () {
    this.timeout(180_000)
    for (const [seed, whose] of ['ours', 'the peer\'s'].entries()) {
      it(`is closed by force, by ${whose}: every lock ends right, to the satoshi`, () => { run(fiftyLocks, { ...place, seed }) })
    }
  })
}
