import type { ChannelId, MeetingPointId, PeerId } from '../base/ids.js'
import { invariant } from '../base/invariant.js'
import type { HintRequestMessage, HintsMessage } from '../link/messages.js'
import type { RoutingHost } from './host.js'
import * as meetingPoint from './meeting-point.js'
import { dropPeer, onLevelsTimer, reviewPeer, unsettle } from './neighbour.js'
import { renewOwn } from './own-vector.js'
import { PACING } from './pacing.js'
import { onFlushTimer, settle } from './publish.js'
import { onHintRequest, onHints } from './receive.js'
import { isStale, slotAt } from './sequence.js'
import { withoutStale } from './vector.js'
import { deleteVector, onWantsTimer, replaceVector, settleWants } from './vectors.js'

/**
 * Distance vectors in liquidity buckets, kept only to meeting points. In reading order: `pacing`, `limits`, `bucket`,
 * `sequence` (numbers and feasibility), `vector` (what is known of one meeting point), `host`, `tables`, this file
 * (what comes in), `neighbour` (channels come, go and change), `receive` (hints come in), `vectors` (what follows from
 * a change), `publish` (hints go out), `announcement`, `election`, `meeting-point` and `own-vector` (being one),
 * `next-hop`, `views`.
 *
 * @see protocols/hints/README.md
 */
export { judgeAnnouncement } from './announcement.js'
export { meetingPoints, nextHops, scored } from './next-hop.js'
export { hostedSecrets as hosted } from './meeting-point.js'

const SLOT_TIMER = 'routing/slot'

/** After a start: channels come back as their peers do; meeting points hosted here go on. */
export function restart (host: RoutingHost): void {
  setSlotTimer(host)
  meetingPoint.announceSoon(host)
}

export function onPeerConnected (host: RoutingHost, peer: PeerId): void {
  unsettle(host, peer)
  meetingPoint.announceSoon(host)
  conclude(host)
}

export function onPeerDisconnected (host: RoutingHost, peer: PeerId): void {
  dropPeer(host, peer)
  conclude(host)
}

/** Anything happened in a channel. Cheap: it is looked at in a moment, together with what follows. */
export function onCapacityChanged (host: RoutingHost, channelId: ChannelId): void {
  const peer = host.peerOf(channelId)
  if (peer !== undefined) {
    unsettle(host, peer)
    return
  }
  // The channel is gone and with it the name of its peer.
  for (const { peer: each } of [...host.tables.neighbours.values()]) unsettle(host, each)
}

/** Hints, or a question for hints, of a connected peer. */
export function onHintMessage (host: RoutingHost, peer: PeerId, message: HintsMessage | HintRequestMessage): void {
  // A message may be the first sign that a channel just opened on the other side; so it is looked at before.
  if (host.tables.unsettled.has(peer)) reviewPeer(host, peer)
  if (message.type === 'hints') onHints(host, peer, message)
  else onHintRequest(host, peer, message)
  conclude(host)
}

/** A validated announcement. */
export function onAnnouncement (host: RoutingHost, bytes: Uint8Array): void {
  meetingPoint.applyAnnouncement(host, bytes)
  conclude(host)
}

export function hostMeetingPoint (host: RoutingHost): ReturnType<typeof meetingPoint.hostMeetingPoint> {
  const result = meetingPoint.hostMeetingPoint(host)
  conclude(host)
  return result
}

export function stopMeetingPoint (host: RoutingHost, id: MeetingPointId | undefined): ReturnType<typeof meetingPoint.stopMeetingPoint> {
  const result = meetingPoint.stopMeetingPoint(host, id)
  conclude(host)
  return result
}

export function onRoutingTimer (host: RoutingHost, key: string): void {
  const [, matter, id] = key.split('/') as [string, string, MeetingPointId]
  switch (matter) {
    case 'flush': onFlushTimer(host); break
    case 'wants': onWantsTimer(host); break
    case 'levels': onLevelsTimer(host); break
    case 'slot': onSlot(host); break
    case 'announce': meetingPoint.announce(host, id); break
    default: invariant(false, `a routing timer is of a known matter, not ${matter}`)
  }
  conclude(host)
}

/** What is due goes out at the end of every step, withdrawals before questions. */
function conclude (host: RoutingHost): void {
  settle(host)
  settleWants(host)
}

/** A slot has ended: own meeting points take a new number, what is too old is forgotten. */
function onSlot (host: RoutingHost): void {
  const pacing = PACING[host.pacing]
  const { nowMs } = host.env
  renewOwn(host)
  for (const [key, vector] of [...host.tables.vectors.entries()]) {
    const next = withoutStale(vector, (sequence) => isStale(pacing, nowMs, sequence))
    if (next === undefined) deleteVector(host, key)
    else if (next !== vector) replaceVector(host, vector, next)
  }
  for (const { id, expiryMs } of [...host.tables.roster.values()]) if (expiryMs <= nowMs) host.tables.roster.delete(id)
  setSlotTimer(host)
}

function setSlotTimer (host: RoutingHost): void {
  const { slotMs } = PACING[host.pacing]
  host.setTimer(SLOT_TIMER, (slotAt(PACING[host.pacing], host.env.nowMs) + 1) * slotMs)
}
