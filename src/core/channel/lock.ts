import type { ChannelId, OriginId, RouteId } from '../base/ids.js'
import { ZERO, type Units } from '../base/money.js'
import { CLOCK_SKEW_SECONDS_MAX, TAKE_BACK_AFTER_BLOCKS } from './limits.js'
import { taggedHash } from '../base/hash.js'
import { bool, bytes32, bytes33, bytesOf, encodeLayout, entity, hexOf, kept, oneOf, optional, record, u48, units, varBytes, type ValueOf } from '../base/struct.js'

/** Which side of a link, seen from here. */
export type Side = 'local' | 'remote'
export const otherSide = (side: Side): Side => side === 'local' ? 'remote' : 'local'

/** Bytes of the message on a route that a lock carries; every hop changes all of them. @see ROUTE */
export const LOCK_MESSAGE_BYTES = 160
/** Most bytes of a lock's onion (payee side); empty or exactly the onion's fixed size. */
export const LOCK_ONION_BYTES_MAX = 2_048

/** Why a lock was taken back: all that its offerer learns. */
export const FAIL_REASONS = ['no-route', 'expired', 'refused', 'busy', 'timed-out'] as const
export type FailReason = typeof FAIL_REASONS[number]

export const expiryLayout = record({ clock: oneOf('unix', 'bitcoin', 'litecoin'), value: u48 })

/** What an `add` says: the same bytes for both sides of the channel. Hashed once and stored several times. */
export const lockTerms = kept(record({
  /** Counts up by one for each side, from 0; never used again. */
  id: u48,
  amount: units,
  expiry: expiryLayout,
  /** The lock point T, 33 bytes: whoever shows t with t·G = T before the expiry takes the amount. */
  point: bytes33,
  routeId: hexOf<RouteId>(16),
  message: bytesOf(LOCK_MESSAGE_BYTES),
  onion: varBytes(LOCK_ONION_BYTES_MAX)
}))
export type LockTerms = ValueOf<typeof lockTerms>

/** Hash of a lock's terms, 32 bytes: its leaf in the root that both sides sign. @see IOU-1 */
export const leafOf = (terms: LockTerms): Uint8Array => taggedHash('amiko/channel/lock', encodeLayout(lockTerms, terms))

/**
 * A PTLC that is in the signed state, or on its way into or out of it. Stored one entity a lock under
 * `lock/<channelId>/<l|r><id>`; deleted when its removal is irrevocable.
 */
export const lockEntity = record({
  channelId: hexOf<ChannelId>(32),
  offeredBy: oneOf('local', 'remote'),
  terms: lockTerms,
  /** Hash of the terms, the leaf of the statement's root; kept so that it is computed once. */
  leaf: bytes32,
  /** Of a lock we offered: what caused it. */
  origin: optional(hexOf<OriginId>(16)),
  /** t once known: of an offered lock because the peer showed it, of a received lock because we settle it. */
  secret: optional(bytes32),
  /** Of a received lock: its `add` is irrevocable, so it was handed to the payment layer. */
  irrevocable: bool,
  /** We decided to fail it (received) or to expire it (offered); the update waits for its round. */
  failing: optional(oneOf(...FAIL_REASONS)),
  /** In a halted channel (failed or frozen): its end was told to the payment layer; the entity stays as evidence. */
  ended: bool
})
export type Lock = ValueOf<typeof lockEntity>

/**
 * Time on the lock's clock from which its offerer may take it back: on `unix` also the second from which nobody can
 * demand it in a halted channel, and from which a secret that was never shown is too late; on a chain the block after
 * its expiry. @see CHAN-17, CHAN-21, CHAN-23
 */
export const overAt = ({ terms: { expiry } }: Lock): number => expiry.value + (expiry.clock === 'unix' ? CLOCK_SKEW_SECONDS_MAX : TAKE_BACK_AFTER_BLOCKS)
export type LockKey = `${ChannelId}/${'l' | 'r'}${number}`
export const lockKey = (channelId: ChannelId, offeredBy: Side, id: number): LockKey => `${channelId}/${offeredBy === 'local' ? 'l' : 'r'}${id}`
export const lockLayout = entity<Lock>('lock', 1, lockEntity)

/** A change of a channel's state, proposed in a round by one side. */
export type Update =
  | { readonly type: 'add', readonly terms: LockTerms }
  /** Takes the proposer's gain of a lock that the other side offered. */
  | { readonly type: 'fulfil', readonly id: number, readonly secret: Uint8Array }
  /** Gives up a lock that the other side offered. */
  | { readonly type: 'fail', readonly id: number, readonly reason: FailReason }
  /** Takes back a lock that the proposer offered, not before expiry + 60 s. */
  | { readonly type: 'expire', readonly id: number }
  /** Trust line: the proposer sets how much the other side may owe it. */
  | { readonly type: 'set-limit', readonly limit: Units }
  /** No adds after this; the channel closes when no lock is left. */
  | { readonly type: 'shutdown' }

/** What a channel can carry now, seen from here. */
export interface Capacity {
  /** Largest amount we can offer now. */
  readonly spendable: Units
  /** Largest amount the peer can offer now. */
  readonly receivable: Units
  /** Locks that we may still add. */
  readonly freeSlots: number
}
export const NO_CAPACITY: Capacity = { spendable: ZERO, receivable: ZERO, freeSlots: 0 }
