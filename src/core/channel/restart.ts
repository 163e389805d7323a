import type { Channel } from './entity.js'
import { isHalted } from './failure.js'
import type { ChannelHost } from './host.js'
import type { Lock } from './lock.js'
import { enqueue } from './queue.js'
import { keyOfLock, offererOf } from './round/draft.js'
import { lockKey } from './lock.js'

/**
 * Derives all that is volatile from what was loaded: where our offers are, and the removals that wait for a round.
 * Adds that waited are lost with the process: the state of their origin is `none`.
 */
export function restart (host: ChannelHost): void {
  const proposed = new Set<string>()
  for (const channel of host.channels.values()) {
    tellAgain(host, channel)
    const { phase, updates } = channel.round
    if (phase !== 'proposed' && phase !== 'committed') continue
    for (const update of updates) {
      if (update.type === 'add') {
        if (update.origin !== undefined && !isHalted(channel)) host.offers.set(update.origin, { channelId: channel.id, state: 'live' })
      } else if (update.type !== 'set-limit' && update.type !== 'shutdown') proposed.add(lockKey(channel.id, offererOf(update, 'local'), update.id))
    }
  }
  for (const lock of host.locks.values()) {
    if (lock.origin !== undefined && !lock.ended) host.offers.set(lock.origin, { channelId: lock.channelId, state: 'live' })
    const channel = host.channels.get(lock.channelId)
    if (channel !== undefined && !isHalted(channel) && !proposed.has(keyOfLock(lock))) enqueueRemoval(host, channel, lock)
  }
}

/** What was to be published may have been lost with the process. @see ENF-16, ENF-17 */
function tellAgain (host: ChannelHost, { id, state, opener }: Channel): void {
  if (state.kind !== 'chain') return
  if (opener === 'local' && state.stage === 'signed') host.outcome({ type: 'fundingSigned', channelId: id })
  if (state.closing.length > 0) host.outcome({ type: 'closeSigned', channelId: id })
}

function enqueueRemoval (host: ChannelHost, channel: Channel, lock: Lock): void {
  const { id } = lock.terms
  if (lock.offeredBy === 'local') {
    if (lock.failing !== undefined && lock.secret === undefined) enqueue(host, channel.id, { type: 'expire', id })
  } else if (lock.secret !== undefined) enqueue(host, channel.id, { type: 'fulfil', id, secret: lock.secret })
  else if (lock.failing !== undefined) enqueue(host, channel.id, { type: 'fail', id, reason: lock.failing })
}
