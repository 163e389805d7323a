import { taggedHash } from '../../base/hash.js'
import { comparePeers, keyOf, linkIdOf, type AssetId, type ChannelId, type LinkId, type PeerId } from '../../base/ids.js'
import { asBalance } from '../../base/money.js'
import { balance, bool, bytes32, hexOf, struct, u48, units, type ValueOf } from '../../base/struct.js'
import { signSchnorr, verifySchnorr } from '../../crypto/schnorr.js'
import type { TrustLineState } from '../entity.js'
import { otherSide, type Lock, type LockKey, type Side } from '../lock.js'

/**
 * What both ends of a trust line sign: the evidence that a person takes to a court. `low` and `high` are the two
 * ends in the order of their identity keys, so that both write the same bytes.
 *
 * @see IOU-1
 */
export const statement = struct('amiko/trust-line/statement', {
  linkId: hexOf<LinkId>(32),
  channelId: hexOf<ChannelId>(32),
  asset: hexOf<AssetId>(32),
  /** Number of completed rounds. */
  sequence: u48,
  /** What high owes low; negative when low owes high. */
  owed: balance,
  /** How much high may owe low. */
  lowLimit: units,
  /** How much low may owe high. */
  highLimit: units,
  lowNextAddId: u48,
  highNextAddId: u48,
  shutdown: bool,
  /** Of the live locks: those offered by low first, then those by high, each in the order of ids. */
  locksRoot: bytes32
})
export type Statement = ValueOf<typeof statement>

export interface Ends {
  readonly self: PeerId
  readonly peer: PeerId
  readonly channelId: ChannelId
  readonly asset: AssetId
}

/** Whether this side is `low`. */
const isLow = (ends: Ends): boolean => comparePeers(ends.self, ends.peer) < 0

/** The statement of a state and its live locks. @see IOU-1 */
export function statementOf (ends: Ends, state: TrustLineState, live: Iterable<Lock>): Statement {
  const low = isLow(ends)
  const lowSide: Side = low ? 'local' : 'remote'
  return {
    linkId: linkIdOf(ends.self, ends.peer),
    channelId: ends.channelId,
    asset: ends.asset,
    sequence: state.sequence,
    owed: low ? state.owedToUs : asBalance(-state.owedToUs),
    lowLimit: low ? state.localLimit : state.remoteLimit,
    highLimit: low ? state.remoteLimit : state.localLimit,
    lowNextAddId: low ? state.nextLocalAddId : state.nextRemoteAddId,
    highNextAddId: low ? state.nextRemoteAddId : state.nextLocalAddId,
    shutdown: state.shutdown,
    locksRoot: locksRoot(leavesOf(live, lowSide), leavesOf(live, otherSide(lowSide)))
  }
}

/** The live locks of a channel after a draft: those in the tables without the removed ones, then the added ones. */
export function * liveLocks (stored: ReadonlyMap<LockKey, Lock>, removed: ReadonlySet<LockKey>, added: readonly Lock[], isLive: (lock: Lock) => boolean): Iterable<Lock> {
  for (const [key, lock] of stored) {
    if (!removed.has(key) && isLive(lock)) yield lock
  }
  yield * added
}

/** One hash over all leaves, counts first, so that no two sets of locks give the same bytes. */
export function locksRoot (low: readonly Uint8Array[], high: readonly Uint8Array[]): Uint8Array {
  return taggedHash('amiko/trust-line/locks', Uint8Array.of(low.length >> 8, low.length & 0xff, high.length >> 8, high.length & 0xff), ...low, ...high)
}

/** Leaves of one side's locks in the order of ids. Tables give them in that order, unless they were just loaded. */
function leavesOf (live: Iterable<Lock>, side: Side): Uint8Array[] {
  const locks: Lock[] = []
  let ordered = true
  let last = -1
  for (const lock of live) {
    if (lock.offeredBy !== side) continue
    if (lock.terms.id < last) ordered = false
    last = lock.terms.id
    locks.push(lock)
  }
  if (!ordered) locks.sort((a, b) => a.terms.id - b.terms.id)
  return locks.map(({ leaf }) => leaf)
}

// With fixed auxiliary bytes a signature is a function of the statement, so a resend is identical.
const FIXED_AUX = new Uint8Array(32)

/** Our signature of a statement's hash. @see IOU-2 */
export const signStatement = (digest: Uint8Array, identitySecret: Uint8Array): Uint8Array => signSchnorr(digest, identitySecret, FIXED_AUX)

/** Whether the peer signed this statement's hash. @see IOU-2 */
export const isSignedBy = (peer: PeerId, signature: Uint8Array | undefined, digest: Uint8Array): boolean =>
  signature !== undefined && verifySchnorr(signature, digest, keyOf(peer))
