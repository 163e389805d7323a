import { equalBytes } from '../../base/bytes.js'
import { mulG } from '../../crypto/curve.js'
import { secretOf, shachainIndexOf } from '../../crypto/shachain.js'
import { revocableOutputs, type RevocableOutputs } from '../enforced/commitment.js'
import { fixedParts, numberIn } from '../enforced/contract.js'
import type { EnforcedState } from '../entity.js'
import type { Holding, Holdings } from './holdings.js'
import type { SeenTransaction } from '../chain-facts.js'

/** What spent the funding output. @see ENF-21 */
export type Closing =
  /** Both signed it, by the key path. */
  | { readonly type: 'cooperative' }
  | { readonly type: 'ours', readonly holding: Holding }
  | { readonly type: 'theirs', readonly holding: Holding }
  /** A commitment of the peer whose secret we have: all of it is ours. @see ENF-13 */
  | { readonly type: 'revoked', readonly number: number, readonly secret: Uint8Array, readonly scripts: RevocableOutputs }
  /** A commitment that we do not know: we are behind the peer, or it is one that should not exist. Only our static output can be taken. */
  | { readonly type: 'unknown' }

/** Tells what a spend of the funding output is. */
export function identify ({ tx, txid }: SeenTransaction, holdings: Holdings, state: EnforcedState): Closing {
  const witness = tx.inputs.find((input) => equalBytes(input.txid, state.terms.funding.txid) && input.index === state.terms.funding.index)?.witness
  if (witness?.length === 1) return { type: 'cooperative' }
  if (equalBytes(txid, holdings.own.commitment.txid)) return { type: 'ours', holding: holdings.own }
  const holding = holdings.theirs.find(({ commitment }) => equalBytes(commitment.txid, txid))
  if (holding !== undefined) return { type: 'theirs', holding }
  const number = numberIn(fixedParts(holdings.contract), tx.lockTime, tx.inputs[0]?.sequence ?? 0)
  const secret = number === undefined || number >= holdings.revealed ? undefined : secretOf(state.revealed, shachainIndexOf(number))
  if (number === undefined || secret === undefined) return { type: 'unknown' }
  return { type: 'revoked', number, secret, scripts: revocableOutputs(holdings.contract, 'remote', mulG(secret)) }
}
