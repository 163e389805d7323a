import type { MeetingPointId } from '../base/ids.js'
import { epochOf } from './epoch.js'
import type { BeaconChain, Duty, RoutingHost } from './host.js'
import { usableIn } from './publish.js'
import { rosterStateOf } from './roster.js'
import type { HostedPoint } from './tables.js'
import { choicesOf } from './vector.js'

/** A meeting point as people see it: the shape of `MeetingPointView` among the public nouns. */
export interface MeetingPointView {
  readonly id: MeetingPointId
  readonly hosted: boolean
  /** Smallest distance toward it of all assets and amounts; 0 when hosted here. */
  readonly hops: number | undefined
  readonly announced: boolean
  readonly role: HostedPoint['role'] | undefined
  readonly epoch: number | undefined
  readonly attestations: number | undefined
}

/** The election as one node sees it: the shape of `RosterView` among the public nouns. */
export interface RosterView {
  readonly epoch: number | undefined
  readonly beacon: 'genesis' | BeaconChain
  readonly size: number
  readonly there: number
  readonly here: HostedPoint['role'] | 'candidate' | 'none'
  readonly duty: Duty
}

/** All meeting points known here; usable outside a step. */
export function meetingPointViews (host: Pick<RoutingHost, 'tables'>): readonly MeetingPointView[] {
  const { hosted, roster, vectors } = host.tables
  const hops = new Map<MeetingPointId, number>()
  for (const vector of vectors.values()) {
    for (const choice of choicesOf(vector, usableIn(host, vector.asset)).to) {
      if (choice !== undefined) hops.set(vector.meetingPoint, Math.min(hops.get(vector.meetingPoint) ?? Infinity, choice.hops + 1))
    }
  }
  const announced = [...roster.values()].filter(({ withdrawn }) => !withdrawn).map(({ id }) => id)
  return [...new Set([...[...hosted.values()].map(({ id }) => id), ...announced, ...hops.keys()])].map((id) => {
    const own = hosted.get(id)
    const entry = roster.get(id)
    return {
      id,
      hosted: own !== undefined,
      hops: own !== undefined ? 0 : hops.get(id),
      announced: own !== undefined || entry?.withdrawn === false,
      role: own?.role ?? entry?.role,
      // One that is hosted was elected for no epoch.
      epoch: own === undefined ? entry?.epoch : own.role === 'elected' ? own.epoch : undefined,
      attestations: entry?.attestations
    }
  })
}

/** How the election stands here. Not before the first step, which tells the time. */
export function rosterView (host: RoutingHost): RosterView {
  const { hosted, candidate } = host.tables
  const { size, there } = rosterStateOf(host.tables)
  const [own] = hosted.values()
  const here = own?.role ?? (candidate.get('all')?.sinceMs === undefined ? 'none' : 'candidate')
  return { epoch: epochOf(host), beacon: host.network.beaconChain ?? 'genesis', size, there, here, duty: host.duty ?? 'forwarder' }
}
