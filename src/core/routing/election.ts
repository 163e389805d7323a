import { toHex } from '../base/bytes.js'
import type { MeetingPointId } from '../base/ids.js'
import { mulG } from '../crypto/curve.js'
import type { Attestation } from './attestation.js'
import { areAnswersIn, askAttestations, attestationsFor, forgetAttestations, neighbourPeers } from './attesting.js'
import { beaconFor } from './beacon.js'
import { epochOf } from './epoch.js'
import type { RoutingHost } from './host.js'
import { ANNOUNCEMENT_SPACING_MS, ATTESTATIONS_FULL, HEAVIER, MEETING_POINTS_FEW, ROSTER_SLACK, STAND_DELAY_MS, TICKET_FOLDS, TICKET_FOLDS_FEW, TICKET_LAST } from './limits.js'
import { announce, announceAt, beginMeetingPoint, endMeetingPoint, roleSecret } from './meeting-point.js'
import { PACING } from './pacing.js'
import { fullnessOf, rankedRoster, refreshRoster, rosterStateOf } from './roster.js'
import { paceOf, type Candidate, type HostedPoint } from './tables.js'
import { ticketOf, weightOf } from './ticket.js'

/**
 * Who is a meeting point is decided without a vote: every volunteer has a ticket that nobody can choose, and the lowest
 * tickets are the roster. Each node looks for itself whether its own is among them. Views may differ a little; then
 * there are a few meeting points more, and nothing else.
 */
export { beaconOf } from './beacon.js'
export { epochAt } from './epoch.js'
export { HOSTED_WEIGHT, ticketOf, weightOf } from './ticket.js'

export const STAND_TIMER = 'routing/stand'

/** Something has changed that matters to the election: it is looked at soon. */
export function standSoon (host: RoutingHost, delayMs: number = STAND_DELAY_MS): void {
  if (host.duty !== 'volunteer') return // HINT-21
  const pace = paceOf(host.tables)
  const atMs = host.env.nowMs + delayMs
  if (pace.standAtMs !== undefined && pace.standAtMs <= atMs) return
  host.tables.pace.set('all', { ...pace, standAtMs: atMs })
  host.setTimer(STAND_TIMER, atMs)
}

export function onStandTimer (host: RoutingHost): void {
  const { tables } = host
  tables.pace.set('all', { ...paceOf(tables), standAtMs: undefined })
  const epoch = epochOf(host)
  if (epoch !== undefined && beaconFor(host, epoch) !== undefined) {
    forgetAttestations(host, epoch)
    refreshRoster(host, epoch)
    const [present] = tables.hosted.values()
    if (present === undefined) stand(host, epoch)
    else goOn(host, present, epoch)
  }
  standSoon(host, PACING[host.pacing].electMs)
}

/** Ends meeting points whose two epochs are over. @see HINT-25 */
export function endOutlived (host: RoutingHost): void {
  const epoch = epochOf(host)
  if (epoch === undefined) return
  for (const { id, role, epoch: of } of [...host.tables.hosted.values()]) if (role === 'elected' && of + 1 < epoch) endMeetingPoint(host, id) // HINT-25
}

/** A user stopped the meeting point: the node does not stand again in this epoch. */
export function rest (host: RoutingHost): void {
  const epoch = epochOf(host)
  if (epoch !== undefined) host.tables.resting.set('all', { epoch })
}

/** A volunteer that is no meeting point. @see HINT-23 */
function stand (host: RoutingHost, epoch: number): void {
  const { candidate, resting } = host.tables
  const { nowMs } = host.env
  if ((resting.get('all')?.epoch ?? -1) >= epoch || neighbourPeers(host).size === 0) return
  const me = candidateOf(host)
  askAttestations(host, me.id, epoch)
  const attestations = attestationsFor(host, me.id, epoch)
  if (!isElected(host, me.id, epoch, attestations, 1)) {
    candidate.set('all', { ...me, sinceMs: undefined })
    return
  }
  const since = me.sinceMs ?? nowMs
  candidate.set('all', { ...me, sinceMs: since })
  const dueMs = since + standDelay(host, me.id, epoch, attestations)
  if (dueMs > nowMs) standSoon(host, dueMs - nowMs)
  else if (areAnswersIn(host, me.id, epoch)) {
    candidate.delete('all')
    beginMeetingPoint(host, 'elected', epoch)
  } else standSoon(host)
}

/** A node that is a meeting point: it is elected again, or serves until the overlap of the epochs ends. @see HINT-25 */
function goOn (host: RoutingHost, present: HostedPoint, epoch: number): void {
  const { hosted, announced } = host.tables
  askAttestations(host, present.id, epoch)
  if (!areAnswersIn(host, present.id, epoch)) {
    standSoon(host)
    return
  }
  const attestations = attestationsFor(host, present.id, epoch)
  const last = announced.get(present.id)
  if (present.role === 'elected' && present.epoch < epoch) {
    if (!isElected(host, present.id, epoch, attestations, ROSTER_SLACK)) return // HINT-25
    hosted.set(present.id, { ...present, epoch })
    announce(host, present.id)
  } else if (weightOf(present.id, attestations) > HEAVIER * (last?.weight ?? 0)) {
    const atMs = Math.max(host.env.nowMs, (last?.atMs ?? -Infinity) + ANNOUNCEMENT_SPACING_MS)
    if (last === undefined || last.nextMs > atMs || last.nextMs < host.env.nowMs) announceAt(host, present.id, atMs)
  }
}

/**
 * Whether a role key of this node belongs to the roster: by its ticket when it is a full candidate; with fewer
 * attestations only while there are few meeting points, so that two nodes are a network too.
 *
 * @param slack - how many rosters it may be from the top
 * @see HINT-23
 */
function isElected (host: RoutingHost, id: MeetingPointId, epoch: number, attestations: readonly Attestation[], slack: number): boolean {
  const beacon = beaconFor(host, epoch)
  if (beacon === undefined || attestations.length === 0) return false
  const ticket = ticketOf(beacon, id, weightOf(id, attestations))
  const fullness = fullnessOf({ role: 'elected', attestations: attestations.length })
  const others = rankedRoster(host).filter((entry) => entry.id !== id)
  if (fullness === ATTESTATIONS_FULL) return others.filter((other) => other.ticket < ticket).length < slack * rosterStateOf(host.tables).size
  const before = others.filter((other) => fullnessOf(other) > fullness || (fullnessOf(other) === fullness && other.ticket < ticket)).length
  return before < (fullness === 1 ? 1 : MEETING_POINTS_FEW)
}

/** The better the ticket, the sooner, by its logarithm, since networks differ in size by many powers; so most of those who would lose hear of the winners first. @see HINT-23 */
function standDelay (host: RoutingHost, id: MeetingPointId, epoch: number, attestations: readonly Attestation[]): number {
  const { standMs, fewMs } = PACING[host.pacing]
  const lacking = ATTESTATIONS_FULL - fullnessOf({ role: 'elected', attestations: attestations.length })
  // Where there are few, capacities differ little, and the chance alone is spread over the wait.
  const [weight, folds] = lacking > 0 ? [1, TICKET_FOLDS_FEW] : [weightOf(id, attestations), TICKET_FOLDS]
  const ticket = ticketOf(beaconFor(host, epoch)!, id, weight)
  return Math.ceil(standMs * Math.min(1, Math.max(0, 1 + Math.log(ticket / TICKET_LAST) / folds))) + fewMs * lacking
}

/** The role key this node would serve under: the next that it has not used. @see HINT-21 */
function candidateOf (host: RoutingHost): Candidate {
  const { candidate, roleCounter } = host.tables
  const known = candidate.get('all')
  if (known !== undefined) return known
  const id = toHex(mulG(roleSecret(host, roleCounter.get('all')?.next ?? 0))) as MeetingPointId
  return { id, sinceMs: undefined }
}
