import type { MeetingPointId } from '../base/ids.js'
import type { RoutingHost } from './host.js'
import { usableIn } from './publish.js'
import { choicesOf } from './vector.js'

/** A meeting point as people see it: the shape of `MeetingPointView` among the public nouns. */
export interface MeetingPointView {
  readonly id: MeetingPointId
  readonly hosted: boolean
  /** Smallest distance toward it of all assets and amounts; 0 when hosted here. */
  readonly hops: number | undefined
  readonly announced: boolean
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
  return [...new Set([...[...hosted.values()].map(({ id }) => id), ...announced, ...hops.keys()])].map((id) => ({
    id,
    hosted: hosted.has(id),
    hops: hosted.has(id) ? 0 : hops.get(id),
    announced: hosted.has(id) || roster.get(id)?.withdrawn === false
  }))
}
