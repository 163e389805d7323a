import { unreachable } from '../base/invariant.js'
import type { ChannelId, PeerId } from '../base/ids.js'
import { fault } from '../base/step.js'
import { onClosed } from './closing.js'
import { onCloseOffer, onCloseReady, onCloseSign } from './enforced/closing.js'
import { onEnforcedAccept, onEnforcedOpen, onFunded, onSigned, resumeOpening } from './enforced/opening.js'
import type { Channel } from './entity.js'
import { failChannel, failQueuedAdds, isHalted } from './failure.js'
import type { ChannelHost } from './host.js'
import type { ChannelMessage } from './messages.js'
import { dropOpening, onAccept, onOpen, onRefuse, sendOpen } from './opening.js'
import { queueOf, setQueue } from './queue.js'
import { onAck, onAgree, onCommit, onPropose } from './round/answer.js'
import { onReestablish, sendReestablish } from './round/reestablish.js'
import { learnSecrets, showAllSecrets } from './secrets.js'

/**
 * Channels of all kinds: what happens on messages and connections. In reading order: `lock`, `messages`, `entity`,
 * `host` (the words and the contracts), `kind` (what a kind answers), `round/` (`draft`, `propose`, `answer`,
 * `complete`, `reestablish`: the one round machine), `time`, `chain-facts`, `trust-line/` (`statement`, `trust-line`), `enforced/`, `resolver/`, `kinds`, `opening`,
 * `offers`, `secrets`, `queue`, `expiry`, `closing`, `forget`, `failure`, `restart`, `views`, `layout`, `tables`, `limits`.
 *
 * A machine writes through the host's tables and then sends: the host holds every send back until the writes of its
 * step are durable (CHAN-4), so the order of the two in the code does not matter for safety.
 */

export { closeChannel } from './closing.js'
export { offerClose } from './enforced/closing.js'
export { fundingConfirmed, fundingDead, fundingMissing, fundingUnseen, heightChanged } from './enforced/funding.js'
export { blockDisconnected, dutiesFor, forceClose, publicationsFor, reviewChain, transactionSeen } from './resolver/resolver.js'
export { backupOf, restoreChannel } from './enforced/restore.js'
export { fundingReady, inputsSigned, jointTransactionOf, openEnforced, refuseOpening, shareReady } from './enforced/opening.js'
export { judgeInput, shareFeeSat, withWitnesses } from './enforced/joint-funding.js'
export { expireLocks, nextExpiryMs } from './expiry.js'
export { freezeChannel } from './failure.js'
export { cancelOffer, failLock, fulfilLock, offerLock, offerState, setLimit } from './offers.js'
export { openTrustLine } from './opening.js'
export { restart } from './restart.js'
export { startRounds } from './round/propose.js'
export { signedStatement } from './trust-line/trust-line.js'
export { capacity, describeChannel, isUsable, whyFailed } from './views.js'

/** A decoded message arrives on the channel stream of a peer. */
export function onChannelMessage (host: ChannelHost, peer: PeerId, message: ChannelMessage): void {
  if (message.type === 'open') return message.opening.kind === 'chain' ? onEnforcedOpen(host, peer, message, message.opening) : onOpen(host, peer, message)
  const channel = host.channels.get(message.channelId)
  if (channel === undefined || channel.peer !== peer) return onUnknown(host, peer, message.channelId, message.type)
  if (isHalted(channel)) return onHalted(host, channel, message)
  if (channel.status === 'opening') return onOpening(host, channel, message)
  switch (message.type) {
    case 'accept': return channel.state.kind === 'chain' ? onEnforcedAccept(host, channel, message) : onAccept(host, channel, message)
    case 'funded': return onFunded(host, channel, message)
    case 'signed': return onSigned(host, channel, message)
    case 'refuse': return onRefuse(host, channel, message)
    case 'closed': return onClosed(host, channel)
    case 'fault': return failChannel(host, channel, fault('CHAN-20', `the peer says that ${message.broken} was broken here`), false)
    case 'reestablish': return onReestablish(host, channel, message)
    case 'secret': {
      const wrong = learnSecrets(host, channel, message.secrets)
      if (wrong !== undefined) failChannel(host, host.channels.get(channel.id)!, wrong)
      return
    }
    case 'propose': case 'agree': case 'commit': case 'ack': case 'close-ready': case 'close-offer': case 'close-sign': break
    default: return unreachable(message)
  }
  // CHAN-2: what comes before the peer said where it stands belongs to an earlier connection.
  if (host.sessions.get(channel.id)?.ready !== true) return
  switch (message.type) {
    case 'propose': return onPropose(host, channel, message)
    case 'agree': return onAgree(host, channel, message)
    case 'commit': return onCommit(host, channel, message)
    case 'ack': return onAck(host, channel, message)
    case 'close-ready': return onCloseReady(host, channel, message)
    case 'close-offer': return onCloseOffer(host, channel, message)
    case 'close-sign': return onCloseSign(host, channel, message)
    default: return unreachable(message)
  }
}

// CHAN-22: we have forgotten it, or never had it. What ends a conversation is not answered.
function onUnknown (host: ChannelHost, peer: PeerId, channelId: ChannelId, type: ChannelMessage['type']): void {
  if (type !== 'closed' && type !== 'fault' && type !== 'refuse') host.send(peer, { type: 'closed', channelId })
}

// CHAN-20, CHAN-21: nothing moves, but a secret still counts.
function onHalted (host: ChannelHost, channel: Channel, message: ChannelMessage): void {
  if (message.type === 'secret') learnSecrets(host, channel, message.secrets)
  else if (message.type === 'propose') learnSecrets(host, channel, message.updates.filter((update) => update.type === 'fulfil'))
  else if (message.type === 'reestablish' && channel.frozen === undefined) host.send(channel.peer, { type: 'fault', channelId: channel.id, broken: 'CHAN-20' })
}

// CHAN-16: until the peer has answered, everything else it says is about a channel that does not exist yet.
function onOpening (host: ChannelHost, channel: Channel, message: ChannelMessage): void {
  if (message.type === 'accept') channel.state.kind === 'chain' ? onEnforcedAccept(host, channel, message) : onAccept(host, channel, message)
  else if (message.type === 'funded') onFunded(host, channel, message)
  else if (message.type === 'signed') onSigned(host, channel, message)
  else if (message.type === 'refuse') onRefuse(host, channel, message)
  else if (message.type === 'closed') onClosed(host, channel)
  else if (message.type === 'fault') dropOpening(host, channel, message.broken)
}

/** A connection to a peer exists: every channel with it says where it stands. @see CHAN-2 */
export function onPeerConnected (host: ChannelHost, peer: PeerId): void {
  for (const channel of [...host.channels.group(peer).values()]) {
    host.sessions.set(channel.id, { sent: true, ready: false, held: undefined })
    if (channel.status === 'opening') {
      if (channel.state.kind === 'chain') resumeOpening(host, channel)
      else sendOpen(host, channel)
      continue
    }
    showAllSecrets(host, channel)
    if (!isHalted(channel)) sendReestablish(host, channel)
  }
}

/** The connection is gone. Adds that wait fail, since the way is gone; proposals wait for the next connection. */
export function onPeerDisconnected (host: ChannelHost, peer: PeerId): void {
  for (const channel of [...host.channels.group(peer).values()]) {
    host.sessions.delete(channel.id)
    host.closings.delete(channel.id)
    // ENF-16: nothing is at stake before the opener named a funding output; it gets `closed` for an answer.
    if (channel.status === 'opening' && channel.opener === 'remote') {
      dropOpening(host, channel, 'disconnected')
      continue
    }
    failQueuedAdds(host, channel.id)
    setQueue(host, channel.id, { ...queueOf(host, channel.id), unshown: [] })
    host.outcome({ type: 'capacityChanged', channelId: channel.id })
  }
}
