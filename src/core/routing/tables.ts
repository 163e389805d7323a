import type { AssetId, MeetingPointId, PeerId } from '../base/ids.js'
import { bytes32, decodeLayout, entity, hexOf, oneOf, record, u32, u48, type ValueOf } from '../base/struct.js'
import { createTable, type Journal, type Table } from '../base/table.js'
import type { Attestation } from './attestation.js'
import type { Direction, Vector } from './vector.js'

const hostedFields = {
  id: hexOf<MeetingPointId>(33),
  /** The role key is the one derived with this number. */
  index: u32,
  startedMs: u48
}
const hostedRecord = record({
  ...hostedFields,
  /** `hosted`: on request, until it is stopped. `elected`: as long as its ticket is among the best. */
  role: oneOf('hosted', 'elected'),
  /** The last epoch that it was elected for; 0 when it is hosted. */
  epoch: u32
})
/** A meeting point hosted here, under `meeting-point/<id>`. Its secret is derived, never stored. */
export type HostedPoint = ValueOf<typeof hostedRecord>
export const hostedLayout = entity<HostedPoint>('meeting-point', 2, hostedRecord, {
  1: (bytes) => ({ ...decodeLayout(record(hostedFields), bytes), role: 'hosted', epoch: 0 })
})

const beaconRecord = record({ hash: bytes32 })
/** The hash of a block with which an epoch begins, under `beacon/<epoch>`: a node may start long after it. */
export type BeaconBlock = ValueOf<typeof beaconRecord>
export const beaconLayout = entity<BeaconBlock>('beacon', 1, beaconRecord)

const roleCounterRecord = record({ next: u32 })
/** How many role keys were ever made, so that none is made twice. */
export type RoleCounter = ValueOf<typeof roleCounterRecord>
export const roleCounterLayout = entity<RoleCounter>('role-counter', 1, roleCounterRecord)

/** `<asset>/<meeting point>` */
export type VectorKey = string & { readonly __vectorKey?: true }
export const vectorKey = (asset: AssetId, meetingPoint: MeetingPointId): VectorKey => `${asset}/${meetingPoint}`
/** `<peer>/<asset>` */
export type NeighbourKey = string & { readonly __neighbourKey?: true }
export const neighbourKey = (peer: PeerId, asset: AssetId): NeighbourKey => `${peer}/${asset}`

/** How many buckets a channel reaches: as published, and as it would be once it has stood still. */
export interface Level {
  readonly published: number
  readonly candidate: number
  readonly sinceMs: number
}

/** A link neighbour with a live channel in an asset. Hints travel to and from these only. @see HINT-1 */
export interface Neighbour extends Readonly<Record<Direction, Level>> {
  readonly peer: PeerId
  readonly asset: AssetId
  /** Records it may still send. */
  readonly credit: number
  readonly creditAtMs: number
  /** When everything was last sent to it, and last asked of it. */
  readonly fullSentMs: number
  readonly fullAskedMs: number
}

/** Most urgent first. `answer`: asked for. `refresh`: only the number is new. */
export const URGENCIES = ['answer', 'withdrawal', 'delta', 'refresh'] as const
export type Urgency = typeof URGENCIES[number]

/** A record that a neighbour should get. */
export interface Outdated {
  readonly peer: PeerId
  readonly vector: VectorKey
  readonly urgency: Urgency
  /** Nothing was ever said to this neighbour of it, so saying "out of reach" is needless. */
  readonly quiet: boolean
}

/** A neighbour waits for a number. */
export interface Asker { readonly peer: PeerId, readonly sequence: number, readonly hopsLeft: number, readonly atMs: number }
/** This node waits for a number itself. */
export interface Wanting { readonly atMs: number, readonly tries: number }

/** A meeting point whose announcement did not come: who spoke of it first, and when it is looked up. */
export interface Unannounced { readonly peer: PeerId, readonly findMs: number, readonly tries: number }

/** When what was last sent, and what waits. */
export interface Pace extends Readonly<Record<Urgency, boolean>> {
  readonly lastDeltaMs: number
  readonly lastRefreshMs: number
  readonly lastWithdrawalMs: number
  /** When the flush timer fires, if it is set. */
  readonly flushAtMs: number | undefined
  readonly levelsAtMs: number | undefined
  readonly wantsAtMs: number | undefined
  readonly findAtMs: number | undefined
  /** When the next look at the election is. */
  readonly standAtMs: number | undefined
}

/** What the roster knows of a meeting point. A withdrawn one is remembered until it expires. */
export interface RosterEntry {
  readonly id: MeetingPointId
  readonly timeMs: number
  readonly expiryMs: number
  readonly withdrawn: boolean
  readonly role: HostedPoint['role']
  /** Of the announcement. */
  readonly epoch: number
  /** The ticket is that of the present epoch, once it was looked at. @see roster.ts */
  readonly ticket: number
  readonly weight: number
  readonly attestations: number
  /** When it was first heard of. */
  readonly heardMs: number
}

/** The roster as it was when it was last looked through. */
export interface RosterState {
  /** How many belong to it. */
  readonly size: number
  /** How many of those announced are there. */
  readonly there: number
  /** The highest ticket that is still taken. */
  readonly ticketMax: number
}

/** What this node would be as a meeting point. */
export interface Candidate {
  readonly id: MeetingPointId
  /** Since when it would be elected. */
  readonly sinceMs: number | undefined
}

/** A neighbour that was asked to attest, and what it said. */
export interface AskedAttester {
  readonly peer: PeerId
  readonly id: MeetingPointId
  readonly epoch: number
  readonly askedMs: number
  readonly attestation: Attestation | undefined
}

/** What this node attested to a neighbour in an epoch. */
export interface Attested { readonly id: MeetingPointId, readonly epoch: number, readonly atMs: number }

/** How near a neighbour may say that it is to a meeting point. @see HINT-30 */
export interface Licence { readonly peer: PeerId, readonly epoch: number, readonly hops: number }
/** `<peer>/<meeting point>` */
export const licenceKey = (peer: PeerId, id: MeetingPointId): string => `${peer}/${id}`

/** How near this node may say that it is: 1 to a meeting point here, 2 beside one. @see HINT-29 */
export interface OwnLicence {
  readonly id: MeetingPointId
  readonly epoch: number
  readonly hops: 1 | 2
  readonly proof: Uint8Array
}

export interface Score { readonly asked: number, readonly delivered: number, readonly atMs: number }

export interface RoutingTables {
  readonly hosted: Table<MeetingPointId, HostedPoint>
  readonly roleCounter: Table<'all', RoleCounter>
  /** When hosted points were last announced. */
  readonly announced: Table<MeetingPointId, { readonly atMs: number, readonly nextMs: number, readonly weight: number }>
  readonly roster: Table<MeetingPointId, RosterEntry>
  readonly rosterState: Table<'all', RosterState>
  /** By epoch, in decimal digits. */
  readonly beacons: Table<string, BeaconBlock>
  readonly candidate: Table<'all', Candidate>
  /** Until which epoch a node whose meeting point was stopped stands no more. */
  readonly resting: Table<'all', { readonly epoch: number }>
  readonly askedAttesters: Table<PeerId, AskedAttester>
  /** By `<epoch>/<peer>`. */
  readonly attested: Table<string, Attested>
  /** Grouped by asset. */
  readonly vectors: Table<VectorKey, Vector>
  /** Vectors of meeting points that nobody announced, grouped by the neighbour that spoke of them first. */
  readonly unannounced: Table<VectorKey, Unannounced>
  /** Grouped by asset. */
  readonly neighbours: Table<NeighbourKey, Neighbour>
  /** Peers whose channels changed since they were last looked at. */
  readonly unsettled: Table<PeerId, { readonly peer: PeerId }>
  /** Grouped by neighbour. */
  readonly outdated: Table<string, Outdated>
  /** Grouped by vector. */
  readonly askers: Table<string, Asker>
  readonly wanting: Table<VectorKey, Wanting>
  readonly pace: Table<'all', Pace>
  /** Grouped by neighbour. */
  readonly licences: Table<string, Licence>
  readonly ownLicences: Table<MeetingPointId, OwnLicence>
  readonly scores: Table<string, Score>
  /** Messages of each peer that were ignored, by requirement; kept while it is connected. */
  readonly ignored: Table<PeerId, Readonly<Record<string, number>>>
}

export function createRoutingTables (journal: Journal): RoutingTables {
  return {
    hosted: createTable(journal, 'meeting-point', { layout: hostedLayout }),
    roleCounter: createTable(journal, 'role-counter', { layout: roleCounterLayout }),
    announced: createTable(journal, 'hint-announced'),
    roster: createTable(journal, 'hint-roster'),
    rosterState: createTable(journal, 'hint-roster-state'),
    beacons: createTable(journal, 'beacon', { layout: beaconLayout }),
    candidate: createTable(journal, 'hint-candidate'),
    resting: createTable(journal, 'hint-resting'),
    askedAttesters: createTable(journal, 'hint-asked-attester'),
    attested: createTable(journal, 'hint-attested'),
    vectors: createTable(journal, 'hint-vector', { groupBy: (_key, vector) => vector.asset }),
    unannounced: createTable(journal, 'hint-unannounced', { groupBy: (_key, { peer }) => peer }),
    neighbours: createTable(journal, 'hint-neighbour', { groupBy: (_key, neighbour) => neighbour.asset }),
    unsettled: createTable(journal, 'hint-unsettled'),
    outdated: createTable(journal, 'hint-outdated', { groupBy: (key) => key.slice(0, key.indexOf('|')) }),
    askers: createTable(journal, 'hint-asker', { groupBy: (key) => key.slice(0, key.indexOf('|')) }),
    wanting: createTable(journal, 'hint-wanting'),
    pace: createTable(journal, 'hint-pace'),
    licences: createTable(journal, 'hint-licence', { groupBy: (_key, { peer }) => peer }),
    ownLicences: createTable(journal, 'hint-own-licence'),
    scores: createTable(journal, 'hint-score'),
    ignored: createTable(journal, 'hint-ignored')
  }
}

const AT_REST: Pace = {
  answer: false, withdrawal: false, delta: false, refresh: false,
  lastDeltaMs: -Infinity, lastRefreshMs: -Infinity, lastWithdrawalMs: -Infinity,
  flushAtMs: undefined, levelsAtMs: undefined, wantsAtMs: undefined, findAtMs: undefined, standAtMs: undefined
}
export const paceOf = (tables: RoutingTables): Pace => tables.pace.get('all') ?? AT_REST
