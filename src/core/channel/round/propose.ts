import type { Channel, ProposedUpdate, Round } from '../entity.js'
import { isHalted } from '../failure.js'
import type { ChannelHost, QueuedUpdate } from '../host.js'
import { wireUpdate } from '../kind.js'
import { kindOf } from '../kinds.js'
import { UPDATES_PER_ROUND_MAX } from '../limits.js'
import { lockKey, type FailReason } from '../lock.js'
import type { ProposeMessage } from '../messages.js'
import { queueOf, setUpdates } from '../queue.js'
import { showSecrets } from '../secrets.js'
import { canTime, hasExpired } from '../time.js'
import { applyUpdate, endDraft, keepDraft, nextAddId, runningDraft, startDraft, type Drafting } from './draft.js'

/**
 * Proposes a round in every channel that is idle, ready, and has updates waiting; and shows secrets that wait.
 * Called when a batch of events has been stepped, so that one round takes all that waited. Work is in proportion to
 * the channels that have something to do.
 */
export function startRounds (host: ChannelHost): void {
  for (const channelId of [...host.queues.entries()].map(([id]) => id)) {
    const channel = host.channels.get(channelId)
    const session = host.sessions.get(channelId)
    if (channel === undefined || session === undefined) continue
    const proposed = !isHalted(channel) && session.ready && session.held === undefined && channel.round.phase === 'idle' && channel.status !== 'opening'
      ? propose(host, channel)
      : undefined
    const shown = new Set(proposed?.updates.flatMap((update) => update.type === 'fulfil' ? [update.id] : []))
    showSecrets(host, channel, shown)
    if (proposed !== undefined) host.send(channel.peer, proposed)
  }
}

/** Stores a proposal of what waits and gives its message; undefined when nothing of it can be proposed. */
function propose (host: ChannelHost, channel: Channel): ProposeMessage | undefined {
  const waiting = inOrder(host, channel)
  const { updateBytesMax } = kindOf(channel.state)
  const drafting = startDraft(host, channel, 'local')
  const updates: ProposedUpdate[] = []
  let bytes = 0
  let taken = 0
  for (; taken < waiting.length && updates.length < UPDATES_PER_ROUND_MAX; taken++) { // CHAN-9
    const queued = waiting[taken]!
    if (queued.type === 'fulfil' && updates[0]?.type === 'expire' && isLate(host, channel, queued)) break
    bytes += bytesOf(queued)
    if (bytes > updateBytesMax) break
    const update = proposable(drafting, queued)
    if (typeof update === 'string') dropUpdate(host, channel, queued, update)
    else if (update !== undefined) updates.push(update)
  }
  if (taken > 0) setUpdates(host, channel.id, waiting.slice(taken))
  if (updates.length === 0) return undefined
  const round: Round = { ...channel.round, phase: 'proposed', updates }
  const proposed: Channel = { ...channel, round }
  keepDraft(round, endDraft(drafting))
  host.channels.set(channel.id, proposed)
  return proposeMessage(host, proposed)
}

/**
 * What waits, in the order in which it is proposed: first the locks that are taken back. While there are such, a secret
 * that may be too late for the peer waits, so that no two proposals can each take back what the other takes.
 *
 * @see CHAN-23
 */
function inOrder (host: ChannelHost, channel: Channel): readonly QueuedUpdate[] {
  const { updates } = queueOf(host, channel.id)
  if (!updates.some(({ type }) => type === 'expire')) return updates
  const rank = (update: QueuedUpdate): number => update.type === 'expire' ? 0 : isLate(host, channel, update) ? 2 : 1
  return updates.map((update) => [rank(update), update] as const).sort(([a], [b]) => a - b).map(([, update]) => update)
}

/** Whether an update shows the secret of a lock that has expired by our clock. */
function isLate (host: ChannelHost, channel: Channel, update: QueuedUpdate): boolean {
  if (update.type !== 'fulfil') return false
  const lock = host.locks.get(lockKey(channel.id, 'remote', update.id))
  return lock !== undefined && hasExpired(host, lock.terms.expiry)
}

/** The message of a stored proposal: the same each time. @see CHAN-5 */
export const proposeMessage = (host: ChannelHost, channel: Channel): ProposeMessage => ({
  type: 'propose',
  channelId: channel.id,
  round: channel.round.number,
  updates: channel.round.updates.map(wireUpdate),
  evidence: kindOf(channel.state).givePropose(host, channel, runningDraft(host, channel))
})

/** A queued update as it can be proposed now; a reason when it no longer can; undefined when it has become needless. */
function proposable (drafting: Drafting, queued: QueuedUpdate): ProposedUpdate | FailReason | undefined {
  const { host, channel } = drafting
  switch (queued.type) {
    case 'add': {
      const { terms, origin } = queued
      if (hasExpired(host, terms.expiry)) return 'expired'
      if (!canTime(host, channel)) return 'refused' // CHAN-18
      const add: ProposedUpdate = { type: 'add', terms: { ...terms, id: nextAddId(drafting.state, 'local') }, origin }
      if (applyUpdate(drafting, add) !== undefined) return 'no-route'
      host.offers.set(origin, { channelId: channel.id, state: 'live' })
      return add
    }
    case 'fail': case 'expire': {
      const lock = host.locks.get(lockKey(channel.id, queued.type === 'fail' ? 'remote' : 'local', queued.id))
      // CHAN-19: once its secret is known, a lock is given up no more.
      if (lock === undefined || lock.secret !== undefined) return undefined
      if (queued.type === 'expire' && !canTime(host, channel)) return 'refused'
      break
    }
    case 'shutdown': if (drafting.state.shutdown) return undefined; break
    case 'fulfil': case 'set-limit': break
  }
  return applyUpdate(drafting, queued) === undefined ? queued : 'refused'
}

/** What becomes of an update that cannot be proposed any more. */
function dropUpdate (host: ChannelHost, channel: Channel, queued: QueuedUpdate, reason: FailReason): void {
  switch (queued.type) {
    case 'add':
      host.offers.delete(queued.origin)
      host.outcome({ type: 'offerFailed', channelId: channel.id, origin: queued.origin, reason, sent: false })
      break
    case 'set-limit': host.outcome({ type: 'limitRefused', channelId: channel.id, limit: queued.limit }); break
    case 'expire': {
      // It is asked for again when the clocks agree.
      const key = lockKey(channel.id, 'local', queued.id)
      const lock = host.locks.get(key)
      if (lock !== undefined) host.locks.set(key, { ...lock, failing: undefined })
      break
    }
    case 'fulfil': case 'fail': case 'shutdown': break
  }
}

/** At least as many bytes as an update takes on the wire. */
function bytesOf (update: QueuedUpdate): number {
  return update.type === 'add' ? ADD_BYTES + update.terms.onion.length : update.type === 'fulfil' ? FULFIL_BYTES : OTHER_BYTES
}
/** 160 bytes of message, 33 of point, 16 of route id, three numbers of at most 10, and tags and lengths of each. */
const ADD_BYTES = 290
const FULFIL_BYTES = 56
const OTHER_BYTES = 24
