import assert from 'node:assert/strict'
import { replayTape } from '../chains/replay-tape.js'
import { describeRealChain, startRealChain } from '../chains/real-chain.js'
import type { ChainName } from '../../src/ports/chain-parameters.js'
import { closedTogether, cycled, feeSpike, pinned, reorganised, stale, stalled } from './chain-troubles.js'
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

type Row = readonly [title: string, scenario: Scenario, seed?: number]
const ROWS: readonly Row[] = [
  ['a revoked state (S1)', revokedState],
  ['a revoked state with locks, and second stages of it (S2)', revokedWithLocks],
  ['a revoked state whose victim was away (S3)', revokedAway],
  ['our commitment (S4)', ourCommitment],
  ['the peer\'s commitment (S5)', theirCommitment],
  ['a claim that only the chain tells of (S7)', claimedInSilence],
  ['a claim in the last block before the expiry (S8)', lastBlock],
  ['fifty live locks', fiftyLocks],
  ['a reorganisation of the funding (S10)', reorganised, 3],
  ['a reorganisation of the commitment (S10)', reorganised, 8],
  ['a reorganisation of the commitment after which it confirms without what hung on it (S10)', reorganised, 9],
  ['a reorganisation of a claim (S10)', reorganised, 16],
  ['a reorganisation of claims that confirm later (S10)', reorganised, 15],
  ['a reorganisation of the penalty (S10)', reorganised, 19],
  ['an end from an old backup (S12)', stale],
  ['a cooperative close with higher and higher fees (S23)', closedTogether, 1],
  ['a cooperative close that both propose (S23)', closedTogether, 0],
  ['full blocks (S19)', feeSpike]
]
/** What hangs on anchors that all may spend, and on replacement. */
const ZERO_FEE_ROWS: readonly Row[] = [['a pinned commitment (S20)', pinned], ['a take-back that is replaced again and again (V7)', cycled, 1], ['a batch that is thrown out (V8)', stalled]]

describeRealChain('bitcoin', () => {
  describe('a real bitcoin node judges as the embedded chain does', function () {
    this.timeout(120_000)
    for (const [title, scenario, seed = 2] of [...ROWS, ...ZERO_FEE_ROWS]) it(`v3-zero-fee: ${title}`, async () => { await replayed('bitcoin', scenario, { format: 'v3-zero-fee', seed }) })
  })
})

describeRealChain('litecoin', () => {
  describe('a real litecoin node judges as the embedded chain does', function () {
    this.timeout(120_000)
    for (const [title, scenario, seed = 2] of ROWS) it(`v2-fee: ${title}`, async () => { await replayed('litecoin', scenario, { format: 'v2-fee', seed }) })
  })
})
