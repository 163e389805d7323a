import type { ChannelId } from '../../base/ids.js'
import { fault, refuse, type Refusal } from '../../base/step.js'
import type { Channel, EnforcedState } from '../entity.js'
import { failChannel } from '../failure.js'
import type { ChannelHost, ClosingSession } from '../host.js'
import type { CloseOfferMessage, CloseReadyMessage, CloseSignMessage } from '../messages.js'
import { isQuiet, sayReady } from './close-ready.js'
import { closingNonce, closingTransaction, completeClosing, signClosing } from './closing-transaction.js'
import { feeFor } from './spends.js'
import { contractOf, secretsOf } from './state.js'
import { transactionBytes, vsizeOf, type Transaction } from './transaction.js'

/** Confirmation that a close aims at, in blocks. */
const CLOSE_TARGET_BLOCKS = 6

/** The peer is ready to close; the channel's opener, or whoever can pay, proposes a transaction. @see ENF-17 */
export function onCloseReady (host: ChannelHost, channel: Channel, { script, nonce }: CloseReadyMessage): void {
  if (!isQuiet(channel)) return // It is said again when our round is complete.
  if (!host.closings.has(channel.id)) sayReady(host, channel)
  const session = host.closings.get(channel.id)
  if (session === undefined || channel.state.kind !== 'chain') return
  host.closings.set(channel.id, { ...session, remoteScript: script, remoteNonce: nonce })
  if (channel.opener === 'local' || channel.state.remoteBalance === 0n) offerClose(host, channel.id)
}

/**
 * Proposes a closing transaction of which we pay the fee: the first, or one that replaces it by a higher fee.
 *
 * Refused while the two sides are not ready, and when our balance does not pay the fee.
 *
 * @param feeSat - by the chain's estimate when left out
 * @see ENF-17
 */
export function offerClose (host: ChannelHost, channelId: ChannelId, feeSat?: bigint): Refusal | undefined {
  const channel = host.channels.get(channelId)
  const session = host.closings.get(channelId)
  if (channel?.state.kind !== 'chain') return refuse('no-channel', { id: channelId })
  if (session?.remoteScript === undefined || session.remoteNonce === undefined || session.offered !== undefined) return refuse('channel-busy', { id: channelId, locks: channel.state.localLocks + channel.state.remoteLocks })
  const { state } = channel
  const fee = feeSat ?? estimatedFee(host, state, session)
  const tx = transactionOf(host, state, session, 'local', fee)
  if (tx === undefined) return refuse('limit-exceeded', { wanted: fee, possible: state.localBalance / 1000n })
  const { funding } = secretsOf(host, state.terms)
  const nonce = closingNonce(contractOf(host, state), funding, host.draw('closing nonce'))
  const partial = signClosing(contractOf(host, state), tx, funding, nonce, session.remoteNonce)
  if (partial === undefined) {
    failChannel(host, channel, fault('ENF-18', 'the nonce of the peer is none'))
    return undefined
  }
  // ENF-18: the peer's nonce is used up with this offer, too.
  host.closings.set(channelId, { ...session, remoteNonce: undefined, offered: { feeSat: fee, nonce: nonce.public, remoteNonce: session.remoteNonce, partial } })
  host.send(channel.peer, { type: 'close-offer', channelId, feeSat: fee, nonce: nonce.public, partial })
  return undefined
}

function estimatedFee (host: ChannelHost, state: EnforcedState, session: ClosingSession): bigint {
  const free = transactionOf(host, state, session, 'local', 0n)
  if (free === undefined || host.chain === undefined) return 0n
  const signed = { ...free, inputs: [{ ...free.inputs[0]!, witness: [new Uint8Array(64)] }] }
  return feeFor(host.chain.feeRatePerKvb(state.terms.clock, CLOSE_TARGET_BLOCKS), vsizeOf(signed))
}

function transactionOf (host: ChannelHost, state: EnforcedState, { localScript, remoteScript }: ClosingSession, payer: 'local' | 'remote', feeSat: bigint): Transaction | undefined {
  if (remoteScript === undefined) return undefined
  return closingTransaction(contractOf(host, state), {
    balances: { local: state.localBalance / 1000n, remote: state.remoteBalance / 1000n },
    scripts: { local: localScript, remote: remoteScript },
    payer,
    feeSat
  })
}

/** The peer proposes a closing transaction and pays its fee: whatever it pays, we sign. @see ENF-17 */
export function onCloseOffer (host: ChannelHost, channel: Channel, { feeSat, nonce, partial }: CloseOfferMessage): void {
  const session = host.closings.get(channel.id)
  if (!isQuiet(channel) || session === undefined || channel.state.kind !== 'chain') return failChannel(host, channel, fault('ENF-17', 'an offer to close what is not ready to be closed'))
  const { state } = channel
  const contract = contractOf(host, state)
  const { funding } = secretsOf(host, state.terms)
  const tx = transactionOf(host, state, session, 'remote', feeSat)
  if (tx === undefined) return failChannel(host, channel, fault('ENF-17', `a fee of ${feeSat} is more than the peer has`))
  const publicNonce = session.localNonce.public
  const ours = signClosing(contract, tx, funding, session.localNonce, nonce)
  const done = ours === undefined ? undefined : completeClosing(contract, tx, { local: publicNonce, remote: nonce }, { local: ours, remote: partial })
  if (done === undefined || ours === undefined) return failChannel(host, channel, fault('ENF-17', 'the peer\'s part of the closing signature does not hold'))
  const localNonce = closingNonce(contract, funding, host.draw('closing nonce'))
  host.closings.set(channel.id, { ...session, localNonce })
  keepClosing(host, channel, state, done)
  host.send(channel.peer, { type: 'close-sign', channelId: channel.id, partial: ours, nonce: localNonce.public })
}

/** The peer signed the transaction that we proposed. @see ENF-17 */
export function onCloseSign (host: ChannelHost, channel: Channel, { partial, nonce }: CloseSignMessage): void {
  const session = host.closings.get(channel.id)
  const { state } = channel
  if (session?.offered === undefined || state.kind !== 'chain') return failChannel(host, channel, fault('ENF-17', 'a signature of a close that was not offered'))
  const { offered } = session
  const tx = transactionOf(host, state, session, 'local', offered.feeSat)
  const done = tx === undefined ? undefined : completeClosing(contractOf(host, state), tx, { local: offered.nonce, remote: offered.remoteNonce }, { local: offered.partial, remote: partial })
  if (done === undefined) return failChannel(host, channel, fault('ENF-17', 'the peer\'s part of the closing signature does not hold'))
  host.closings.set(channel.id, { ...session, offered: undefined, remoteNonce: nonce })
  keepClosing(host, channel, state, done)
}

function keepClosing (host: ChannelHost, channel: Channel, state: EnforcedState, done: Transaction): void {
  host.channels.set(channel.id, { ...channel, state: { ...state, closing: transactionBytes(done) } })
  host.outcome({ type: 'closeSigned', channelId: channel.id })
}
