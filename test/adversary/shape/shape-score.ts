import { attack, type Leaks, type Score } from './shape-attacker.js'
import { pairKey, type Shape } from './shape-world.js'

/** Pairs of nodes by what the attacker has to do with them: both its neighbours, one of them, none. */
export const KINDS = ['both', 'one', 'none'] as const
export type Kind = typeof KINDS[number]

/**
 * The probability that a pair with a link has a higher score than one without; equal scores count half. 0.5 is chance.
 * Undefined when there are no pairs of one sort.
 */
export function areaUnder (linked: readonly number[], unlinked: readonly number[]): number | undefined {
  if (linked.length === 0 || unlinked.length === 0) return undefined
  const all = [...linked.map((score) => ({ score, linked: true })), ...unlinked.map((score) => ({ score, linked: false }))].sort((a, b) => a.score - b.score)
  let ranks = 0
  for (let at = 0; at < all.length;) {
    let end = at
    let hits = 0
    while (end < all.length && all[end]!.score === all[at]!.score) if (all[end++]!.linked) hits++
    ranks += hits * (at + 1 + end) / 2
    at = end
  }
  return (ranks - linked.length * (linked.length + 1) / 2) / (linked.length * unlinked.length)
}

/** How well guesses do over many networks: the mean of one figure a network, and what that mean is uncertain by. */
export interface Advantage {
  readonly mean: number
  /** Standard error of the mean, over networks: guesses within one are not independent. */
  readonly error: number
  readonly networks: number
}

export function advantageOf (figures: readonly number[]): Advantage {
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / figures.length
  const variance = figures.reduce((sum, figure) => sum + (figure - mean) ** 2, 0) / (figures.length - 1)
  return { mean, error: Math.sqrt(variance / figures.length), networks: figures.length }
}

/** Pairs within one kind are compared with each other only, so that who has many links is no advantage by itself. */
export function guess (shape: Shape, self: number, neighbours: ReadonlySet<number>, score: Score): Readonly<Record<Kind, number | undefined>> {
  const sorted: Record<Kind, { linked: number[], unlinked: number[] }> = { both: { linked: [], unlinked: [] }, one: { linked: [], unlinked: [] }, none: { linked: [], unlinked: [] } }
  for (let p = 0; p < shape.nodes; p++) {
    for (let q = p + 1; q < shape.nodes; q++) {
      if (p === self || q === self) continue
      const kind = KINDS[2 - Number(neighbours.has(p)) - Number(neighbours.has(q))]!
      sorted[kind][shape.links.has(pairKey(p, q)) ? 'linked' : 'unlinked'].push(score(p, q))
    }
  }
  return { both: areaUnder(sorted.both.linked, sorted.both.unlinked), one: areaUnder(sorted.one.linked, sorted.one.unlinked), none: areaUnder(sorted.none.linked, sorted.none.unlinked) }
}

/** What each strategy gains, by kind of pair, with every node of every network as the attacker. */
export function measure (shapes: readonly Shape[], pacing: 'private' | 'world', leaks: Leaks = {}): ReadonlyMap<string, Readonly<Partial<Record<Kind, Advantage>>>> {
  const figures = new Map<string, Record<Kind, number[]>>()
  for (const shape of shapes) {
    const ofShape = new Map<string, Record<Kind, number[]>>()
    for (let self = 0; self < shape.nodes; self++) {
      const { neighbours, strategies } = attack(shape, self, leaks, pacing)
      const total: Score = (p, q) => Object.values(strategies).reduce((sum, score) => sum + score(p, q), 0)
      for (const [name, score] of [...Object.entries(strategies), ['all', total] as const]) {
        const of = ofShape.get(name) ?? { both: [], one: [], none: [] }
        ofShape.set(name, of)
        const found = guess(shape, self, neighbours, score)
        for (const kind of KINDS) if (found[kind] !== undefined) of[kind].push(found[kind])
      }
    }
    for (const [name, of] of ofShape) {
      const all = figures.get(name) ?? { both: [], one: [], none: [] }
      figures.set(name, all)
      for (const kind of KINDS) if (of[kind].length > 0) all[kind].push(of[kind].reduce((sum, figure) => sum + figure, 0) / of[kind].length)
    }
  }
  return new Map([...figures].map(([name, of]) => [name, Object.fromEntries(KINDS.flatMap((kind) => of[kind].length > 1 ? [[kind, advantageOf(of[kind])]] : []))]))
}
