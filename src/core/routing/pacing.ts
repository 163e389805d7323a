import { RECORDS_BURST } from './limits.js'

/** How fast hints travel: part of the protocol, because balances keep crossing buckets. @see HINT-9 */
export interface Pacing {
  /** One number of a meeting point lasts this long; every record is renewed once in it. */
  readonly slotMs: number
  /** Changed distances: at most this often, and at most this share of all records at once. */
  readonly deltaMs: number
  readonly deltaShare: number
  /** Newer numbers of unchanged distances: at most this often. */
  readonly refreshMs: number
  /** Withdrawals of one meeting point: at most this often; 0 is at once. */
  readonly withdrawalMs: number
  /** A channel's bucket counts after it has stood still this long. */
  readonly stabilityMs: number
  /** Questions for a newer number of one meeting point, and for everything of one neighbour: at most this often. */
  readonly requestMs: number
  /** A meeting point announces itself again after as long as it has been one, but after this time at least, and at most. */
  readonly announceMs: number
  readonly announceMsMax: number
  /** How often a node looks whether it should be a meeting point. @see HINT-23 */
  readonly electMs: number
  /** Longest wait of a full candidate before it announces itself: the better its ticket, the shorter. @see HINT-23 */
  readonly standMs: number
  /** Wait of a candidate that is not full, for each attestation that it lacks. @see HINT-23 */
  readonly fewMs: number
  /** How long an announced meeting point counts as there although no hint of it has come. @see HINT-24 */
  readonly graceMs: number
  /** Records older than this many slots are forgotten. */
  readonly staleSlots: number
  /** Lowest share of a threshold, in thousandths, that counts as reaching it; each node draws its own between this and 1,000. @see HINT-3 */
  readonly marginPermilleMin: number
  /** Records a neighbour may send each second, in the long run. */
  readonly recordsPerSecond: number
}

export type PacingProfile = 'private' | 'world'

/** `private`: networks under 200 nodes, tests. `world`: everything else. */
export const PACING: Readonly<Record<PacingProfile, Pacing>> = {
  private: {
    slotMs: 60_000, deltaMs: 200, deltaShare: 1, refreshMs: 2_000, withdrawalMs: 0, stabilityMs: 500, requestMs: 1_000,
    announceMs: 60_000, announceMsMax: 600_000, electMs: 5_000, standMs: 2_000, fewMs: 5_000, graceMs: 10_000, staleSlots: 4, marginPermilleMin: 1_000, recordsPerSecond: RECORDS_BURST / 4
  },
  world: {
    slotMs: 3_600_000, deltaMs: 600_000, deltaShare: 0.25, refreshMs: 3_600_000, withdrawalMs: 60_000, stabilityMs: 60_000, requestMs: 60_000,
    announceMs: 43_200_000, announceMsMax: 43_200_000, electMs: 600_000, standMs: 1_800_000, fewMs: 1_800_000, graceMs: 3_600_000, staleSlots: 26, marginPermilleMin: 800, recordsPerSecond: RECORDS_BURST / 256
  }
}
