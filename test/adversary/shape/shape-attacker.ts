import { toHex } from '../../../src/core/base/bytes.js'
import { fromSteps } from '../../../src/core/routing/vector.js'
import { pairKey, type Heard, type Shape } from './shape-world.js'

/**
 * One node that listens on its own links and guesses which others are linked. It knows everybody's name, and
 * everything that the topic and the DHT show; each strategy gives every pair of nodes a number, higher where it
 * rather believes in a link.
 */

/** What an attacker is told beside what it hears: leaks, made on purpose so that the test is seen to find them. */
export interface Leaks {
  /** Whoever publishes an announcement signs the envelope with its node key. */
  readonly envelopes?: boolean
  /** Who attests does so with its node key. */
  readonly namedAttesters?: boolean
  /** Hints name the peer whose claim they rest on. */
  readonly nextHops?: boolean
  /** It buys from everybody, and knows whose invoices it holds. */
  readonly invoices?: boolean
}

export type Score = (p: number, q: number) => number
export interface Attack { readonly neighbours: ReadonlySet<number>, readonly strategies: Readonly<Record<string, Score>> }
/** What a neighbour says of a meeting point, at its smallest. */
type DistanceOf = (neighbour: number, role: string) => number | undefined
/** Attesting keys by the meeting point that they attest. */
type Attesters = ReadonlyMap<string, ReadonlySet<string>>

/** Said by nobody: behind all distances. */
const FAR = 12
/** Evidence that leaves no doubt. */
const CERTAIN = 1_000
/** Changes of two neighbours within so long are taken for one event. */
const TOGETHER_MS = { private: 400, world: 60_000 } as const
/** The same request on two links within so long has come round. */
const ROUND_MS = 3_000

interface Vectors { readonly first: ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>, readonly changes: ReadonlyArray<{ readonly peer: number, readonly role: string, readonly atMs: number }> }

/** The smallest distances that each neighbour said, by meeting point, direction and bucket; and when it said another. */
function vectorsOf (heard: readonly Heard[]): Vectors {
  const first = new Map<number, Map<string, number[]>>()
  const last = new Map<string, string>()
  const changes: Array<{ peer: number, role: string, atMs: number }> = []
  for (const { atMs, peer, direction, message: { message } } of heard) {
    if (direction !== 'in' || message.type !== 'hints') continue
    const of = first.get(peer) ?? new Map<string, number[]>()
    first.set(peer, of)
    for (const { meetingPoint, to, from } of message.records) {
      const said = [...fromSteps(to), ...fromSteps(from)].map((distance) => distance?.hops ?? FAR)
      const before = of.get(meetingPoint)
      of.set(meetingPoint, before === undefined ? said : before.map((hops, at) => Math.min(hops, said[at]!)))
      const text = said.join()
      const key = `${peer} ${meetingPoint}`
      if (last.has(key) && last.get(key) !== text) changes.push({ peer, role: meetingPoint, atMs })
      last.set(key, text)
    }
  }
  return { first, changes }
}

/** Which node serves under which role key, as far as one node can know. */
function rolesOf (shape: Shape, self: number, vectors: Vectors, leaks: Leaks): ReadonlyMap<string, number> {
  const roles = new Map<string, number>()
  for (const { announcement, publisher } of shape.published) if (leaks.envelopes === true || publisher === self) roles.set(announcement.id, publisher)
  for (const { peer, direction, message: { message } } of shape.heard[self]!) {
    // Whoever asks for an attestation says which key is its own.
    if (direction === 'in' && message.type === 'attestRequest') roles.set(message.meetingPoint, peer)
  }
  // Nobody else says a distance of one.
  for (const [peer, of] of vectors.first) for (const [role, said] of of) if (Math.min(...said) === 1) roles.set(role, peer)
  return roles
}

export function attack (shape: Shape, self: number, leaks: Leaks = {}, pacing: 'private' | 'world' = 'private'): Attack {
  const heard = shape.heard[self]!
  const neighbours = new Set(heard.map(({ peer }) => peer))
  const vectors = vectorsOf(heard)
  const roles = rolesOf(shape, self, vectors, leaks)
  const distance: DistanceOf = (neighbour, role) => {
    const said = vectors.first.get(neighbour)?.get(role)
    return said === undefined ? undefined : Math.min(...said)
  }
  const attesters: Attesters = new Map(shape.published.map(({ announcement: { id, attestations } }) => [id as string, new Set(attestations.map(({ key }) => toHex(key)))]))
  const strategies = {
    distances: distanceScore(vectors),
    roles: roleScore(neighbours, roles, distance),
    changes: changeScore(vectors, TOGETHER_MS[pacing]),
    names: nameScore(shape, self, neighbours),
    attesters: attesterScore(shape, self, roles, attesters, leaks),
    requests: requestScore(heard),
    ...(leaks.nextHops === true ? { nextHops: nextHopScore(shape, neighbours) } : {}),
    ...(leaks.invoices === true ? { invoices: invoiceScore(shape, neighbours, distance) } : {})
  }
  return { neighbours, strategies }
}

/** Two that are linked differ by one hop at most in what they say, where the link carries enough. */
function distanceScore ({ first }: Vectors): Score {
  return (p, q) => {
    const [a, b] = [first.get(p), first.get(q)]
    if (a === undefined || b === undefined) return 0
    let apart = 0
    let near = 0
    let count = 0
    for (const [role, said] of a) {
      const other = b.get(role)
      if (other === undefined) continue
      count++
      // The least over all buckets is nearest to the links themselves.
      const by = Math.abs(Math.min(...said) - Math.min(...other))
      if (by > 1) apart++
      else if (by === 1) near++
    }
    return count === 0 ? 0 : -(4 * apart - near * 0.1) / count
  }
}

/** What neighbours say of meeting points whose nodes are known. */
function roleScore (neighbours: ReadonlySet<number>, roles: ReadonlyMap<string, number>, distance: DistanceOf): Score {
  const roleOf = new Map([...roles].map(([role, node]) => [node, role]))
  const seen = new Map<string, number>()
  const known = [...roleOf.values()]
  const place = (role: string): number[] => [...neighbours].map((neighbour) => distance(neighbour, role) ?? FAR)
  const apart = (a: string, b: string): number => {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`
    const before = seen.get(key)
    if (before !== undefined) return before
    const [x, y] = [place(a), place(b)]
    const most = Math.max(...x.map((hops, at) => Math.abs(hops - y[at]!)))
    // A link cannot lie between two of which some neighbour says distances that differ by more than one.
    const value = (most > 1 ? 10 * most : 0) + x.reduce((sum, hops, at) => sum + Math.abs(hops - y[at]!), 0) / x.length
    seen.set(key, value)
    return value
  }
  let mean = 0
  if (known.length > 1) for (const role of known) mean += apart(role, known[(known.indexOf(role) + 1) % known.length]!) / known.length
  return (p, q) => {
    let score = 0
    for (const [neighbour, node] of [[p, q], [q, p]] as const) {
      const role = roleOf.get(node)
      const hops = neighbours.has(neighbour) && role !== undefined ? distance(neighbour, role) : undefined
      if (hops === 2) return CERTAIN
      if (hops !== undefined) score += 2.5 - hops
    }
    const [a, b] = [roleOf.get(p), roleOf.get(q)]
    if (a !== undefined && b !== undefined && !neighbours.has(p) && !neighbours.has(q)) score += mean - apart(a, b)
    return score
  }
}

/** Two that often say something new of one meeting point at the same time, while others do not. */
function changeScore ({ changes }: Vectors, togetherMs: number): Score {
  const together = new Map<string, number>()
  const counts = new Map<number, number>()
  const byRole = new Map<string, Array<{ peer: number, atMs: number }>>()
  for (const { peer, role, atMs } of changes) {
    counts.set(peer, (counts.get(peer) ?? 0) + 1)
    byRole.set(role, [...byRole.get(role) ?? [], { peer, atMs }])
  }
  for (const of of byRole.values()) {
    of.forEach((one, at) => {
      for (let next = at + 1; next < of.length && of[next]!.atMs - one.atMs <= togetherMs; next++) {
        const other = of[next]!
        if (other.peer === one.peer) continue
        const key = pairKey(one.peer, other.peer)
        together.set(key, (together.get(key) ?? 0) + 1)
      }
    })
  }
  return (p, q) => (together.get(pairKey(p, q)) ?? 0) / (1 + Math.sqrt((counts.get(p) ?? 0) * (counts.get(q) ?? 0)))
}

/** Anybody's node key, or peer id, in what a neighbour sends. */
function nameScore (shape: Shape, self: number, neighbours: ReadonlySet<number>): Score {
  const named = new Map<string, number>()
  const text = new Map([...neighbours].map((peer) => [peer, Buffer.concat(shape.heard[self]!.filter((one) => one.peer === peer && one.direction === 'in').map(({ bytes }) => bytes)).toString('latin1')]))
  const published = shape.published.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join()
  shape.keys.forEach((key, node) => {
    const xOnly = Buffer.from(key.subarray(1)).toString('latin1')
    for (const [peer, all] of text) if (peer !== node && (all.includes(xOnly) || all.includes(shape.peers[node]!))) named.set(pairKey(peer, node), 1)
    if (node !== self && published.includes(xOnly)) for (const peer of neighbours) if (peer !== node) named.set(pairKey(peer, node), 1)
  })
  return (p, q) => named.get(pairKey(p, q)) ?? 0
}

/** Who attests whom, as far as a key is known: those of neighbours, since they attested this node, and what leaks. */
function attesterScore (shape: Shape, self: number, roles: ReadonlyMap<string, number>, attesters: Attesters, leaks: Leaks): Score {
  const owner = new Map<string, number>()
  for (const [index, heard] of shape.heard.entries()) {
    if (index !== self && leaks.namedAttesters !== true) continue
    for (const { peer, direction, message: { message } } of heard) if (message.type === 'attestation') owner.set(toHex(message.key), direction === 'in' ? peer : index)
  }
  const attested = new Map<string, number>()
  for (const [role, keys] of attesters) {
    const served = roles.get(role)
    for (const key of keys) {
      const by = owner.get(key)
      if (by === undefined) continue
      if (served !== undefined) attested.set(pairKey(by, served), CERTAIN)
      else {
        // Its node is not known: it is anybody who is not among those that attest it.
        const others = [...keys].map((each) => owner.get(each))
        for (let node = 0; node < shape.nodes; node++) if (!others.includes(node)) attested.set(pairKey(by, node), (attested.get(pairKey(by, node)) ?? 0) + 1)
      }
    }
  }
  return (p, q) => p === q ? 0 : attested.get(pairKey(p, q)) ?? 0
}

/** The same request or lock that went out on one link, or came in on it, and soon comes in on another. */
function requestScore (heard: readonly Heard[]): Score {
  const rounds = new Map<string, number>()
  const before = new Map<string, Array<{ peer: number, atMs: number }>>()
  const note = (matter: string, peer: number, atMs: number, direction: 'in' | 'out'): void => {
    const recent = (before.get(matter) ?? []).filter((one) => one.atMs + ROUND_MS >= atMs)
    if (direction === 'in') for (const one of recent) if (one.peer !== peer) rounds.set(pairKey(one.peer, peer), (rounds.get(pairKey(one.peer, peer)) ?? 0) + Math.exp(-(atMs - one.atMs) / 500))
    before.set(matter, [...recent, { peer, atMs }])
  }
  for (const { atMs, peer, direction, message: { message } } of heard) {
    if (message.type === 'makeRoute') note(`${message.side} ${message.meetingPoint} ${message.side === 'payer' ? message.amount : message.quote?.maxOut}`, peer, atMs, direction)
    if (message.type === 'hintRequest' && message.meetingPoint !== undefined) note(`${message.meetingPoint} ${message.sequence}`, peer, atMs, direction)
    if (message.type === 'propose') for (const update of message.updates) if (update.type === 'add') note(`lock ${update.terms.amount}`, peer, atMs, direction)
  }
  return (p, q) => rounds.get(pairKey(p, q)) ?? 0
}

/** A leak that is made up: whose claim each neighbour's distances rest on. */
function nextHopScore (shape: Shape, neighbours: ReadonlySet<number>): Score {
  const named = new Set<string>()
  for (const neighbour of neighbours) {
    const best = new Map<string, { peer: number, hops: number }>()
    for (const [peer, of] of vectorsOf(shape.heard[neighbour]!).first) {
      for (const [role, said] of of) {
        const hops = Math.min(...said)
        if (hops < (best.get(role)?.hops ?? FAR)) best.set(role, { peer, hops })
      }
    }
    for (const { peer } of best.values()) named.add(pairKey(neighbour, peer))
  }
  return (p, q) => named.has(pairKey(p, q)) ? 1 : 0
}

/** Payees list what is near them: a payee is where the meeting points are that it lists. */
function invoiceScore (shape: Shape, neighbours: ReadonlySet<number>, distance: DistanceOf): Score {
  const lists = new Map<number, Map<string, number>>()
  const all = new Map<string, number>()
  for (const { payee, listed } of shape.invoices) {
    const of = lists.get(payee) ?? new Map<string, number>()
    lists.set(payee, of)
    for (const role of listed) {
      of.set(role, (of.get(role) ?? 0) + 1)
      all.set(role, (all.get(role) ?? 0) + 1)
    }
  }
  // What a payee lists more often than others do tells most.
  const weights = new Map([...lists].map(([payee, of]) => {
    const raw = [...of].map(([role, times]) => [role, times * times / all.get(role)!] as const)
    const sum = raw.reduce((total, [, weight]) => total + weight, 0)
    return [payee, new Map(raw.map(([role, weight]) => [role, weight / sum]))]
  }))
  const landmarks = [...neighbours]
  const places = new Map([...weights].map(([payee, of]) => [payee, landmarks.map((neighbour) => [...of].reduce((sum, [role, weight]) => sum + weight * (distance(neighbour, role) ?? FAR), 0))]))
  return (p, q) => {
    const [a, b] = [weights.get(p), weights.get(q)]
    const [x, y] = [places.get(p), places.get(q)]
    if (a === undefined || b === undefined || x === undefined || y === undefined) return 0
    let overlap = 0
    for (const [role, weight] of a) overlap += Math.min(weight, b.get(role) ?? 0)
    const near = (of: readonly number[], node: number): number => neighbours.has(node) ? 3 - of[landmarks.indexOf(node)]! : 0
    return overlap - x.reduce((sum, hops, at) => sum + Math.abs(hops - y[at]!), 0) / x.length * 0.3 + near(x, q) + near(y, p)
  }
}
