import { equalBytes, toHex } from '../base/bytes.js'
import type { AssetId, ChannelId, PeerId } from '../base/ids.js'
import { comparePeers } from '../base/ids.js'
import type { Units } from '../base/money.js'
import { fault, refuse, type Refusal } from '../base/step.js'
import type { Channel, Round, TrustLineState } from './entity.js'
import { failChannel, isHalted } from './failure.js'
import type { ChannelHost } from './host.js'
import { CHANNELS_PER_LINK_MAX } from './limits.js'
import { NO_EVIDENCE, type AcceptMessage, type OpenMessage, type RefuseMessage, type RefuseReason, type TrustLineOpening } from './messages.js'
import { resend } from './round/reestablish.js'
import { firstDigest, firstState } from './trust-line/trust-line.js'
import { isSignedBy, signStatement } from './trust-line/statement.js'

const FIRST_ROUND: Round = { number: 1, phase: 'idle', updates: [], evidence: NO_EVIDENCE, lastBy: undefined }

export interface TrustLineRequest {
  readonly peer: PeerId
  readonly asset: AssetId
  /** What the peer may owe us. */
  readonly limit: Units
  /** What we ask to be allowed to owe the peer. */
  readonly amount: Units
}

/**
 * Opens a trust line: signs statement 0 and sends it, now and at every connection until the peer accepts or refuses.
 *
 * Refuses a line to oneself, a second one for the asset on the link, and more channels than a link may have.
 *
 * @see CHAN-16
 */
export function openTrustLine (host: ChannelHost, { peer, asset, limit, amount }: TrustLineRequest): ChannelId | Refusal {
  if (peer === host.self) return refuse('self-link')
  const channels = host.channels.group(peer)
  const existing = lineOf(host, peer, asset)
  if (existing !== undefined) return refuse('channel-exists', { id: existing.id }) // IOU-9
  if (channels.size >= CHANNELS_PER_LINK_MAX) return refuse('busy', { what: 'channels on one link', limit: CHANNELS_PER_LINK_MAX })
  const id = toHex(host.draw('channel id')) as ChannelId
  const opening: TrustLineOpening = { kind: 'trust-line', openerLimit: limit, acceptorLimit: amount }
  const unsigned = firstState(opening, 'local')
  const localSignature = signStatement(firstDigest({ self: host.self, peer, channelId: id, asset }, unsigned), host.identitySecret)
  const channel: Channel = { id, peer, asset, opener: 'local', status: 'opening', round: FIRST_ROUND, state: { ...unsigned, localSignature }, frozen: undefined, failure: undefined }
  host.channels.set(id, channel)
  sendOpen(host, channel)
  return id
}

/** Sends our opening; the same each time. */
export function sendOpen (host: ChannelHost, { id, peer, asset, state }: Channel): void {
  if (state.kind !== 'trust-line') return
  host.send(peer, {
    type: 'open',
    channelId: id,
    asset,
    opening: { kind: 'trust-line', openerLimit: state.localLimit, acceptorLimit: state.remoteLimit },
    evidence: { ...NO_EVIDENCE, signatures: [state.localSignature] }
  })
}

/** The peer opens a channel with us. */
export function onOpen (host: ChannelHost, peer: PeerId, message: OpenMessage): void {
  const known = host.channels.get(message.channelId)
  if (known !== undefined) {
    if (known.peer === peer) onOpenAgain(host, known, message)
    else refuseOpening(host, peer, message.channelId, 'exists')
    return
  }
  const { opening, asset, channelId } = message
  if (opening.kind !== 'trust-line') return refuseOpening(host, peer, channelId, 'unknown-kind')
  const existing = lineOf(host, peer, asset)
  // IOU-9: when both open a line for one asset, that of the end with the lower key stands.
  const yields = existing !== undefined && existing.status === 'opening' && comparePeers(peer, host.self) < 0
  if (existing !== undefined && !yields) return refuseOpening(host, peer, channelId, 'exists')
  if (existing === undefined && host.channels.group(peer).size >= CHANNELS_PER_LINK_MAX) return refuseOpening(host, peer, channelId, 'too-many')
  const verdict = host.judgeOpening(peer, { kind: opening.kind, asset, peerMayBeOwed: opening.openerLimit, peerMayOwe: opening.acceptorLimit })
  if (!verdict.accept) return refuseOpening(host, peer, channelId, verdict.reason)
  const unsigned = firstState(opening, 'remote')
  const digest = firstDigest({ self: host.self, peer, channelId, asset }, unsigned)
  const [remoteSignature] = message.evidence.signatures
  const alone = message.evidence.signatures.length === 1 && message.evidence.preSignatures.length === 0 && message.evidence.revocation === undefined
  if (!alone || !isSignedBy(peer, remoteSignature, digest)) {
    host.send(peer, { type: 'fault', channelId, broken: 'IOU-8' })
    return
  }
  if (existing !== undefined) dropOpening(host, existing, 'exists')
  const state: TrustLineState = { ...unsigned, localSignature: signStatement(digest, host.identitySecret), remoteSignature: remoteSignature! }
  const channel: Channel = { id: channelId, peer, asset, opener: 'remote', status: 'open', round: FIRST_ROUND, state, frozen: undefined, failure: undefined }
  host.channels.set(channelId, channel)
  accept(host, channel)
  host.outcome({ type: 'opened', channelId })
  host.outcome({ type: 'capacityChanged', channelId })
}

// CHAN-16: the opener did not get our answer, so it gets the same again, and what we sent after it.
function onOpenAgain (host: ChannelHost, channel: Channel, message: OpenMessage): void {
  if (isHalted(channel)) return
  const { state, round } = channel
  const { opening } = message
  const same = state.kind === 'trust-line' && opening.kind === 'trust-line' && channel.opener === 'remote' && channel.asset === message.asset &&
    state.localLimit === opening.acceptorLimit && state.remoteLimit === opening.openerLimit &&
    round.number === 1 && (round.phase === 'idle' || round.phase === 'proposed')
  if (!same) return failChannel(host, channel, fault('CHAN-16', 'the channel is open already, or was opened otherwise'))
  accept(host, channel)
  resend(host, channel, round.phase === 'proposed' ? 'propose' : 'wait')
  host.outcome({ type: 'capacityChanged', channelId: channel.id })
}

function accept (host: ChannelHost, channel: Channel): void {
  if (channel.state.kind !== 'trust-line') return
  host.sessions.set(channel.id, { sent: true, ready: true, held: undefined })
  host.send(channel.peer, { type: 'accept', channelId: channel.id, evidence: { ...NO_EVIDENCE, signatures: [channel.state.localSignature] } })
}

const refuseOpening = (host: ChannelHost, peer: PeerId, channelId: ChannelId, reason: RefuseReason): void => {
  host.send(peer, { type: 'refuse', channelId, reason })
}

/** The peer signed statement 0 as well: the line is usable. @see IOU-8 */
export function onAccept (host: ChannelHost, channel: Channel, message: AcceptMessage): void {
  const { state, status } = channel
  if (state.kind !== 'trust-line') return
  const { signatures, preSignatures, revocation } = message.evidence
  const [remoteSignature] = signatures
  if (status !== 'opening') {
    // CHAN-12: a second answer to a second opening.
    if (state.sequence === 0 && remoteSignature !== undefined && equalBytes(remoteSignature, state.remoteSignature)) return
    return failChannel(host, channel, fault('CHAN-12', 'an answer to an opening that is long answered'))
  }
  const digest = firstDigest({ self: host.self, peer: channel.peer, channelId: channel.id, asset: channel.asset }, state)
  if (signatures.length !== 1 || preSignatures.length > 0 || revocation !== undefined || !isSignedBy(channel.peer, remoteSignature, digest)) {
    host.send(channel.peer, { type: 'fault', channelId: channel.id, broken: 'IOU-8' })
    return dropOpening(host, channel, 'IOU-8')
  }
  host.channels.set(channel.id, { ...channel, status: 'open', state: { ...state, remoteSignature: remoteSignature! } })
  host.sessions.set(channel.id, { sent: true, ready: true, held: undefined })
  host.outcome({ type: 'opened', channelId: channel.id })
  host.outcome({ type: 'capacityChanged', channelId: channel.id })
}

/** The peer does not want the channel. */
export function onRefuse (host: ChannelHost, channel: Channel, message: RefuseMessage): void {
  if (channel.status === 'opening') dropOpening(host, channel, message.reason)
  else failChannel(host, channel, fault('CHAN-12', 'a refusal of a channel that is open'))
}

/** Forgets a channel that the peer never accepted. */
export function dropOpening (host: ChannelHost, channel: Channel, reason: string): void {
  host.channels.delete(channel.id)
  host.joints.delete(channel.id)
  host.sessions.delete(channel.id)
  host.outcome({ type: 'openRefused', channelId: channel.id, reason })
}

/** The trust line of a link in an asset. @see IOU-9 */
function lineOf (host: ChannelHost, peer: PeerId, asset: AssetId): Channel | undefined {
  for (const channel of host.channels.group(peer).values()) {
    if (channel.asset === asset && channel.state.kind === 'trust-line') return channel
  }
  return undefined
}
