import { unreachable } from '../../base/invariant.js'
import { UNITS_MAX, ZERO, ZERO_BALANCE, addUnits, asBalance, asUnits, subUnits, type Balance, type Units } from '../../base/money.js'
import { fault, type Fault } from '../../base/step.js'
import type { Channel, TrustLineState } from '../entity.js'
import type { ChannelHost } from '../host.js'
import type { Broken, ChannelKind, Draft } from '../kind.js'
import { ROUND_UPDATE_BYTES_MAX, TRUST_LINE_LOCKS_MAX } from '../limits.js'
import type { Capacity, Lock, Side, Update } from '../lock.js'
import { NO_EVIDENCE, type Evidence, type TrustLineOpening } from '../messages.js'
import { isSignedBy, liveLocks, signStatement, statement, statementOf, type Ends, type Statement } from './statement.js'

const NO_SIGNATURE = new Uint8Array(0)

/** The state before any round, not signed yet. @param opener - who opens, seen from here */
export function firstState (opening: TrustLineOpening, opener: Side): TrustLineState {
  const { openerLimit, acceptorLimit } = opening
  return {
    kind: 'trust-line',
    owedToUs: ZERO_BALANCE,
    localLimit: opener === 'local' ? openerLimit : acceptorLimit,
    remoteLimit: opener === 'local' ? acceptorLimit : openerLimit,
    sequence: 0,
    nextLocalAddId: 0,
    nextRemoteAddId: 0,
    localLocked: ZERO,
    remoteLocked: ZERO,
    localLocks: 0,
    remoteLocks: 0,
    shutdown: false,
    localSignature: NO_SIGNATURE,
    remoteSignature: NO_SIGNATURE
  }
}

/** Hash of the statement before any round: what the opener signs in `open` and the acceptor in `accept`. @see IOU-8 */
export const firstDigest = (ends: Ends, state: TrustLineState): Uint8Array => statement.hash(statementOf(ends, state, []))

/** Bytes and signatures of the statement in force, for people: the newest that both ends have signed. @see IOU-1 */
export function signedStatement (host: ChannelHost, channel: Channel): { readonly statement: Statement, readonly bytes: Uint8Array, readonly localSignature: Uint8Array, readonly remoteSignature: Uint8Array } | undefined {
  const { state } = channel
  if (state.kind !== 'trust-line') return undefined
  const value = inForce(host, channel, state)
  return { statement: value, bytes: statement.encode(value), localSignature: state.localSignature, remoteSignature: state.remoteSignature }
}

/** How much more one side may come to owe. */
function roomOf (state: TrustLineState, by: Side): bigint {
  const owedBy = by === 'local' ? -state.owedToUs : state.owedToUs
  const locked = by === 'local' ? state.localLocked : state.remoteLocked
  const limit = by === 'local' ? state.remoteLimit : state.localLimit
  // IOU-10: in a line that closes, whoever is owed may still spend that, and nobody may come to owe more.
  if (state.shutdown) return (owedBy < 0n ? -owedBy : 0n) - locked
  return limit - owedBy - locked
}

/** @returns least value of the limit that `by` sets: what the other owes it, and may come to owe through live locks. */
function leastLimit (state: TrustLineState, by: Side): Units {
  const owed = by === 'local' ? state.owedToUs : -state.owedToUs
  const locked = by === 'local' ? state.remoteLocked : state.localLocked
  return asUnits((owed > 0n ? owed : 0n) + locked)
}

function applyAdd (state: TrustLineState, by: Side, lock: Lock): TrustLineState | Fault {
  const { amount, expiry, id } = lock.terms
  if (amount === 0n) return fault('IOU-5', `the lock ${id} has no amount`)
  if (expiry.clock !== 'unix') return fault('IOU-5', `the lock ${id} expires by the clock ${expiry.clock}`)
  const room = roomOf(state, by)
  if (amount > room) return fault(state.shutdown ? 'IOU-10' : 'IOU-4', `the lock ${id} of ${amount} is above the ${room} that may still be owed`)
  return by === 'local'
    ? { ...state, nextLocalAddId: id + 1, localLocked: addUnits(state.localLocked, amount), localLocks: state.localLocks + 1 }
    : { ...state, nextRemoteAddId: id + 1, remoteLocked: addUnits(state.remoteLocked, amount), remoteLocks: state.remoteLocks + 1 }
}

/** A lock leaves the state; when it was fulfilled, its offerer owes its amount more. */
function removeLock (state: TrustLineState, lock: Lock, paid: boolean): TrustLineState {
  const { amount } = lock.terms
  const change = paid ? amount : 0n
  const owed = (by: bigint): Balance => asBalance(state.owedToUs + by)
  return lock.offeredBy === 'local'
    ? { ...state, owedToUs: owed(-change), localLocked: subUnits(state.localLocked, amount), localLocks: state.localLocks - 1 }
    : { ...state, owedToUs: owed(change), remoteLocked: subUnits(state.remoteLocked, amount), remoteLocks: state.remoteLocks - 1 }
}

const inForce = (host: ChannelHost, channel: Channel, state: TrustLineState): Statement =>
  statementOf(endsOf(host, channel), state, [...liveLocks(host.locks.group(channel.id), NONE, [], (lock) => isInState(state, lock))])
const NONE: ReadonlySet<never> = new Set()
/** A failed channel may hold locks that were still on their way into a state: their ids come after those of the state. */
const isInState = (state: TrustLineState, lock: Lock): boolean =>
  lock.terms.id < (lock.offeredBy === 'local' ? state.nextLocalAddId : state.nextRemoteAddId)
const endsOf = (host: ChannelHost, channel: Channel): Ends => ({ self: host.self, peer: channel.peer, channelId: channel.id, asset: channel.asset })

// A draft is frozen, so the hash of its statement is worked out once and forgotten with it.
const digests = new WeakMap<object, Uint8Array>()
function draftDigest (host: ChannelHost, channel: Channel, draft: Draft<TrustLineState>): Uint8Array {
  let digest = digests.get(draft)
  if (digest === undefined) {
    const { state, removed, added } = draft
    digest = statement.hash(statementOf(endsOf(host, channel), state, [...liveLocks(host.locks.group(channel.id), removed, added, (lock) => isInState(state, lock))]))
    digests.set(draft, digest)
  }
  return digest
}

/** What is wrong with evidence of which exactly `count` signatures, and nothing else, is this kind's. @see IOU-7 */
function misshapen (given: Evidence, count: 0 | 1): Fault | undefined {
  if (given.signatures.length === count && given.preSignatures.length === 0 && given.revocation === undefined) return undefined
  return fault('IOU-7', `${count} signatures and nothing else wanted; ${given.signatures.length} signatures and ${given.preSignatures.length} pre-signatures came`)
}

const signatures = (...list: readonly Uint8Array[]): Evidence => ({ ...NO_EVIDENCE, signatures: list })

/**
 * The trust line: two limits, one signed balance, live locks. AGREE carries the acceptor's signature of the next
 * statement and COMMIT the proposer's; nothing has to be revoked, since the statement with the higher sequence counts.
 *
 * @see IOU-1 to IOU-12 in `protocols/channel/README.md`
 */
export const trustLine: ChannelKind<TrustLineState> = {
  name: 'trust-line',
  locksPerSideMax: TRUST_LINE_LOCKS_MAX,
  updateBytesMax: ROUND_UPDATE_BYTES_MAX,
  clock: () => 'unix',
  isReady: () => true,

  apply (state: TrustLineState, by: Side, update: Update, lock: Lock | undefined): TrustLineState | Fault {
    switch (update.type) {
      case 'add': return applyAdd(state, by, lock!)
      case 'fulfil': return removeLock(state, lock!, true)
      case 'fail': case 'expire': return removeLock(state, lock!, false)
      case 'set-limit': {
        const least = leastLimit(state, by)
        // IOU-6: raised by the truster alone, lowered to no less than what is owed plus locked.
        if (update.limit < least) return fault('IOU-6', `a limit of ${update.limit} is below the ${least} owed and locked`)
        return by === 'local' ? { ...state, localLimit: update.limit } : { ...state, remoteLimit: update.limit }
      }
      case 'shutdown': return { ...state, shutdown: true }
      default: return unreachable(update)
    }
  },
  afterRound: (state) => ({ ...state, sequence: state.sequence + 1 }), // IOU-3
  numbers: ({ round }) => ({ local: round.number, remote: round.number, lastSecret: undefined, nextPoint: undefined }),
  judgeNumbers: (_channel, told) => told.localNumber === told.round && told.remoteNumber === told.round && told.lastSecret === undefined && told.nextPoint === undefined
    ? undefined
    : fault('IOU-7', `numbers ${told.localNumber} and ${told.remoteNumber} in round ${told.round}`),
  digest: (host, channel, draft) => draft === undefined
    ? statement.hash(inForce(host, channel, channel.state as TrustLineState))
    : draftDigest(host, channel, draft),

  givePropose: () => NO_EVIDENCE,
  takePropose: (host, channel, draft, given) => misshapen(given, 0) ?? signatures(signStatement(draftDigest(host, channel, draft), host.identitySecret)),
  giveAgree: (_host, channel) => signatures(channel.round.evidence.signatures[0]!),
  takeAgree (host, channel, draft, given) {
    const wrong = misshapen(given, 1)
    if (wrong !== undefined) return wrong
    const digest = draftDigest(host, channel, draft)
    const [theirs] = given.signatures
    // IOU-3: the sequence is in what is signed, so a signature of an older statement does not fit.
    if (!isSignedBy(channel.peer, theirs, digest)) return fault('IOU-2', `the signature of statement ${draft.state.sequence} is not the peer's`)
    return signatures(theirs!, signStatement(digest, host.identitySecret))
  },
  giveCommit: (_host, channel) => signatures(channel.round.evidence.signatures[1]!),
  takeCommit (host, channel, draft, given): TrustLineState | Broken<TrustLineState> {
    const wrong = misshapen(given, 1)
    if (wrong !== undefined) return { fault: wrong }
    const [theirs] = given.signatures
    if (!isSignedBy(channel.peer, theirs, draftDigest(host, channel, draft))) return { fault: fault('IOU-2', `the signature of statement ${draft.state.sequence} is not the peer's`) }
    return { ...draft.state, localSignature: channel.round.evidence.signatures[0]!, remoteSignature: theirs! }
  },
  giveAck: () => NO_EVIDENCE,
  takeAck (_host, channel, draft, given): TrustLineState | Broken<TrustLineState> {
    const [theirs, ours] = channel.round.evidence.signatures
    const state = { ...draft.state, localSignature: ours!, remoteSignature: theirs! }
    const wrong = misshapen(given, 0)
    return wrong === undefined ? state : { fault: wrong, state }
  },

  capacity (state): Capacity {
    const clamp = (value: bigint): Units => asUnits(value < 0n ? 0n : value > UNITS_MAX ? UNITS_MAX : value)
    return { spendable: clamp(roomOf(state, 'local')), receivable: clamp(roomOf(state, 'remote')), freeSlots: TRUST_LINE_LOCKS_MAX - state.localLocks }
  },
  describe: ({ owedToUs, localLimit, remoteLimit }) => ({ owedToUs, localLimit, remoteLimit }),
  leastLimit: (state) => leastLimit(state, 'local'),
  isOver: (state) => state.shutdown && state.localLocks === 0 && state.remoteLocks === 0 && state.owedToUs === 0n, // IOU-11
  isUntouched: (state) => state.sequence === 0,
  whenFailed: (state) => state,
  whenIdle: () => {}
}
