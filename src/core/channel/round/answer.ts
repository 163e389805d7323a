import { equalBytes } from '../../base/bytes.js'
import { fault, isFault, type Fault } from '../../base/step.js'
import { encodeLayout } from '../../base/struct.js'
import type { Channel, Round } from '../entity.js'
import { failChannel } from '../failure.js'
import type { ChannelHost } from '../host.js'
import { isBroken, wireUpdate } from '../kind.js'
import { kindOf } from '../kinds.js'
import { UPDATES_PER_ROUND_MAX } from '../limits.js'
import { lockKey, lockTerms, type Update } from '../lock.js'
import type { AckMessage, AgreeMessage, CommitMessage, ProposeMessage } from '../messages.js'
import { requeue } from '../queue.js'
import { isTooLate, learnSecrets } from '../secrets.js'
import { takeBack } from '../take-back.js'
import { canTime, hasExpired } from '../time.js'
import { completeRound } from './complete.js'
import { draftOf, keepDraft, moveDraft, runningDraft } from './draft.js'
import { proposeMessage } from './propose.js'

const outOfPhase = (what: string, channel: Channel, number: number): Fault =>
  fault('CHAN-12', `${what} of round ${number} while round ${channel.round.number} is ${channel.round.phase}`)

/** Whether our proposal stands when both proposed this round: the opener's in even rounds, the other's in odd ones. @see CHAN-10 */
export const weWin = (channel: Channel): boolean => (channel.opener === 'local') === (channel.round.number % 2 === 0)

/** Row 1 arrives. */
export function onPropose (host: ChannelHost, before: Channel, message: ProposeMessage): void {
  // CHAN-13: valid secrets count whatever becomes of the rest.
  const wrong = learnSecrets(host, before, message.updates.filter((update) => update.type === 'fulfil'))
  const channel = host.channels.get(before.id)!
  if (wrong !== undefined) return failChannel(host, channel, wrong)
  const { round } = channel
  if (message.round !== round.number || round.phase === 'committed') return failChannel(host, channel, outOfPhase('PROPOSE', channel, message.round))
  if (round.phase === 'agreed') {
    // CHAN-12: the same proposal again gets the same answer again.
    if (!sameUpdates(round, message.updates)) return failChannel(host, channel, fault('CHAN-5', `the proposal of round ${round.number} came again with other updates`))
    return sendAgree(host, channel)
  }
  if (round.phase === 'proposed' && stands(channel, message.updates)) {
    // CHAN-11. A peer that took its own for the winner may have dropped ours.
    if (!weWin(channel)) host.send(channel.peer, proposeMessage(host, channel))
    return
  }
  judge(host, channel, message)
}

/** Whether our proposal stands against the peer's of the same round. @see CHAN-10, CHAN-23 */
function stands (channel: Channel, theirs: readonly Update[]): boolean {
  const ours = channel.round.updates
  const weExpire = takesBackWhatIsFulfilled(ours, theirs)
  const theyExpire = takesBackWhatIsFulfilled(theirs, ours)
  return weExpire === theyExpire ? weWin(channel) : weExpire
}

function takesBackWhatIsFulfilled (one: readonly Update[], other: readonly Update[]): boolean {
  const expired = new Set(one.flatMap((update) => update.type === 'expire' ? [update.id] : []))
  return expired.size > 0 && other.some((update) => update.type === 'fulfil' && expired.has(update.id))
}

function judge (host: ChannelHost, channel: Channel, message: ProposeMessage): void {
  const { updates } = message
  if (updates.length === 0 || updates.length > UPDATES_PER_ROUND_MAX) return failChannel(host, channel, fault('CHAN-9', `${updates.length} updates in one round`))
  const judged = untimely(host, channel, updates)
  if (judged === 'wait') return hold(host, channel, message)
  if (judged === 'late') return insist(host, channel, updates)
  const draft = judged ?? draftOf(host, channel, 'remote', updates)
  if (isFault(draft)) return failChannel(host, channel, draft)
  const held = kindOf(channel.state).takePropose(host, channel, draft, message.evidence)
  if (isFault(held)) return failChannel(host, channel, held)
  // CHAN-10: ours lost. It is deleted in this same step; its secrets stay shown.
  if (channel.round.phase === 'proposed') requeue(host, channel)
  const round: Round = { ...channel.round, phase: 'agreed', updates, evidence: held }
  keepDraft(round, draft)
  const agreed: Channel = { ...channel, round }
  host.channels.set(channel.id, agreed)
  const session = host.sessions.get(channel.id)
  if (session?.held !== undefined) host.sessions.set(channel.id, { ...session, held: undefined })
  sendAgree(host, agreed)
}

/** What the clock says against a proposal: a fault, `late` secrets, or `wait` when nobody vouches for our clock. */
function untimely (host: ChannelHost, channel: Channel, updates: readonly Update[]): Fault | 'late' | 'wait' | undefined {
  let late = false
  for (const update of updates) {
    if (update.type === 'expire') {
      if (!canTime(host, channel)) return 'wait' // CHAN-18
      const lock = host.locks.get(lockKey(channel.id, 'remote', update.id))
      if (lock === undefined) continue
      const onChain = lock.terms.expiry.clock !== 'unix'
      // CHAN-19: what a chain enforces is not given up while t is known.
      if (onChain && lock.secret !== undefined) return fault('CHAN-19', `the secret of lock ${update.id} was shown`)
      if (!hasExpired(host, lock.terms.expiry)) {
        // The neighbour may have seen a block that we have not.
        if (onChain) return 'wait'
        return fault('CHAN-17', `the lock ${update.id} has not expired`)
      }
    } else if (update.type === 'fulfil') {
      const lock = host.locks.get(lockKey(channel.id, 'local', update.id))
      if (lock === undefined || !isTooLate(host, lock)) continue
      if (!host.clocksAgree(channel.peer)) return 'wait' // CHAN-18
      late = true
    }
  }
  return late ? 'late' : undefined
}

/** A proposal takes locks whose time is over: it gets no answer but our own proposal, which takes them back. @see CHAN-23 */
function insist (host: ChannelHost, channel: Channel, updates: readonly Update[]): void {
  if (channel.round.phase === 'proposed') {
    requeue(host, channel)
    host.channels.set(channel.id, { ...channel, round: { ...channel.round, phase: 'idle', updates: [] } })
  }
  for (const update of updates) {
    const lock = update.type === 'fulfil' ? host.locks.get(lockKey(channel.id, 'local', update.id)) : undefined
    if (lock !== undefined && isTooLate(host, lock)) takeBack(host, channel, lock)
  }
}

function hold (host: ChannelHost, channel: Channel, message: ProposeMessage): void {
  const session = host.sessions.get(channel.id)
  if (session !== undefined) host.sessions.set(channel.id, { ...session, held: message })
}

/** Looks again at a proposal that waits for the clocks to agree. */
export function retryHeld (host: ChannelHost, channel: Channel): void {
  const held = host.sessions.get(channel.id)?.held
  if (held === undefined || !canTime(host, channel)) return
  host.sessions.set(channel.id, { ...host.sessions.get(channel.id)!, held: undefined })
  if (held.round === channel.round.number) onPropose(host, channel, held)
}

/** Sends row 2 of the round that was agreed. */
export function sendAgree (host: ChannelHost, channel: Channel): void {
  const evidence = kindOf(channel.state).giveAgree(host, channel, runningDraft(host, channel))
  host.send(channel.peer, { type: 'agree', channelId: channel.id, round: channel.round.number, evidence })
}

/** Row 2 arrives. */
export function onAgree (host: ChannelHost, channel: Channel, message: AgreeMessage): void {
  const { round } = channel
  if (message.round !== round.number || (round.phase !== 'proposed' && round.phase !== 'committed')) return failChannel(host, channel, outOfPhase('AGREE', channel, message.round))
  if (round.phase === 'committed') return sendCommit(host, channel) // CHAN-12
  const held = kindOf(channel.state).takeAgree(host, channel, runningDraft(host, channel), message.evidence)
  if (isFault(held)) return failChannel(host, channel, held)
  const after: Round = { ...round, phase: 'committed', evidence: held }
  moveDraft(round, after)
  const committed: Channel = { ...channel, round: after }
  host.channels.set(channel.id, committed)
  sendCommit(host, committed)
}

/** Sends row 3. */
export function sendCommit (host: ChannelHost, channel: Channel): void {
  const evidence = kindOf(channel.state).giveCommit(host, channel, runningDraft(host, channel))
  host.send(channel.peer, { type: 'commit', channelId: channel.id, round: channel.round.number, evidence })
}

/** Row 3 arrives. */
export function onCommit (host: ChannelHost, channel: Channel, message: CommitMessage): void {
  const { round } = channel
  if (isLastOfPeer(channel, message.round)) return sendAck(host, channel, message.round) // CHAN-12
  if (message.round !== round.number || round.phase !== 'agreed') return failChannel(host, channel, outOfPhase('COMMIT', channel, message.round))
  const draft = runningDraft(host, channel)
  const taken = kindOf(channel.state).takeCommit(host, channel, draft, message.evidence)
  if (isBroken(taken)) return failChannel(host, taken.state === undefined ? channel : { ...channel, state: taken.state }, taken.fault)
  const after = { ...channel, state: taken }
  sendAck(host, after, round.number)
  completeRound(host, after, draft, taken)
}

/** Whether a number is that of the round before this one, which the peer proposed. */
export const isLastOfPeer = ({ round }: Channel, number: number): boolean =>
  number === round.number - 1 && round.lastBy === 'remote' && (round.phase === 'idle' || round.phase === 'proposed')

/** Sends row 4 of a round whose state is in force. */
export function sendAck (host: ChannelHost, channel: Channel, number: number): void {
  host.send(channel.peer, { type: 'ack', channelId: channel.id, round: number, evidence: kindOf(channel.state).giveAck(host, channel) })
}

/** Row 4 arrives. */
export function onAck (host: ChannelHost, channel: Channel, message: AckMessage): void {
  const { round } = channel
  // CHAN-12: a second ACK of the last round needs no answer.
  if (message.round === round.number - 1 && round.lastBy === 'local') return
  if (message.round !== round.number || round.phase !== 'committed') return failChannel(host, channel, outOfPhase('ACK', channel, message.round))
  const draft = runningDraft(host, channel)
  const taken = kindOf(channel.state).takeAck(host, channel, draft, message.evidence)
  if (!isBroken(taken)) {
    completeRound(host, channel, draft, taken)
    return
  }
  const after = taken.state === undefined ? channel : completeRound(host, channel, draft, taken.state)
  if (host.channels.has(channel.id)) failChannel(host, after, taken.fault)
}

/** Whether a proposal that came again is the one we agreed to. */
function sameUpdates (round: Round, updates: readonly Update[]): boolean {
  return round.updates.length === updates.length && round.updates.every((update, i) => sameUpdate(wireUpdate(update), updates[i]!))
}

function sameUpdate (a: Update, b: Update): boolean {
  switch (a.type) {
    case 'add': return b.type === 'add' && equalBytes(encodeLayout(lockTerms, a.terms), encodeLayout(lockTerms, b.terms))
    case 'fulfil': return b.type === 'fulfil' && a.id === b.id && equalBytes(a.secret, b.secret)
    case 'fail': return b.type === 'fail' && a.id === b.id && a.reason === b.reason
    case 'expire': return b.type === 'expire' && a.id === b.id
    case 'set-limit': return b.type === 'set-limit' && a.limit === b.limit
    case 'shutdown': return b.type === 'shutdown'
  }
}
