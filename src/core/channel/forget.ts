import type { Channel } from './entity.js'
import { dropOffers } from './failure.js'
import type { ChannelHost } from './host.js'
import { keyOfLock } from './round/draft.js'

/** Deletes a channel and all that belongs to it. What it still offered was never binding, and is failed. @see IOU-11 */
export function forgetChannel (host: ChannelHost, channel: Channel): void {
  dropOffers(host, channel)
  for (const lock of [...host.locks.group(channel.id).values()]) host.locks.delete(keyOfLock(lock))
  host.channels.delete(channel.id)
  host.joints.delete(channel.id)
  host.queues.delete(channel.id)
  host.sessions.delete(channel.id)
  host.closings.delete(channel.id)
  host.outcome({ type: 'closed', channelId: channel.id })
}
