import { extractSecret, preSign } from '../../crypto/adaptor.js'
import { auxiliary, type ChannelSecrets } from '../enforced/keys.js'
import { givenIn } from '../enforced/pre-signed.js'
import type { TaprootOutput } from '../enforced/scripts.js'
import { SIGHASH_SINGLE_ANYONE_CAN_PAY, signatureHash } from '../enforced/sighash.js'
import type { Transaction } from '../enforced/transaction.js'
import type { Lock, Side } from '../lock.js'
import type { Spend } from '../chain-facts.js'

/** A lock's output that the peer spent. */
export interface SpentPtlc {
  /** Whose commitment it is on, and that commitment's number. */
  readonly owner: Side
  readonly number: number
  readonly index: number
  readonly valueSat: bigint
  readonly ptlc: TaprootOutput
}

/**
 * The t that the peer used to spend the output of a lock that we offered. Our pre-signature is made again from what
 * the spend signs, so nothing has to be kept for it. @see ENF-21
 *
 * @returns undefined when the peer did not use one of ours: it took the output back, or it is another lock's
 */
export function secretIn (secrets: ChannelSecrets, { owner, number, index, valueSat, ptlc }: SpentPtlc, { by, input }: Spend, lock: Lock): Uint8Array | undefined {
  const spent = by.tx.inputs[input]!
  const given = givenIn(spent.witness, owner, 'remote')
  const output = by.tx.outputs[input]
  if (given === undefined || output === undefined || ptlc.leaf === undefined) return undefined
  // Signed alone: one input and its output stand for the whole transaction.
  const alone: Transaction = { ...by.tx, inputs: [{ ...spent, witness: [] }], outputs: [output] }
  const hash = signatureHash(alone, 0, [{ valueSat, script: ptlc.script }], SIGHASH_SINGLE_ANYONE_CAN_PAY, ptlc.leaf.hash)
  const aux = auxiliary(secrets, owner === 'local' ? 'own-ptlc' : 'other-ptlc', number, index)
  return extractSecret(preSign(hash, secrets.ptlc, lock.terms.point, aux), given, lock.terms.point)
}
