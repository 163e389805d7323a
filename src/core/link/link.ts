import type { PeerId } from '../base/ids.js'
import { invariant, unreachable } from '../base/invariant.js'
import { onLinkClose, onLinkOpen, onLinkRefuse, onOpenWaitTimer, onPeerHasLink, resumeLink } from './agreement.js'
import type { LinkHost } from './host.js'
import { MESSAGES_BURST, MESSAGES_PER_SECOND } from './limits.js'
import type { LinkMessage, RoutingMessage } from './messages.js'
import { onPing, onPingTimer, onPong } from './ping.js'

/**
 * Being neighbours: a durable agreement of two peers to keep one connection. It carries no money. In reading order:
 * `messages` (what neighbours say), `host` (what links may use), `tables` (what is kept), `limits`, this file (what
 * comes in), `agreement` (asking, accepting, closing), `ping` (signs of life and clocks), `rules` and `judge`
 * (which channels are accepted, and fees), `views`.
 *
 * @see protocols/link/README.md
 */
export { closeLink, openLink, setLink } from './agreement.js'
export { clocksAgree } from './ping.js'
export { feePolicyOf, judgeOpening } from './judge.js'

/** Messages of the link stream that are about the link itself. */
export type LinkOwnMessage = Exclude<LinkMessage, RoutingMessage>

/** After a start: connections of all links are wanted again. */
export function restart (host: LinkHost): void {
  for (const { peer, status, addresses } of [...host.tables.links.values()]) {
    if (status !== 'incoming') host.keep(peer, addresses)
  }
}

export function onPeerConnected (host: LinkHost, peer: PeerId): void {
  host.tables.linkSessions.set(peer, {
    clockSkewMs: undefined, roundTripMs: undefined, ping: undefined, credit: MESSAGES_BURST, creditAtMs: host.env.nowMs
  })
  resumeLink(host, peer)
}

export function onPeerDisconnected (host: LinkHost, peer: PeerId): void {
  host.tables.linkSessions.delete(peer)
  host.clearTimer(`link/ping/${peer}`)
}

/** One message of a connected peer, neighbour or stranger. */
export function onLinkMessage (host: LinkHost, peer: PeerId, message: LinkOwnMessage): void {
  if (!spendCredit(host, peer)) return
  switch (message.type) {
    case 'linkState': case 'linkAccept': onPeerHasLink(host, peer); break
    case 'linkOpen': onLinkOpen(host, peer); break
    case 'linkRefuse': onLinkRefuse(host, peer, message.reason); break
    case 'linkClose': onLinkClose(host, peer); break
    case 'ping': onPing(host, peer, message); break
    case 'pong': onPong(host, peer, message); break
    default: unreachable(message)
  }
}

export function onLinkTimer (host: LinkHost, key: string): void {
  const [, matter, peer] = key.split('/') as [string, string, PeerId]
  switch (matter) {
    case 'ping': onPingTimer(host, peer); break
    case 'wait': onOpenWaitTimer(host, peer); break
    default: invariant(false, `a link timer is a ping or a wait, not ${matter}`)
  }
}

/** Counts a message against the peer's allowance; a peer that floods is cut off. @see LINK-13 */
function spendCredit (host: LinkHost, peer: PeerId): boolean {
  const session = host.tables.linkSessions.get(peer)
  if (session === undefined) return false // the connection has ended in the meantime
  const { nowMs } = host.env
  const earned = Math.max(0, nowMs - session.creditAtMs) * MESSAGES_PER_SECOND / 1_000
  const credit = Math.min(MESSAGES_BURST, session.credit + earned) - 1
  if (credit >= 0) {
    host.tables.linkSessions.set(peer, { ...session, credit, creditAtMs: nowMs })
    return true
  }
  if (session.credit > -1) { // LINK-13: said once
    host.tables.linkSessions.set(peer, { ...session, credit: -1, creditAtMs: nowMs })
    host.notify({ type: 'link:fault', peer, stream: 'link', requirement: 'LINK-13', detail: `more than ${MESSAGES_BURST} messages at once` })
    host.drop(peer)
  }
  return false
}
