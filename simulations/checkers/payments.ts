import { isRefusal } from '../../src/core/base/step.js'
import { HOPS_LEFT_MAX } from '../../src/core/payment/limits.js'
import type { Asked } from '../harness/simulated-node.js'
import type { Violation } from '../harness/world.js'

/**
 * What quotes round up reaches the payee: at most two units for each forwarder of a part but the last. A composed quote
 * rounds its rate, the base of the way behind, and the amount up, and no later hop takes that off. The property in
 * `test/core/payment/quote.spec.ts` shows it: "bring the payee the amount, and at most two units more for each hop but the last".
 */
export const ROUNDED_UNITS_A_HOP = 2n
/** Both halves of a part together have at most this many links, and one forwarder less. */
const LINKS_MAX = 2 * HOPS_LEFT_MAX
const FORWARDERS_MAX = LINKS_MAX - 1
/** What a payment in so many parts may bring more than its amount. */
export const roundedUnitsMax = (parts: number): bigint => BigInt(parts) * BigInt(FORWARDERS_MAX - 1) * ROUNDED_UNITS_A_HOP

/** What the two ends of a payment say of it when quiet. */
export interface PaymentEnds {
  readonly name: string
  /** Answers the payer's user got; none when the process crashed before. */
  readonly answers: readonly unknown[]
  readonly lost: boolean
  /** Status in the payer's list of payments; undefined when it has none of this invoice. */
  readonly payerStatus: string | undefined
  /** Status of the invoice with the payee, and what it received. */
  readonly payeeStatus: string | undefined
  readonly received: bigint
  readonly amount: bigint
  /** In how many parts the payer says that it was paid; `PARTS_MAX` when nobody knows. */
  readonly parts: number
  readonly isPayerHonest: boolean
  readonly isPayeeHonest: boolean
  /** Whether all other nodes are: one that forgot its locks may have paid and not be paid, which is its own loss. */
  readonly areOthersHonest: boolean
}

/**
 * A payment is made for both ends or for none (I4), it has ended (I18), and its payer holds a proof when it paid.
 */
export function checkPayment (ends: PaymentEnds): readonly Violation[] {
  const { name, answers, payerStatus, payeeStatus, received, amount } = ends
  const violations: Violation[] = []
  const [answer] = answers
  const told = answer === undefined ? undefined : isRefusal(answer) ? 'refused' : 'paid'
  const payerPaid = payerStatus === 'paid' || told === 'paid'
  const pending = payerStatus === 'pending' || payerStatus === 'locked'
  // Nobody waits for the payment of a node that broke the protocol.
  if (pending && ends.isPayerHonest) violations.push({ invariant: 'I18', detail: `${name} has not ended: the payer says ${payerStatus}` })
  if (told === undefined && !ends.lost && ends.isPayerHonest) violations.push({ invariant: 'I18', detail: `${name}: the payer's request was never answered` })
  if (told === 'refused' && payerStatus === 'paid' && !isPendingAnswer(answer)) violations.push({ invariant: 'I4', detail: `${name}: the payer was told that it failed, but it was paid` })
  if (told === 'paid' && payerStatus !== undefined && payerStatus !== 'paid') violations.push({ invariant: 'I4', detail: `${name}: the payer was told that it is paid, but its record says ${payerStatus}` })
  if (ends.isPayeeHonest && ends.isPayerHonest) {
    const payeePaid = payeeStatus === 'paid'
    if (payerPaid !== payeePaid && !pending && (payerPaid || ends.areOthersHonest)) violations.push({ invariant: 'I4', detail: `${name}: payer ${payerPaid ? 'paid' : `did not pay (${payerStatus ?? told ?? 'no record'})`}, the invoice is ${payeeStatus ?? 'unknown'}` })
    if (payeePaid && (received < amount || received > amount + roundedUnitsMax(ends.parts))) violations.push({ invariant: 'I4', detail: `${name}: the payee received ${received} of ${amount}` })
    if (!payeePaid && received !== 0n && !pending) violations.push({ invariant: 'I4', detail: `${name}: the payee received ${received} of an invoice that is ${payeeStatus ?? 'unknown'}` })
  }
  if (told === 'paid' && !/^[0-9a-f]{64}$/.test((answer as { proof?: string }).proof ?? '')) violations.push({ invariant: 'I4', detail: `${name}: paid without a proof` })
  return violations
}

/** "The outcome is open" is an answer too; what comes of it is in the record. */
const isPendingAnswer = (answer: unknown): boolean => isRefusal(answer) && answer.refused === 'payment-pending'

/** Each request is answered exactly once, unless its process crashed. */
export function checkAnswers (asked: ReadonlyArray<Pick<Asked, 'answers' | 'lost' | 'request'> & { readonly node: { readonly name: string } }>): readonly Violation[] {
  const violations: Violation[] = []
  for (const { answers, lost, request, node } of asked) {
    if (answers.length > 1) violations.push({ invariant: 'one-answer', detail: `${node.name} answered ${request.type} ${answers.length} times` })
    if (answers.length === 0 && !lost) violations.push({ invariant: 'one-answer', detail: `${node.name} never answered ${request.type}` })
  }
  return violations
}
