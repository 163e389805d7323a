import { unreachable } from '../../base/invariant.js'
import type { ChannelId } from '../../base/ids.js'
import { fault, refuse, type Refusal } from '../../base/step.js'
import { CHAIN_NUMBERS, CLOSE_AFTER_EXPIRY_BLOCKS, CLOSE_BEFORE_EXPIRY_BLOCKS } from '../enforced/limits.js'
import { isTrimmed } from '../enforced/commitment.js'
import { readTransaction } from '../enforced/transaction.js'
import { toldCount } from '../enforced/enforced.js'
import type { Channel } from '../entity.js'
import { failChannel } from '../failure.js'
import type { ChannelHost } from '../host.js'
import { lockKey, type Lock } from '../lock.js'
import { dutiesOf, type Duties, type Ended } from './duties.js'
import { indexSpends, NO_FACTS, withoutBlock, withTransaction } from '../chain-facts.js'
import { holdingsOf } from './holdings.js'
import { identify } from './identify.js'
import { publicationsOf, type Publication, type PublishHost } from './publish.js'

/**
 * What the chain decides about a channel, apart from the machine that talks to the peer: it works with the peer gone,
 * and with that machine frozen. In reading order: `../chain-facts` (what the chain holds), `holdings` (what can be enforced),
 * `identify`, `extract`, `duties` (what follows from both), `publish` (transactions), this file (events).
 *
 * Facts are not stored. After a start the node asks the chain for the history of {@link dutiesFor}'s outputs, from the
 * channel's `sinceHeight`, and again for each output that this teaches.
 */

/** The duties of a channel now; undefined when no chain enforces it, or nothing is signed yet. Changes nothing. */
export function dutiesFor (host: ChannelHost, channelId: ChannelId): Duties | undefined {
  const channel = host.channels.get(channelId)
  const holdings = channel === undefined ? undefined : holdingsOf(host, channel)
  if (channel?.state.kind !== 'chain' || holdings === undefined) return undefined
  const height = host.env.heights[channel.state.terms.clock]
  if (height === undefined) return undefined
  const locks = [...host.locks.group(channelId).values()]
  const wantsClose = channel.status === 'failed' || (channel.frozen !== undefined && overdueLock(host, channel, locks, height) !== undefined)
  return dutiesOf({ state: channel.state, holdings, locks, facts: host.chainFacts.get(channelId) ?? NO_FACTS, height, wantsClose })
}

/** What is to be published for a channel now, by duty. The node publishes all of it at every block; what is known already is no harm. */
export function publicationsFor (host: ChannelHost, channelId: ChannelId, publish: PublishHost): readonly Publication[] {
  const channel = host.channels.get(channelId)
  const duties = dutiesFor(host, channelId)
  const holdings = channel === undefined ? undefined : holdingsOf(host, channel)
  if (channel?.state.kind !== 'chain' || duties === undefined || holdings === undefined) return []
  const height = host.env.heights[channel.state.terms.clock]!
  return duties.tasks.flatMap((task) => publicationsOf(task, holdings, height, publish))
}

/** A transaction that touches what the channel watches. @param height - of its block, undefined while it is unconfirmed */
export function transactionSeen (host: ChannelHost, channelId: ChannelId, raw: Uint8Array, height: number | undefined): void {
  const tx = readTransaction(raw)
  if (tx === undefined || !host.channels.has(channelId)) return
  host.chainFacts.set(channelId, withTransaction(host.chainFacts.get(channelId) ?? NO_FACTS, tx, height))
  review(host, channelId)
}

/** The block of a height left the chain. @see ENF-21 */
export function blockDisconnected (host: ChannelHost, clock: 'bitcoin' | 'litecoin', height: number): void {
  for (const [channelId, facts] of [...host.chainFacts.entries()]) {
    const state = host.channels.get(channelId)?.state
    if (state?.kind === 'chain' && state.terms.clock === clock) host.chainFacts.set(channelId, withoutBlock(facts, height))
  }
}

/** Looks at every channel of a chain again: at each new height. Closes those whose locks run out of time. */
export function reviewChain (host: ChannelHost, clock: 'bitcoin' | 'litecoin'): void {
  for (const channel of [...host.channels.values()]) {
    if (channel.state.kind === 'chain' && channel.state.terms.clock === clock) review(host, channel.id)
  }
}

/** The owner wants a channel closed without its peer. */
export function forceClose (host: ChannelHost, channelId: ChannelId): Refusal | undefined {
  const channel = host.channels.get(channelId)
  if (channel?.state.kind !== 'chain') return refuse('no-channel', { id: channelId })
  if (holdingsOf(host, channel) === undefined) return refuse('channel-not-open', { id: channelId, status: channel.state.stage })
  failChannel(host, channel, fault('ENF-20', 'its owner closed it'))
  return undefined
}

/** Acts on what the chain says of one channel. */
function review (host: ChannelHost, channelId: ChannelId): void {
  const channel = host.channels.get(channelId)
  if (channel?.state.kind !== 'chain') return
  stopWhenDecided(host, channel)
  const duties = dutiesFor(host, channelId)
  if (duties === undefined) return
  for (const { lock, secret } of duties.learnt) learn(host, lock, secret)
  for (const ended of duties.ended) end(host, ended)
  if (duties.over) bury(host, channelId)
}

/** No round may run when the chain decides: the funding output is spent, or a lock is about to be lost. */
function stopWhenDecided (host: ChannelHost, channel: Channel): void {
  const holdings = holdingsOf(host, channel)
  const { state } = channel
  const height = state.kind === 'chain' ? host.env.heights[state.terms.clock] : undefined
  if (holdings === undefined || state.kind !== 'chain' || height === undefined || channel.status === 'failed' || channel.frozen !== undefined) return
  const [spend] = indexSpends(host.chainFacts.get(channel.id) ?? NO_FACTS)(state.terms.funding)
  if (spend !== undefined && identify(spend.by, holdings, state).type !== 'cooperative') return failChannel(host, channel, fault('ENF-21', 'a commitment was published'))
  const overdue = overdueLock(host, channel, [...host.locks.group(channel.id).values()], height)
  if (spend === undefined && overdue !== undefined) failChannel(host, channel, fault('ENF-20', `the lock ${overdue.terms.id} that expires at ${overdue.terms.expiry.value} is live at ${height}`))
}

/** A lock that only the chain can still save. @see ENF-20 */
function overdueLock (host: ChannelHost, channel: Channel, locks: readonly Lock[], height: number): Lock | undefined {
  const { state, round } = channel
  if (state.kind !== 'chain') return undefined
  const scale = CHAIN_NUMBERS[state.terms.clock].blocksPerTenMinutes
  const isOverdue = (lock: Lock): boolean => {
    const { offeredBy, secret, ended, terms: { expiry } } = lock
    if (ended) return false
    // With t known, what we offered is paid, and nothing of ours is at stake any more.
    if (offeredBy === 'local') return secret === undefined && height >= expiry.value + CLOSE_AFTER_EXPIRY_BLOCKS * scale
    // What is below dust cannot be claimed on chain.
    return secret !== undefined && !isTrimmed(CHAIN_NUMBERS[state.terms.clock], lock) && height >= expiry.value - CLOSE_BEFORE_EXPIRY_BLOCKS * scale
  }
  const live = locks.find(isOverdue)
  if (live !== undefined || toldCount(channel) === state.number) return live
  // After COMMIT our adds may be live as well.
  const add = round.updates.find((update) => update.type === 'add' && update.secret === undefined && height >= update.terms.expiry.value + CLOSE_AFTER_EXPIRY_BLOCKS * scale)
  return add?.type === 'add' ? { channelId: channel.id, offeredBy: 'local', terms: add.terms, leaf: new Uint8Array(32), origin: add.origin, secret: undefined, irrevocable: false, failing: undefined, ended: false } : undefined
}

/** What the chain showed is stored like what the peer shows. @see CHAN-13, ENF-21 */
function learn (host: ChannelHost, { channelId, offeredBy, terms }: Lock, secret: Uint8Array): void {
  const key = lockKey(channelId, offeredBy, terms.id)
  const lock = host.locks.get(key)
  if (lock === undefined || lock.secret !== undefined) return
  const known = { ...lock, secret }
  host.locks.set(key, known)
  host.outcome({ type: 'secretLearnt', channelId, lock: known, secret })
}

/** A lock has ended for certain: told once, kept until the channel is buried. @see ENF-22 */
function end (host: ChannelHost, { lock: { channelId, offeredBy, terms }, how }: Ended): void {
  const key = lockKey(channelId, offeredBy, terms.id)
  const lock = host.locks.get(key)
  if (lock === undefined || lock.ended) return
  host.locks.set(key, { ...lock, ended: true })
  if (offeredBy === 'remote') {
    if (lock.irrevocable) host.outcome({ type: 'lockRemoved', channelId, id: terms.id, how })
    return
  }
  if (lock.origin === undefined) return
  host.offers.delete(lock.origin)
  switch (how) {
    case 'fulfilled': host.outcome({ type: 'offerSettled', channelId, origin: lock.origin }); break
    case 'failed': case 'expired': host.outcome({ type: 'offerFailed', channelId, origin: lock.origin, reason: 'expired', sent: true }); break
    default: unreachable(how)
  }
}

/** Everything of ours is taken and buried: nothing of the channel is kept. */
function bury (host: ChannelHost, channelId: ChannelId): void {
  for (const key of [...host.locks.group(channelId).keys()]) host.locks.delete(key)
  host.channels.delete(channelId)
  host.queues.delete(channelId)
  host.sessions.delete(channelId)
  host.closings.delete(channelId)
  host.chainFacts.delete(channelId)
  host.outcome({ type: 'closed', channelId })
}
