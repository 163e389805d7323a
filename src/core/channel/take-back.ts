import type { Channel } from './entity.js'
import type { ChannelHost } from './host.js'
import type { Lock } from './lock.js'
import { enqueue } from './queue.js'
import { keyOfLock } from './round/draft.js'

/** Queues the `expire` of a lock that we offered, once; not when its secret is known. @see CHAN-17, CHAN-19 */
export function takeBack (host: ChannelHost, channel: Channel, lock: Lock): void {
  if (lock.offeredBy !== 'local' || lock.secret !== undefined || lock.failing !== undefined) return
  host.locks.set(keyOfLock(lock), { ...lock, failing: 'expired' })
  enqueue(host, channel.id, { type: 'expire', id: lock.terms.id })
}
