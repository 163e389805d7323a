import { unreachable } from '../../base/invariant.js'
import { addUnits, asUnits, subUnits, ZERO, type Units } from '../../base/money.js'
import { fault, type Fault } from '../../base/step.js'
import type { EnforcedState, EnforcedTerms } from '../entity.js'
import { NO_CAPACITY, otherSide, type Capacity, type Lock, type Side, type Update } from '../lock.js'
import { isTrimmed } from './commitment.js'
import { openerCostSat } from './contract.js'
import { CHAIN_NUMBERS, ENFORCED_LOCKS_MAX, HEIGHT_MAX } from './limits.js'

/** What both sides can judge of an update from the state they share. @see ENF-12 */

const PER_SAT = 1000n
const RESERVE_SAT_MIN = 1_000n
/** Locks that the opener of a `v2-fee` channel must still be able to pay for. */
const LOCKS_TO_SPARE = 2

export const dustSatOf = ({ clock }: Pick<EnforcedTerms, 'clock'>): bigint => CHAIN_NUMBERS[clock].dustSat

/** What an offerer of locks keeps for itself, so that cheating would cost it something. */
export function reserveOf (terms: Pick<EnforcedTerms, 'clock' | 'fundingSat'>): bigint {
  const hundredth = terms.fundingSat / 100n
  const least = dustSatOf(terms) > RESERVE_SAT_MIN ? dustSatOf(terms) : RESERVE_SAT_MIN
  return (hundredth > least ? hundredth : least) * PER_SAT
}

/** What the opener has to pay for a state with so many locks above dust, those to spare included. */
const costOf = (terms: EnforcedTerms, locks: number): bigint => openerCostSat({ ...terms, dustSat: dustSatOf(terms) }, locks) * PER_SAT

const balanceOf = (state: EnforcedState, side: Side): bigint => side === 'local' ? state.localBalance : state.remoteBalance
const untrimmed = (state: EnforcedState): number => state.localLocks + state.remoteLocks - state.trimmedLocks

/** The state after one more update, or the rule that it breaks. */
export function applyUpdate (state: EnforcedState, by: Side, update: Update, lock: Lock | undefined): EnforcedState | Fault {
  switch (update.type) {
    case 'add': return applyAdd(state, by, lock!)
    case 'fulfil': return removeLock(state, lock!, otherSide(lock!.offeredBy))
    case 'fail': case 'expire': return removeLock(state, lock!, lock!.offeredBy)
    case 'set-limit': return fault('ENF-12', 'a channel that a chain enforces has no limits')
    case 'shutdown': return { ...state, shutdown: true }
    default: return unreachable(update)
  }
}

function applyAdd (state: EnforcedState, by: Side, lock: Lock): EnforcedState | Fault {
  const { terms } = state
  const { id, amount, expiry } = lock.terms
  if (state.shutdown) return fault('ENF-12', `the lock ${id} comes after a shutdown`)
  if (amount === 0n) return fault('ENF-12', `the lock ${id} has no amount`)
  if (expiry.clock !== terms.clock || expiry.value > HEIGHT_MAX) return fault('ENF-12', `the lock ${id} expires at ${expiry.value} by the clock ${expiry.clock}`)
  const left = balanceOf(state, by) - amount
  if (left < reserveOf(terms)) return fault('ENF-12', `the lock ${id} of ${amount} leaves ${left}, less than the reserve ${reserveOf(terms)}`)
  const small = isTrimmed({ dustSat: dustSatOf(terms) }, lock)
  const moved = by === 'local'
    ? { ...state, localBalance: asUnits(left), nextLocalAddId: id + 1, localLocked: addUnits(state.localLocked, amount), localLocks: state.localLocks + 1 }
    : { ...state, remoteBalance: asUnits(left), nextRemoteAddId: id + 1, remoteLocked: addUnits(state.remoteLocked, amount), remoteLocks: state.remoteLocks + 1 }
  const after = small ? { ...moved, trimmed: addUnits(moved.trimmed, amount), trimmedLocks: moved.trimmedLocks + 1 } : moved
  // The same locks are trimmed on both commitments, so one sum is the exposure of both.
  if (after.trimmed > CHAIN_NUMBERS[terms.clock].dustExposureSat * PER_SAT) return fault('ENF-12', `the locks below dust come to ${after.trimmed}`)
  const least = reserveOf(terms) + costOf(terms, untrimmed(after) + LOCKS_TO_SPARE)
  if (terms.format === 'v2-fee' && balanceOf(after, state.opener) < least) return fault('ENF-12', `the lock ${id} leaves the opener ${balanceOf(after, state.opener)}, less than ${least}`)
  return after
}

/** A lock leaves the state; its amount goes to one side. */
function removeLock (state: EnforcedState, lock: Lock, to: Side): EnforcedState {
  const { amount } = lock.terms
  const paid = to === 'local' ? { ...state, localBalance: addUnits(state.localBalance, amount) } : { ...state, remoteBalance: addUnits(state.remoteBalance, amount) }
  const left = lock.offeredBy === 'local'
    ? { ...paid, localLocked: subUnits(paid.localLocked, amount), localLocks: paid.localLocks - 1 }
    : { ...paid, remoteLocked: subUnits(paid.remoteLocked, amount), remoteLocks: paid.remoteLocks - 1 }
  return isTrimmed({ dustSat: dustSatOf(state.terms) }, lock) ? { ...left, trimmed: subUnits(left.trimmed, amount), trimmedLocks: left.trimmedLocks - 1 } : left
}

/** What may still be offered. Nothing before the chain has confirmed the funding. @see ENF-19 */
export function capacityOf (state: EnforcedState): Capacity {
  if (state.stage !== 'confirmed' || state.shutdown || state.behind) return NO_CAPACITY
  return { spendable: roomOf(state, 'local'), receivable: roomOf(state, 'remote'), freeSlots: ENFORCED_LOCKS_MAX - state.localLocks }
}

function roomOf (state: EnforcedState, by: Side): Units {
  const { terms, opener } = state
  const cost = terms.format === 'v2-fee' ? costOf(terms, untrimmed(state) + 1 + LOCKS_TO_SPARE) : 0n
  if (opener !== by && balanceOf(state, opener) < reserveOf(terms) + cost) return ZERO
  const room = balanceOf(state, by) - reserveOf(terms) - (opener === by ? cost : 0n)
  return room > 0n ? asUnits(room) : ZERO
}
