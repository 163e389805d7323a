import type { ChannelBackup } from '../../backup/content.js'
import { fromHex } from '../../base/bytes.js'
import type { AssetId } from '../../base/ids.js'
import { ZERO } from '../../base/money.js'
import { refuse, type Refusal } from '../../base/step.js'
import { EMPTY_SHACHAIN } from '../../crypto/shachain.js'
import type { Channel, EnforcedTerms } from '../entity.js'
import type { ChannelHost } from '../host.js'
import { NO_EVIDENCE } from '../messages.js'
import { commitmentPoint } from './keys.js'
import { dustSatOf } from './rules.js'
import { secretsOf } from './state.js'
import { displayTxid } from './transaction.js'

/** What never changes of a channel whose funding output is named; undefined of any other. @see ENF-24 */
export function backupOf ({ id, peer, state }: Channel): ChannelBackup | undefined {
  if (state.kind !== 'chain' || (state.stage !== 'signed' && state.stage !== 'confirmed')) return undefined
  const { format, clock, fundingSat, funding, delayBlocks, feeRatePerKw, salt, remoteKeys } = state.terms
  return {
    channelId: id, peer, chain: clock, format, opener: state.opener, funding: { txid: displayTxid(funding.txid), vout: funding.index }, fundingSat, delayBlocks, dustSat: dustSatOf(state.terms), feeRatePerKw, salt, remoteKeys, sinceHeight: state.sinceHeight
  }
}

/**
 * Brings a channel back of which nothing but its backup is left. It stands still and is behind its peer, so nothing of
 * it is ever published; when the peer says where it stands it hears `fault`, and closes. What its commitment pays this
 * end is then taken, and what a commitment of ours that was published before the loss pays us after the delay.
 *
 * Refused when the channel is known: what is on the disk may be newer.
 *
 * @param asset - that of the chain
 * @see ENF-24
 */
export function restoreChannel (host: ChannelHost, backup: ChannelBackup, asset: AssetId): Refusal | undefined {
  const { channelId, peer, chain, format, opener, funding, fundingSat, delayBlocks, feeRatePerKw, salt, remoteKeys, sinceHeight } = backup
  if (host.channels.has(channelId)) return refuse('channel-exists', { id: channelId })
  const terms: EnforcedTerms = { format, clock: chain, fundingSat, funding: { txid: fromHex(funding.txid).reverse(), index: funding.vout }, delayBlocks, feeRatePerKw, salt, remoteKeys }
  // In place of the peer's points and signature, which are lost: what is behind builds nothing that counts on them.
  const point = commitmentPoint(secretsOf(host, terms), 0)
  host.channels.set(channelId, {
    id: channelId,
    peer,
    asset,
    opener,
    status: 'failed',
    round: { number: 1, phase: 'idle', updates: [], evidence: NO_EVIDENCE, lastBy: undefined },
    state: {
      kind: 'chain',
      terms,
      opener,
      stage: 'signed',
      number: 0,
      localBalance: ZERO,
      remoteBalance: ZERO,
      nextLocalAddId: 0,
      nextRemoteAddId: 0,
      localLocked: ZERO,
      remoteLocked: ZERO,
      localLocks: 0,
      remoteLocks: 0,
      trimmed: ZERO,
      trimmedLocks: 0,
      shutdown: false,
      remotePoint: point,
      remoteNextPoint: point,
      revealed: EMPTY_SHACHAIN,
      evidence: { ...NO_EVIDENCE, signatures: [new Uint8Array(64)] },
      behind: true,
      sinceHeight,
      closing: new Uint8Array(0)
    },
    frozen: undefined,
    failure: 'ENF-24: restored from a backup'
  })
  return undefined
}
