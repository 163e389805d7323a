import { equalBytes } from '../../base/bytes.js'
import { fault, isFault, type Fault } from '../../base/step.js'
import type { Channel, Round } from '../entity.js'
import { failChannel } from '../failure.js'
import type { ChannelHost } from '../host.js'
import { kindOf } from '../kinds.js'
import { REESTABLISH_ANSWERS_MAX } from '../limits.js'
import type { ReestablishMessage, RoundPhaseName } from '../messages.js'
import { sendAck, sendCommit, weWin } from './answer.js'
import { runningDraft } from './draft.js'
import { proposeMessage } from './propose.js'

/** Says where we stand: first of all messages but secrets, when a connection exists. @see CHAN-2 */
export function sendReestablish (host: ChannelHost, channel: Channel): void {
  const kind = kindOf(channel.state)
  const { local, remote, lastSecret, nextPoint } = kind.numbers(channel, host)
  const { number, phase } = channel.round
  host.send(channel.peer, {
    type: 'reestablish',
    channelId: channel.id,
    localNumber: local,
    remoteNumber: remote,
    round: number,
    phase,
    // CHAN-3: after COMMIT both sides have signed the next state, so that is the last one that binds both.
    digest: kind.digest(host, channel, phase === 'committed' ? runningDraft(host, channel) : undefined),
    lastSecret,
    nextPoint
  })
}

/** What to send again so that the round goes on; `wait` when it is the peer's turn. */
export type Resumption = 'wait' | 'propose' | 'commit' | 'ack'

/**
 * Compares where both sides stand.
 *
 * @param wins - whether our proposal stands when both proposed this round
 * @returns a fault for every pair of places that no loss of messages explains
 * @see CHAN-3
 */
export function resumptionOf (mine: Round, theirs: { readonly round: number, readonly phase: RoundPhaseName }, wins: boolean): Resumption | Fault {
  const pair = `${mine.phase}/${theirs.phase}` as const
  if (theirs.round === mine.number) {
    switch (pair) {
      case 'idle/idle': case 'idle/proposed': case 'agreed/proposed': case 'agreed/committed': return 'wait'
      case 'proposed/idle': case 'proposed/agreed': return 'propose'
      case 'proposed/proposed': return wins ? 'propose' : 'wait' // CHAN-10
      case 'committed/agreed': return 'commit'
      default: break
    }
  } else if (theirs.round === mine.number - 1) {
    // They miss our ACK of the round that they proposed.
    if (mine.lastBy === 'remote' && (pair === 'idle/committed' || pair === 'proposed/committed')) return 'ack'
  } else if (theirs.round === mine.number + 1) {
    // We miss theirs.
    if (pair === 'committed/idle' || pair === 'committed/proposed') return 'wait'
  }
  return fault('CHAN-3', `the peer is in round ${theirs.round} (${theirs.phase}), this side in round ${mine.number} (${mine.phase})`)
}

/** The peer says where it stands: rounds may run from now on, and what was lost is sent again. */
export function onReestablish (host: ChannelHost, channel: Channel, message: ReestablishMessage): void {
  const session = host.sessions.get(channel.id)
  // CHAN-2: the peer begins anew on a connection that we thought established, so it needs to hear where we stand. It may
  // also be a duplicate, or the answer to our answer: without a bound two sides would answer each other for ever.
  const answers = session?.answers ?? 0
  const answer = session?.ready === true && answers < REESTABLISH_ANSWERS_MAX
  if (answer) sendReestablish(host, channel)
  const kind = kindOf(channel.state)
  const resumption = kind.judgeNumbers(channel, message, host) ?? resumptionOf(channel.round, message, weWin(channel))
  if (isFault(resumption)) return failChannel(host, channel, resumption)
  if (!equalBytes(message.digest, digestFor(host, channel, message))) return failChannel(host, channel, fault('CHAN-3', `another state after round ${message.round - 1}`))
  host.sessions.set(channel.id, { sent: true, ready: true, answers: answer ? answers + 1 : answers, heldUpMs: session?.heldUpMs, held: undefined })
  resend(host, channel, resumption)
  if (channel.round.phase === 'idle' && message.phase === 'idle') kind.whenIdle(host, channel)
  host.outcome({ type: 'capacityChanged', channelId: channel.id })
}

/** The digest that a peer at its place must have told. */
function digestFor (host: ChannelHost, channel: Channel, { round, phase }: ReestablishMessage): Uint8Array {
  const ahead = round === channel.round.number + 1 || (round === channel.round.number && phase === 'committed')
  return kindOf(channel.state).digest(host, channel, ahead ? runningDraft(host, channel) : undefined)
}

/** Sends again what the peer has not got. @see CHAN-5 */
export function resend (host: ChannelHost, channel: Channel, resumption: Resumption): void {
  if (resumption === 'ack') sendAck(host, channel, channel.round.number - 1)
  if (resumption === 'commit') sendCommit(host, channel)
  if (resumption === 'propose' || (resumption === 'ack' && channel.round.phase === 'proposed')) host.send(channel.peer, proposeMessage(host, channel))
}
