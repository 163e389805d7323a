import assert from 'node:assert/strict'
import { replayTape } from '../chains/replay-tape.js'
import { describeRealChain, startRealChain } from '../chains/real-chain.js'
import type { ChainName } from '../../src/ports/chain-parameters.js'
import { claimedInSilence, fiftyLocks, lastBlock, ourCommitment, revokedAway, revokedState, revokedWithLocks, theirCommitment, type Place, type Scenario } from './chain-scenarios.js'

/**
 * What the rows of `chain.spec.ts` did to the embedded chain is done to a real node: it must take every block and every
 * transaction that the embedded chain took, and refuse every one that it refused.
 */
async function replayed (chain: ChainName, scenario: Scenario, place: Omit<Place, 'chain'>): Promise<void> {
  const { tape } = scenario({ ...place, chain })
  const node = await startRealChain(chain)
  try {
    assert(await replayTape(node, chain, tape) > 20)
  } finally {
    await node.stop()
  }
}

const ROWS: ReadonlyArray<readonly [string, Scenario]> = [
  ['a revoked state (S1)', revokedState],
  ['a revoked state with locks, and second stages of it (S2)', revokedWithLocks],
  ['a revoked state whose victim was away (S3)', revokedAway],
  ['our commitment (S4)', ourCommitment],
  ['the peer\'s commitment (S5)', theirCommitment],
  ['a claim that only the chain tells of (S7)', claimedInSilence],
  ['a claim in the last block before the expiry (S8)', lastBlock],
  ['fifty live locks', fiftyLocks]
]

describeRealChain('bitcoin', () => {
  describe('a real bitcoin node judges as the embedded chain does', function () {
    this.timeout(120_000)
    for (const format of ['v3-zero-fee', 'v2-fee'] as const) for (const [title, scenario] of ROWS) it(`${format}: ${title}`, async () => { await replayed('bitcoin', scenario, { format, seed: 2 }) })
  })
})

describeRealChain('litecoin', () => {
  describe('a real litecoin node judges as the embedded chain does', function () {
    this.timeout(120_000)
    for (const [title, scenario] of ROWS) it(`v2-fee: ${title}`, async () => { await replayed('litecoin', scenario, { format: 'v2-fee', seed: 2 }) })
  })
})
