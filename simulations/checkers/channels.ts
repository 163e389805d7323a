import { toHex } from '../../src/core/base/bytes.js'
import type { Channel } from '../../src/core/channel/entity.js'
import type { Lock } from '../../src/core/channel/lock.js'
import type { Violation, World } from '../harness/world.js'

/** One end of a channel. */
export interface End { readonly node: string, readonly channel: Channel, readonly locks: readonly Lock[] }

/**
 * Limits of one end, at any time: what is owed stays within the credit limits, also if every live lock were settled,
 * in whatever order (I27), and the kept sums of locks are the locks (I1).
 */
export function checkLimits ({ node, channel, locks }: End): readonly Violation[] {
  const { state } = channel
  if (state.kind !== 'trust-line') return []
  const sum = (side: 'local' | 'remote'): bigint => locks.reduce((total, lock) => lock.offeredBy === side ? total + lock.terms.amount : total, 0n)
  const highest = state.owedToUs + sum('remote')
  const lowest = state.owedToUs - sum('local')
  const violations: Violation[] = []
  const at = `${node} channel ${channel.id.slice(0, 8)}`
  if (highest > state.localLimit) violations.push({ invariant: 'I27', detail: `${at}: the peer may come to owe ${highest}, more than the limit ${state.localLimit}` })
  if (-lowest > state.remoteLimit) violations.push({ invariant: 'I27', detail: `${at}: this end may come to owe ${-lowest}, more than the limit ${state.remoteLimit}` })
  // Between rounds the kept sums are exactly the live locks; a halted channel keeps ended locks as evidence.
  if (channel.round.phase === 'idle' && channel.status !== 'failed' && channel.frozen === undefined) {
    for (const [side, kept] of [['local', state.localLocked], ['remote', state.remoteLocked]] as const) {
      if (kept !== sum(side)) violations.push({ invariant: 'I1', detail: `${at}: ${kept} is noted as locked by the ${side} side, its locks hold ${sum(side)}` })
    }
  }
  return violations
}

/**
 * Agreement of the two ends when quiet (I7, I27): the same round, the same balance seen from both sides, the same
 * limits, the same locks.
 */
export function checkAgreement (a: End, b: End): readonly Violation[] {
  const violations: Violation[] = []
  const differ = (what: string, mine: unknown, theirs: unknown): void => {
    if (mine !== theirs) violations.push({ invariant: 'I7', detail: `${a.node} and ${b.node} differ on ${what}: ${String(mine)} and ${String(theirs)}` })
  }
  differ('phase', a.channel.round.phase, 'idle')
  differ('phase', 'idle', b.channel.round.phase)
  differ('the round number', a.channel.round.number, b.channel.round.number)
  differ('the status', a.channel.status, b.channel.status)
  const [mine, theirs] = [a.channel.state, b.channel.state]
  if (mine.kind === 'trust-line' && theirs.kind === 'trust-line') {
    differ('what is owed', mine.owedToUs, -theirs.owedToUs)
    differ(`the limit of ${a.node}`, mine.localLimit, theirs.remoteLimit)
    differ(`the limit of ${b.node}`, mine.remoteLimit, theirs.localLimit)
    differ('the sequence', mine.sequence, theirs.sequence)
    differ(`the signature of ${a.node}`, toHex(mine.localSignature), toHex(theirs.remoteSignature))
    differ(`the signature of ${b.node}`, toHex(mine.remoteSignature), toHex(theirs.localSignature))
  }
  const terms = (end: End, side: 'local' | 'remote'): string => end.locks.filter(({ offeredBy }) => offeredBy === side).map(({ leaf }) => toHex(leaf)).sort().join(' ')
  differ(`locks offered by ${a.node}`, terms(a, 'local'), terms(b, 'remote'))
  differ(`locks offered by ${b.node}`, terms(a, 'remote'), terms(b, 'local'))
  return violations
}

/** All ends of all channels; all nodes must be up. */
export function endsOf (world: World): ReadonlyMap<string, readonly End[]> {
  const ends = new Map<string, End[]>()
  for (const node of world.nodes) {
    for (const channel of node.view.rawChannels()) {
      const end: End = { node: node.name, channel, locks: node.view.locksOf(channel.id) }
      const others = ends.get(channel.id)
      if (others === undefined) ends.set(channel.id, [end])
      else others.push(end)
    }
  }
  return ends
}

/** Agreement and usability of every channel between honest nodes when quiet (I7, I20, I27). */
export function checkChannels (world: World): readonly Violation[] {
  const violations: Violation[] = []
  const honest = new Map(world.nodes.map((node) => [node.name, world.isHonest(node.index)]))
  for (const [channelId, ends] of endsOf(world)) {
    for (const end of ends) {
      violations.push(...checkLimits(end))
      if (end.channel.frozen !== undefined) violations.push({ invariant: 'no-bug', detail: `${end.node} froze channel ${channelId.slice(0, 8)}: ${end.channel.frozen}` })
    }
    // The other end may have lost what it knew of the channel.
    if (!ends.every(({ node, channel }) => honest.get(node) === true && world.isHonest(world.nodeOf(channel.peer).index))) continue
    for (const end of ends) {
      if (end.channel.status === 'failed') violations.push({ invariant: 'I20', detail: `${end.node} failed channel ${channelId.slice(0, 8)} with an honest peer` })
    }
    const [a, b] = ends
    if (a === undefined || b === undefined) violations.push({ invariant: 'I7', detail: `only ${a?.node ?? 'nobody'} has channel ${channelId.slice(0, 8)}` })
    else violations.push(...checkAgreement(a, b))
  }
  return violations
}
