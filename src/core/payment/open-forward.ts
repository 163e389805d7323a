import type { ChannelId } from '../base/ids.js'
import type { Lock } from '../channel/lock.js'
import { passOn } from './forwarder.js'
import { closeRoute, mayUse, usedRoute } from './open-route.js'
import { lockNumber, readLockNumber, tweakAt } from './stream-session.js'
import type { OpenRoute } from './stream-tables.js'
import type { Host } from './tables.js'

/** A lock has come on an open route that goes on: it is handed on by the tweak of its number, or given back. @see ROUTE-73 */
export function forwardOnOpenRoute (host: Host, channelId: ChannelId, lock: Lock, route: OpenRoute): void {
  const { role, after, asset } = route
  const { terms } = lock
  const index = readLockNumber(terms.routeId, terms.onion, route.highest)
  if (role.type !== 'hop' || after === undefined || index === undefined || !mayUse(host, route)) {
    host.fail(channelId, terms.id, 'no-route')
    if (role.type === 'hop') closeRoute(host, route)
    return
  }
  usedRoute(host, route, index)
  const { own, next, side } = role
  const outcome = passOn(host, channelId, lock, {
    peer: after.peer, routeId: after.routeId, channelId: after.channelId, own, next, side, asset, tweak: tweakAt(role.seed, index), onion: lockNumber(after.routeId, index)
  })
  if ('refused' in outcome) host.fail(channelId, terms.id, outcome.refused)
}
