import { CHANNELS_PER_LINK_MAX, QUEUED_ADDS_MAX, TRUST_LINE_LOCKS_MAX } from '../../src/core/channel/limits.js'
import { HOPS_PER_NEIGHBOUR_MAX, RESERVATIONS_PER_NEIGHBOUR_MAX } from '../../src/core/payment/limits.js'
import type { Violation, World } from '../harness/world.js'
import type { End } from './channels.js'

/** Most bytes of one stored entity: a lock with its onion, a round with the most updates. */
export const ENTITY_BYTES_MAX = 262_144
/** Most bytes that one node of a schedule stores for each of its neighbours: two channels' worth of what schedules do. */
export const STORED_BYTES_PER_LINK_MAX = 131_072

/** What one node has, for {@link checkBounds}. */
export interface Holdings {
  readonly name: string
  readonly ends: readonly End[]
  /** Neighbours it has links with. */
  readonly links: number
  readonly leftovers: Readonly<Record<string, number>>
  readonly stored: ReadonlyMap<string, Uint8Array>
  /** Payments and invoices of its own. */
  readonly own: number
}

/**
 * What may be at stake, and what may be held.
 *
 * - I23: channels of a link, locks of a side, locks handed on for a neighbour.
 * - I24: half routes, reservations and waits in memory, and the bytes in the store, in proportion to the links.
 */
export function checkBounds ({ name, ends, links, leftovers, stored, own }: Holdings): readonly Violation[] {
  const violations: Violation[] = []
  const most = (invariant: string, what: string, count: number, max: number): void => {
    if (count > max) violations.push({ invariant, detail: `${name} has ${count} ${what}, more than ${max}` })
  }
  const byPeer = new Map<string, number>()
  for (const { channel, locks } of ends) {
    byPeer.set(channel.peer, (byPeer.get(channel.peer) ?? 0) + 1)
    for (const side of ['local', 'remote'] as const) most('I23', `locks of the ${side} side`, locks.filter(({ offeredBy }) => offeredBy === side).length, TRUST_LINE_LOCKS_MAX)
  }
  for (const count of byPeer.values()) most('I23', 'channels on one link', count, CHANNELS_PER_LINK_MAX)
  most('I23', 'locks handed on', leftovers['flights'] ?? 0, HOPS_PER_NEIGHBOUR_MAX * links * Math.max(1, links - 1))
  most('I24', 'reservations', leftovers['reservations'] ?? 0, RESERVATIONS_PER_NEIGHBOUR_MAX * Math.max(1, ends.length) * (links + 1))
  most('I24', 'locks', leftovers['locks'] ?? 0, (2 * TRUST_LINE_LOCKS_MAX) * ends.length)
  most('I24', 'requests that wait', leftovers['waits'] ?? 0, QUEUED_ADDS_MAX)
  let bytes = 0
  for (const [key, { length }] of stored) {
    bytes += length
    most('I24', `bytes in ${key}`, length, ENTITY_BYTES_MAX)
  }
  most('I24', 'stored bytes', bytes, STORED_BYTES_PER_LINK_MAX * (links + own + 1))
  return violations
}

/** The bounds of every node that is up. */
export function checkAllBounds (world: World): readonly Violation[] {
  return world.nodes.filter(({ isUp }) => isUp).flatMap(({ name, view, disk }) => checkBounds({
    name,
    ends: view.rawChannels().map((channel) => ({ node: name, channel, locks: view.locksOf(channel.id) })),
    links: view.links().length,
    leftovers: view.leftovers(),
    stored: disk.entries,
    own: view.payments().length + view.invoices().length
  }))
}
