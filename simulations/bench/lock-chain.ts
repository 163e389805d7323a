import { utf8Bytes } from '../../src/core/base/bytes.js'
import { sha256 } from '../../src/core/base/hash.js'
import type { AssetId, ChannelId, PeerId } from '../../src/core/base/ids.js'
import { invariant } from '../../src/core/base/invariant.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { fundingConfirmed, fundingReady, openEnforced } from '../../src/core/channel/channel.js'
import { fixedParts } from '../../src/core/channel/enforced/contract.js'
import { contractOf } from '../../src/core/channel/enforced/state.js'
import type { ChainHost, ChannelHost } from '../../src/core/channel/host.js'

/** A chain of which a benchmark says itself what it holds: no blocks, no wallet, and every funding is confirmed at once. */

/** The height that all know; locks expire {@link LIFE_BLOCKS} later. */
export const HEIGHT = 1_000
export const LIFE_BLOCKS = 1_000
/** What the channel of a benchmark is funded with. */
const FUNDING_SAT = 10_000_000_000n
const CONFIRMATIONS = 3

export const benchChain: ChainHost = {
  terms: () => ({ clock: 'bitcoin', formats: ['v3-zero-fee'], confirmations: CONFIRMATIONS }),
  payoutScript: () => Uint8Array.of(0x51, 0x20, ...sha256(utf8Bytes('payout'))),
  feeRatePerKvb: () => 1_000n
}

/** Opens a channel that the chain enforces; all is the opener's. */
export function openOnChain (host: ChannelHost, peer: PeerId, asset: AssetId): void {
  invariant(!isRefusal(openEnforced(host, { peer, asset, fundingSat: FUNDING_SAT, push: asUnits(0n) })), 'the channel of the benchmark opens')
}

/** The wallet has made the funding transaction. */
export function fund (host: ChannelHost, channelId: ChannelId): void {
  invariant(fundingReady(host, channelId, sha256(utf8Bytes('funding')), 0) === undefined, 'the channel of the benchmark is funded')
}

/** Confirms the funding of every channel that waits for it. */
export function confirmFundings (host: ChannelHost): void {
  for (const { id, state } of [...host.channels.values()]) {
    if (state.kind !== 'chain' || state.stage !== 'signed') continue
    fundingConfirmed(host, id, { confirmations: CONFIRMATIONS, coinbase: false, ...fixedParts(contractOf(host, state)).fundingSpent })
  }
}
