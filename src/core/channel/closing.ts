import type { ChannelId } from '../base/ids.js'
import { fault, refuse, type Refusal } from '../base/step.js'
import { givenUp } from './enforced/funding.js'
import type { Channel } from './entity.js'
import { failChannel, isHalted } from './failure.js'
import { forgetChannel } from './forget.js'
import type { ChannelHost } from './host.js'
import { kindOf } from './kinds.js'
import { NO_EVIDENCE } from './messages.js'
import { dropOpening } from './opening.js'
import { enqueue, queueOf } from './queue.js'
import { completeRound } from './round/complete.js'
import { runningDraft } from './round/draft.js'
import { isBroken } from './kind.js'

/**
 * Asks for the end of a channel: a `shutdown` is proposed; when no lock is left and nothing is owed, both sides forget
 * the channel. A channel that the peer has not accepted yet is forgotten at once.
 *
 * @returns `closing` while something is left; then the outcome `closed` follows
 * @see IOU-10, IOU-11
 */
export function closeChannel (host: ChannelHost, channelId: ChannelId): Refusal | { readonly status: 'closed' | 'closing' } {
  const channel = host.channels.get(channelId)
  if (channel === undefined) return refuse('no-channel', { id: channelId })
  if (isHalted(channel)) return refuse('channel-not-open', { id: channelId, status: channel.frozen === undefined ? channel.status : 'frozen' })
  if (channel.status === 'opening') {
    host.send(channel.peer, { type: 'closed', channelId })
    forgetChannel(host, channel)
    return { status: 'closed' }
  }
  const asked = channel.state.shutdown || [...channel.round.updates, ...queueOf(host, channelId).updates].some(({ type }) => type === 'shutdown')
  if (!asked) enqueue(host, channelId, { type: 'shutdown' })
  return { status: 'closing' }
}

/** The peer has forgotten the channel: right when it is over for us too, else a fault. @see IOU-12 */
export function onClosed (host: ChannelHost, channel: Channel): void {
  const kind = kindOf(channel.state)
  const { phase } = channel.round
  if (channel.status === 'opening') return dropOpening(host, channel, 'closed')
  if (kind.isOver(channel.state)) return forgetChannel(host, channel)
  if (kind.isUntouched(channel.state) && (phase === 'idle' || phase === 'proposed')) return forgetChannel(host, channel)
  if (phase === 'committed') {
    const draft = runningDraft(host, channel)
    const taken = kind.takeAck(host, channel, draft, NO_EVIDENCE)
    // Its ACK was lost together with its memory of the channel.
    if (kind.isOver(draft.state) && !isBroken(taken)) {
      completeRound(host, channel, draft, taken)
      return
    }
  }
  // ENF-30: no round was ever run, so it is only the funding that may still come.
  const { state } = channel
  if (state.kind === 'chain' && state.opener === 'remote' && state.stage === 'signed' && state.number === 0) return failChannel(host, channel, givenUp())
  failChannel(host, channel, fault('IOU-12', 'the peer has forgotten a channel in which something is owed or locked'))
}
