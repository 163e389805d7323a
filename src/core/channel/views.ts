import { asUnits, subUnitsOrZero } from '../base/money.js'
import type { ChannelId } from '../base/ids.js'
import type { Channel, ChannelView, EnforcedState } from './entity.js'
import { isHalted } from './failure.js'
import type { ChannelHost } from './host.js'
import { kindOf } from './kinds.js'
import { NO_CAPACITY, type Capacity } from './lock.js'
import { queueOf } from './queue.js'
import { runningDraft } from './round/draft.js'

/** Whether locks can be offered now: open or closing, connected, reestablished. */
export function isUsable (host: ChannelHost, channel: Channel): boolean {
  return !isHalted(channel) && channel.status !== 'opening' && host.sessions.get(channel.id)?.ready === true
}

/** What a channel can carry now: after the round that runs and all that waits. Nothing while it is not usable. */
export function capacity (host: ChannelHost, channelId: ChannelId): Capacity {
  const channel = host.channels.get(channelId)
  return channel === undefined || !isUsable(host, channel) ? NO_CAPACITY : capacityWhenUp(host, channel)
}

/** What a channel could carry were its peer here. */
function capacityWhenUp (host: ChannelHost, channel: Channel): Capacity {
  const { state, round } = channel
  const { spendable, receivable, freeSlots } = kindOf(state).capacity(round.phase === 'idle' ? state : runningDraft(host, channel).state)
  const { amount, adds } = queueOf(host, channel.id)
  const slots = Math.max(0, freeSlots - adds)
  return { spendable: slots === 0 ? asUnits(0n) : subUnitsOrZero(spendable, amount), receivable, freeSlots: slots }
}

/** A channel as people see it. What it can carry is told as if the peer were here; `next` says whether it is. */
export function describeChannel (host: ChannelHost, channel: Channel): ChannelView {
  const live = !isHalted(channel) && channel.status !== 'opening'
  const { spendable, receivable } = live ? capacityWhenUp(host, channel) : NO_CAPACITY
  const locks = [...host.locks.group(channel.id).values()].map((lock) => ({
    id: lock.terms.id,
    offeredBy: lock.offeredBy,
    amount: lock.terms.amount,
    expiry: lock.terms.expiry.value,
    status: lock.ended ? 'ended' : lock.secret !== undefined ? 'settling' : lock.failing !== undefined ? 'failing' : 'live',
    reason: lock.failing
  }))
  return {
    id: channel.id,
    peer: channel.peer,
    kind: channel.state.kind,
    asset: channel.asset,
    status: channel.frozen === undefined ? channel.status : 'frozen',
    ...kindOf(channel.state).describe(channel.state),
    spendable,
    receivable,
    locks,
    round: channel.round.number,
    next: nextOf(host, channel, locks.length)
  }
}

function nextOf (host: ChannelHost, channel: Channel, locks: number): string {
  if (channel.frozen !== undefined) return `Nothing moves after a fault of this program: ${channel.frozen}.`
  const onChain = channel.state.kind === 'chain' ? nextOnChain(channel, channel.state, locks) : undefined
  if (onChain !== undefined) return onChain
  if (channel.status === 'failed') return `Nothing moves: the peer broke ${channel.failure ?? 'the protocol'}. The last signed statement is kept as evidence.`
  if (channel.status === 'opening') return 'Waits for the peer to accept.'
  if (!isUsable(host, channel)) return 'Waits for the peer to connect.'
  if (channel.status === 'closing') {
    if (locks > 0) return `Closes when its ${locks} locks have ended.`
    return owedOf(channel) === 0n ? 'Closes with the round that runs.' : 'Closes when what is owed is paid back.'
  }
  return channel.round.phase === 'idle' ? 'Ready.' : `Round ${channel.round.number} runs.`
}

/** What the chain is waited for; undefined when it is the peer. */
function nextOnChain ({ status, failure }: Channel, { stage, opener, behind, closing }: EnforcedState, locks: number): string | undefined {
  if (status === 'failed') return behind ? 'This side lost data: the peer was asked to close, and what is ours is taken then.' : `The chain decides: ${whyFailed(failure)}.`
  if (status === 'opening') return stage === 'accepted' && opener === 'local' ? 'Waits for the wallet to make the funding transaction.' : 'Waits for the peer.'
  if (closing.length > 0) return 'Waits for the closing transaction to be confirmed.'
  if (stage === 'signed') return 'Waits for the funding transaction to be confirmed.'
  return status === 'closing' && locks === 0 ? 'Waits for both sides to sign the closing transaction.' : undefined
}

/** Why a channel failed, for people: what happened first, the requirement that says so after it. */
export const whyFailed = (failure: string | undefined): string => failure?.replace(/^([A-Z]+-\d+): (.*)$/, '$2 ($1)') ?? 'the channel was closed'

const owedOf = (channel: Channel): bigint => kindOf(channel.state).describe(channel.state).owedToUs
