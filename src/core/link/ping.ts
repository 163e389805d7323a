import type { PeerId } from '../base/ids.js'
import { CLOCK_SKEW_MAX_MS } from './limits.js'
import type { LinkHost } from './host.js'
import type { PingMessage, PongMessage } from './messages.js'
import type { LinkSession } from './tables.js'

const pingKey = (peer: PeerId): string => `link/ping/${peer}`

/** Sends the first ping of a connection, unless one is under way. */
export function startPing (host: LinkHost, peer: PeerId): void {
  const session = host.tables.linkSessions.get(peer)
  if (session === undefined || session.ping !== undefined) return
  sendPing(host, peer, session)
}

export function stopPing (host: LinkHost, peer: PeerId): void {
  const session = host.tables.linkSessions.get(peer)
  if (session === undefined) return
  host.tables.linkSessions.set(peer, { ...session, ping: undefined, clockSkewMs: undefined })
  host.clearTimer(pingKey(peer))
}

/** Answers a neighbour's ping; a stranger's costs only this look-up. @see LINK-10 */
export function onPing (host: LinkHost, peer: PeerId, message: PingMessage): void {
  if (host.tables.links.get(peer)?.status !== 'open') return
  host.send(peer, { type: 'pong', nonce: message.nonce, clockMs: host.env.nowMs }) // LINK-10
}

/** Measures the round trip and the difference of the clocks. @see LINK-12 */
export function onPong (host: LinkHost, peer: PeerId, message: PongMessage): void {
  const session = host.tables.linkSessions.get(peer)
  if (session?.ping === undefined || session.ping.nonce !== message.nonce) return // LINK-10: an answer to nothing
  const { nowMs } = host.env
  const roundTripMs = Math.max(0, nowMs - session.ping.sentMs)
  // LINK-12: the peer read its clock somewhere between our two readings; the middle is off by half the round trip at most.
  const clockSkewMs = Math.round(message.clockMs + roundTripMs / 2 - nowMs)
  host.tables.linkSessions.set(peer, { ...session, ping: undefined, roundTripMs, clockSkewMs })
  host.setTimer(pingKey(peer), nowMs + host.settings.pingMs)
  const agree = isAgreement(clockSkewMs)
  if (session.clockSkewMs === undefined ? !agree : isAgreement(session.clockSkewMs) !== agree) host.notify({ type: 'link:clock', peer, agree, skewMs: clockSkewMs })
}

/** Time for the next ping, or the last one was not answered. @see LINK-11 */
export function onPingTimer (host: LinkHost, peer: PeerId): void {
  const session = host.tables.linkSessions.get(peer)
  if (session === undefined || host.tables.links.get(peer)?.status !== 'open') return
  if (session.ping === undefined) sendPing(host, peer, session)
  else host.drop(peer) // LINK-11: a peer that hangs is cut off; the mesh dials it again
}

/**
 * Whether both neighbours' clocks agree well enough for locks whose expiry is in seconds. False until the first pong
 * of the connection.
 *
 * @see LINK-12
 */
export function clocksAgree (host: Pick<LinkHost, 'tables'>, peer: PeerId): boolean {
  const skew = host.tables.linkSessions.get(peer)?.clockSkewMs
  return skew !== undefined && isAgreement(skew) // LINK-12
}

const isAgreement = (skewMs: number): boolean => Math.abs(skewMs) <= CLOCK_SKEW_MAX_MS

function sendPing (host: LinkHost, peer: PeerId, session: LinkSession): void {
  const random = host.draw('link/ping')
  const nonce = ((random[0]! << 24) | (random[1]! << 16) | (random[2]! << 8) | random[3]!) >>> 0
  const { nowMs } = host.env
  host.tables.linkSessions.set(peer, { ...session, ping: { nonce, sentMs: nowMs } })
  host.send(peer, { type: 'ping', nonce, clockMs: nowMs }) // LINK-10
  host.setTimer(pingKey(peer), nowMs + host.settings.pingTimeoutMs)
}
