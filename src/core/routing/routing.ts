import type { ChannelId, MeetingPointId, PeerId } from '../base/ids.js'
import { invariant, unreachable } from '../base/invariant.js'
import type { HintRequestMessage, HintsMessage, RoutingMessage } from '../link/messages.js'
import type { Hex } from '../base/bytes.js'
import { onAttestation, onAttestRequest } from './attesting.js'
import { noteBlock } from './beacon.js'
import { endOutlived, onStandTimer, rest, standSoon } from './election.js'
import { epochOf } from './epoch.js'
import { onFindTimer } from './finding.js'
import type { BeaconChain, RoutingHost } from './host.js'
import { forgetLicences, onLicence, renewLicences, showLicences } from './licensing.js'
import * as meetingPoint from './meeting-point.js'
import { dropPeer, onLevelsTimer, reviewPeer, unsettle } from './neighbour.js'
import { renewOwn } from './own-vector.js'
import { PACING } from './pacing.js'
import { onFlushTimer, settle } from './publish.js'
import { onHintRequest, onHints, spendCredit } from './receive.js'
import { refreshRoster } from './roster.js'
import { isStale, slotAt } from './sequence.js'
import { withoutStale } from './vector.js'
import { deleteVector, onWantsTimer, replaceVector, settleWants } from './vectors.js'

/**
 * Distance vectors in liquidity buckets, kept only to meeting points. In reading order: `pacing`, `limits`, `bucket`,
 * `sequence` (numbers and feasibility), `vector` (what is known of one meeting point), `host`, `tables`, this file
 * (what comes in), `neighbour` (channels come, go and change), `receive` (hints come in), `vectors` (what follows from
 * a change), `finding` (announcements that did not come), `publish` (hints go out), `next-hop`, `views`. Who is a meeting point: `epoch`, `beacon`, `attestation`
 * (what neighbours sign), `attesting` (asking for it), `ticket`, `announcement`, `roster` (who is one), `licence` (who may claim to be near one), `licensing`, `election` (whether
 * this node is), `meeting-point` and `own-vector` (being one).
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
  standSoon(host)
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
export const onHintMessage = (host: RoutingHost, peer: PeerId, message: HintsMessage | HintRequestMessage): void => { onRoutingMessage(host, peer, message) }

/** Any message about routing of a connected peer. */
export function onRoutingMessage (host: RoutingHost, peer: PeerId, message: RoutingMessage): void {
  // A message may be the first sign that a channel just opened on the other side; so it is looked at before.
  if (host.tables.unsettled.has(peer)) reviewPeer(host, peer)
  switch (message.type) {
    case 'hints': onHints(host, peer, message); break
    case 'hintRequest': {
      // HINT-29: a peer that asks for everything may have missed the licences that were shown to it before.
      if (onHintRequest(host, peer, message)) showLicences(host, peer)
      break
    }
    case 'licence': onLicence(host, peer, message); break
    case 'attestRequest': {
      if (spendCredit(host, peer)) onAttestRequest(host, peer, message)
      break
    }
    case 'attestation': {
      if (spendCredit(host, peer) && onAttestation(host, peer, message)) standSoon(host)
      break
    }
    default: unreachable(message)
  }
  conclude(host)
}

/** A block of a chain was connected: it may begin an epoch. */
export function onBlock (host: RoutingHost, chain: BeaconChain, block: { readonly height: number, readonly hash: Hex }): void {
  noteBlock(host, chain, block)
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
  rest(host)
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
    case 'stand': {
      onStandTimer(host)
      renewLicences(host) // HINT-29
      break
    }
    case 'find': onFindTimer(host); break
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
  refreshRoster(host, epochOf(host))
  endOutlived(host)
  forgetLicences(host)
  renewLicences(host)
  setSlotTimer(host)
}

function setSlotTimer (host: RoutingHost): void {
  const { slotMs } = PACING[host.pacing]
  host.setTimer(SLOT_TIMER, (slotAt(PACING[host.pacing], host.env.nowMs) + 1) * slotMs)
}
