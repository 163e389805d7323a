import type { AssetId, MeetingPointId, PeerId } from '../base/ids.js'
import type { HintRecord, HintStep } from '../link/messages.js'
import { BUCKETS, HOPS_MAX, NEXT_HOPS_KEPT } from './limits.js'
import { isFeasible, type Distance } from './sequence.js'

/** `to`: toward the meeting point, the way money goes in a payer half. `from`: from it to here. */
export type Direction = 'to' | 'from'
export const DIRECTIONS = ['to', 'from'] as const

/** What a neighbour says of its own distance. */
export interface Claim extends Distance { readonly peer: PeerId }

/** One meeting point, direction and bucket. */
export interface Cell {
  readonly claims: readonly Claim[]
  /** The best distance this node has itself advertised. @see HINT-6 */
  readonly advertised: Distance | undefined
}

/** All that is known of a meeting point in one asset. Frozen; replaced on change. */
export interface Vector {
  readonly asset: AssetId
  readonly meetingPoint: MeetingPointId
  readonly to: readonly Cell[]
  readonly from: readonly Cell[]
  /** The meeting point is hosted here: its secret start and present number. */
  readonly own: Distance | undefined
  /** When its number was last raised by a question. */
  readonly raisedMs: number
  /** When this node last asked, or passed a question on. */
  readonly passedMs: number
  /** When a withdrawal was last sent. */
  readonly withdrawnMs: number
}

const EMPTY_CELL: Cell = { claims: [], advertised: undefined }
const EMPTY_CELLS: readonly Cell[] = Array.from({ length: BUCKETS }, () => EMPTY_CELL)

export const newVector = (asset: AssetId, meetingPoint: MeetingPointId): Vector => ({
  asset, meetingPoint, to: EMPTY_CELLS, from: EMPTY_CELLS, own: undefined, raisedMs: -Infinity, passedMs: -Infinity, withdrawnMs: -Infinity
})

/** Whether the channel with a neighbour reaches a bucket, as published. */
export type Usable = (peer: PeerId, direction: Direction, bucket: number) => boolean

/** What a node would advertise of one cell: its own distance less one, and whose claim it rests on. */
export interface Choice extends Distance {
  /** The only neighbour that offers it; undefined when there are several, or when the meeting point is here. */
  readonly sole: PeerId | undefined
}
export type Choices = Readonly<Record<Direction, ReadonlyArray<Choice | undefined>>>

/** Nearest first, then newest. */
const byDistance = (a: Distance, b: Distance): number => a.hops - b.hops || b.sequence - a.sequence

/** The nearest feasible claim over a usable channel. @see HINT-6 */
export function choiceOf (vector: Vector, direction: Direction, bucket: number, usable: Usable): Choice | undefined {
  if (vector.own !== undefined) return { ...vector.own, sole: undefined }
  const { claims, advertised } = vector[direction][bucket]!
  let best: Claim | undefined
  let alone = true
  for (const claim of claims) {
    if (!usable(claim.peer, direction, bucket) || !isFeasible(claim, advertised)) continue
    const order = best === undefined ? -1 : byDistance(claim, best)
    if (order < 0) {
      best = claim
      alone = true
    } else if (order === 0) alone = false
  }
  return best === undefined ? undefined : { hops: best.hops, sequence: best.sequence, sole: alone ? best.peer : undefined }
}

export const choicesOf = (vector: Vector, usable: Usable): Choices => ({
  to: vector.to.map((_cell, bucket) => choiceOf(vector, 'to', bucket, usable)),
  from: vector.from.map((_cell, bucket) => choiceOf(vector, 'from', bucket, usable))
})

/**
 * What is advertised of one cell to a neighbour, or (undefined) to all on whose claims it does not rest: nothing to
 * the one on whose claim alone it does.
 *
 * @see HINT-7
 */
export function advertTo (peer: PeerId | undefined, choice: Choice | undefined): Distance | undefined {
  if (choice === undefined || (peer !== undefined && choice.sole === peer) || choice.hops >= HOPS_MAX) return undefined // HINT-7, HINT-4
  return { hops: choice.hops + 1, sequence: choice.sequence }
}

/** The record of a vector for one neighbour. */
export function recordFor (peer: PeerId, meetingPoint: MeetingPointId, choices: Choices): HintRecord {
  const steps = (direction: Direction): readonly HintStep[] => toSteps(choices[direction].map((choice) => advertTo(peer, choice)))
  return { meetingPoint, to: steps('to'), from: steps('from') }
}

/** Notes what was said to a neighbour as advertised. @see HINT-6 */
export function withAdvertised (vector: Vector, record: HintRecord, better: (a: Distance | undefined, b: Distance) => Distance): Vector {
  const note = (cells: readonly Cell[], steps: readonly HintStep[]): readonly Cell[] => {
    let changed = false
    const said = fromSteps(steps)
    const noted = cells.map((cell, bucket) => {
      const distance = said[bucket]
      if (distance === undefined) return cell
      const advertised = better(cell.advertised, distance)
      if (advertised.hops === cell.advertised?.hops && advertised.sequence === cell.advertised.sequence) return cell
      changed = true
      return { ...cell, advertised }
    })
    return changed ? noted : cells
  }
  const to = note(vector.to, record.to)
  const from = note(vector.from, record.from)
  return to === vector.to && from === vector.from ? vector : { ...vector, to, from }
}

/** Replaces all that a neighbour claimed of a meeting point. */
export function withClaims (vector: Vector, peer: PeerId, record: Pick<HintRecord, Direction>, believe: (distance: Distance) => boolean, usable: Usable): Vector {
  const place = (direction: Direction): readonly Cell[] => {
    const said = fromSteps(record[direction])
    return vector[direction].map((cell, bucket) => {
      const distance = said[bucket]
      const claim = distance !== undefined && believe(distance) ? { peer, ...distance } : undefined
      if (claim === undefined && cell.claims.every((other) => other.peer !== peer)) return cell
      const others = cell.claims.filter((other) => other.peer !== peer)
      return { ...cell, claims: claim === undefined ? others : keepBest([...others, claim], cell.advertised, (of) => usable(of, direction, bucket)) }
    })
  }
  return { ...vector, to: place('to'), from: place('from') }
}

/** Drops claims and advertised numbers that are too old. Undefined when nothing is left. */
export function withoutStale (vector: Vector, isStale: (sequence: number) => boolean): Vector | undefined {
  let left = vector.own !== undefined
  const prune = (cells: readonly Cell[]): readonly Cell[] => cells.map((cell) => {
    const claims = cell.claims.filter(({ sequence }) => !isStale(sequence))
    const advertised = cell.advertised !== undefined && isStale(cell.advertised.sequence) ? undefined : cell.advertised
    if (claims.length > 0 || advertised !== undefined) left = true
    return claims.length === cell.claims.length && advertised === cell.advertised ? cell : { claims, advertised }
  })
  const next = { ...vector, to: prune(vector.to), from: prune(vector.from) }
  return left ? next : undefined
}

/** Keeps the best three over usable channels and the best three others: state does not grow with the degree. @see HINT-8 */
function keepBest (claims: readonly Claim[], advertised: Distance | undefined, usable: (peer: PeerId) => boolean): readonly Claim[] {
  if (claims.length <= NEXT_HOPS_KEPT) return claims
  const sorted = [...claims].sort((a, b) => Number(isFeasible(b, advertised)) - Number(isFeasible(a, advertised)) || byDistance(a, b))
  const kept = sorted.filter(({ peer }) => usable(peer)).slice(0, NEXT_HOPS_KEPT)
  return [...kept, ...sorted.filter(({ peer }) => !usable(peer)).slice(0, NEXT_HOPS_KEPT)]
}

/** Runs of equal distances; a last run that is out of reach is left out. */
export function toSteps (cells: ReadonlyArray<Distance | undefined>): readonly HintStep[] {
  const steps: HintStep[] = []
  cells.forEach((cell, bucket) => {
    const last = steps.at(-1)
    const sequence = cell?.sequence ?? 0
    if (last !== undefined && last.hops === cell?.hops && last.sequence === sequence) steps.pop()
    steps.push({ bucket, hops: cell?.hops, sequence })
  })
  if (steps.at(-1)?.hops === undefined) steps.pop()
  return steps
}

/** The distance in every bucket. */
export function fromSteps (steps: readonly HintStep[]): ReadonlyArray<Distance | undefined> {
  const cells: Array<Distance | undefined> = []
  for (const { bucket, hops, sequence } of steps) {
    while (cells.length <= bucket && cells.length < BUCKETS) cells.push(hops === undefined ? undefined : { hops, sequence })
  }
  while (cells.length < BUCKETS) cells.push(undefined)
  return cells
}
