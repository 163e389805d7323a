import type { Violation } from '../harness/world.js'

/** A lock as it was offered over one link, in the order in which the locks of a payment were offered. */
export interface OfferedLock { readonly from: string, readonly to: string, readonly point: string, readonly amount: bigint, readonly expirySeconds: number }

/**
 * Deadlines along a way (I6): a node that sends a lock on has time left after it ends, at least the forward delta,
 * to settle the lock it received. The locks are those of one payment; a lock offered again is one lock.
 */
export function checkDeadlines (offered: readonly OfferedLock[], forwardDeltaSeconds: number): readonly Violation[] {
  const violations: Violation[] = []
  const locks = [...new Map(offered.map((lock) => [`${lock.from} ${lock.to} ${lock.point}`, lock])).values()]
  locks.forEach((outgoing, index) => {
    const incoming = locks.slice(0, index).findLast(({ to }) => to === outgoing.from)
    if (incoming === undefined) return
    const left = incoming.expirySeconds - outgoing.expirySeconds
    if (left < forwardDeltaSeconds) violations.push({ invariant: 'I6', detail: `${outgoing.from} keeps ${left} s between the lock it sent to ${outgoing.to} and the one from ${incoming.from}, less than ${forwardDeltaSeconds} s` })
  })
  return violations
}
