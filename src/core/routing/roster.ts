import { beaconFor } from './beacon.js'
import type { RoutingHost } from './host.js'
import { ATTESTATIONS_FULL, ENDS_A_NODE, MEETING_POINTS_MAX, ROSTER_MAX, ROSTER_MIN, ROSTER_SLACK } from './limits.js'
import { PACING } from './pacing.js'
import { vectorKey, type RosterEntry, type RosterState, type RoutingTables } from './tables.js'
import { neighboursOf, ticketOf } from './ticket.js'

const UNKNOWN: RosterState = { size: ROSTER_MIN, there: 0, ticketMax: Infinity }
export const rosterStateOf = (tables: Pick<RoutingTables, 'rosterState'>): RosterState => tables.rosterState.get('all') ?? UNKNOWN

/**
 * Whether an announced meeting point is there: hints lead to it, or it is too new for that. One that is only announced
 * neither keeps others from standing nor raises the bar, so inventing meeting points gains nothing.
 *
 * @see HINT-24
 */
export function isThere (host: RoutingHost, entry: RosterEntry): boolean {
  const { nowMs } = host.env
  if (entry.withdrawn || entry.expiryMs <= nowMs) return false
  if (entry.heardMs + PACING[host.pacing].graceMs > nowMs) return true
  const assets = new Set([...host.tables.neighbours.values()].map(({ asset }) => asset))
  for (const asset of assets) {
    const vector = host.tables.vectors.get(vectorKey(asset, entry.id))
    if (vector !== undefined && [...vector.to, ...vector.from].some(({ claims }) => claims.length > 0)) return true
  }
  return false
}

/** Those that are there, lowest ticket first. */
export const rankedRoster = (host: RoutingHost): readonly RosterEntry[] =>
  [...host.tables.roster.values()].filter((entry) => isThere(host, entry)).sort((a, b) => a.ticket - b.ticket)

/** Looks through the roster: drops what has expired, takes the tickets of the present epoch, and sets the bar. @see HINT-24 */
export function refreshRoster (host: RoutingHost, epoch: number | undefined): void {
  const { roster, rosterState } = host.tables
  const { nowMs } = host.env
  const beacon = epoch === undefined ? undefined : beaconFor(host, epoch)
  const crowded = roster.size > MEETING_POINTS_MAX / 2
  for (const entry of [...roster.values()]) {
    if (entry.expiryMs <= nowMs || (crowded && !isThere(host, entry))) { // HINT-17
      roster.delete(entry.id)
      continue
    }
    // An id stays as long as its node is elected, so its ticket in this epoch is known before it announces itself anew.
    const ticket = beacon === undefined ? entry.ticket : ticketOf(beacon, entry.id, entry.weight)
    if (ticket !== entry.ticket) roster.set(entry.id, { ...entry, ticket })
  }
  const ranked = rankedRoster(host)
  const size = rosterSizeOf(ranked)
  const last = ranked[size - 1]
  rosterState.set('all', { size, there: ranked.length, ticketMax: last === undefined ? Infinity : ROSTER_SLACK * last.ticket }) // HINT-24
}

/**
 * How many meeting points a network should have: the root of the number of its nodes. Only the best candidates are
 * known. Each stands for as many of its weight as it takes for one to have so low a ticket, and all of them together
 * for the channel ends there are, of which a node has six.
 *
 * @param ranked - lowest ticket first
 * @see HINT-24
 */
export function rosterSizeOf (ranked: ReadonlyArray<Pick<RosterEntry, 'ticket' | 'weight'>>): number {
  let size = ROSTER_MIN
  // The more are counted, the better it is known how many there should be.
  for (let look = 0; look < SIZE_LOOKS; look++) {
    const counted = ranked.slice(0, size)
    const last = counted.pop()
    if (counted.length < ROSTER_MIN - 1 || last === undefined || last.ticket === 0) break
    let ends = 0
    for (const { weight } of counted) ends += neighboursOf(weight) / -Math.expm1(-weight * last.ticket)
    size = Math.min(ROSTER_MAX, Math.max(ROSTER_MIN, Math.ceil(Math.sqrt(ends / ENDS_A_NODE))))
  }
  return size
}
const SIZE_LOOKS = 4

/** 3: a full candidate, or hosted because somebody wanted it. Less: how many neighbours attest it. @see HINT-23 */
export const fullnessOf = ({ role, attestations }: Pick<RosterEntry, 'role' | 'attestations'>): number =>
  role === 'hosted' ? ATTESTATIONS_FULL : Math.min(ATTESTATIONS_FULL, attestations)

/** The entry with the highest ticket: the first to make room. @see HINT-17 */
export function worstOf (roster: RoutingTables['roster']): RosterEntry | undefined {
  let worst: RosterEntry | undefined
  for (const entry of roster.values()) if (worst === undefined || entry.ticket > worst.ticket) worst = entry
  return worst
}
