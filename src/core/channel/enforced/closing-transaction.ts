import { invariant } from '../../base/invariant.js'
import { aggregateNonces, aggregateSignatures, isMusigFailure, makeNonce, partialSign, partialVerify, type MusigContext, type MusigNonce } from '../../crypto/musig.js'
import { tapTweak } from '../../crypto/taproot.js'
import type { Side } from '../lock.js'
import { compareOutputs, fixedParts, type Contract } from './contract.js'
import { SIGHASH_DEFAULT, signatureHash } from './sighash.js'
import type { Transaction } from './transaction.js'

/** A cooperative close: what each side gets, less the fee of the one who proposes it. @see ENF-17 */
export interface ClosingTerms {
  /** Satoshis before the fee, by side. */
  readonly balances: Readonly<Record<Side, bigint>>
  /** Where to, by side. */
  readonly scripts: Readonly<Record<Side, Uint8Array>>
  /** Who pays the fee out of its own output. */
  readonly payer: Side
  readonly feeSat: bigint
}

/** Signals that it may be replaced by one of a higher fee. @see BIP 125 */
const SEQUENCE_REPLACEABLE = 0xfffffffd

/** The transaction of a close, not signed; undefined when the payer cannot pay the fee or nothing is left. Outputs below dust are left out. */
export function closingTransaction (contract: Contract, { balances, scripts, payer, feeSat }: ClosingTerms): Transaction | undefined {
  if (feeSat < 0n || balances[payer] < feeSat) return undefined
  const outputs = (['local', 'remote'] as const)
    .map((side) => ({ valueSat: balances[side] - (side === payer ? feeSat : 0n), script: scripts[side] }))
    .filter(({ valueSat }) => valueSat >= contract.dustSat)
    .sort(compareOutputs)
  if (outputs.length === 0) return undefined
  return { version: 2, lockTime: 0, inputs: [{ ...contract.funding, sequence: SEQUENCE_REPLACEABLE, witness: [] }], outputs }
}

/** A fresh nonce of ours for one signature. It lives in memory only, and is wiped by its use. @see ENF-18 */
export function closingNonce (contract: Contract, fundingSecret: Uint8Array, random: Uint8Array): MusigNonce {
  return makeNonce({ publicKey: contract.keys.local.funding, random, secret: fundingSecret })
}

function contextOf (contract: Contract, tx: Transaction, nonces: Readonly<Record<Side, Uint8Array>>): { readonly context: MusigContext, readonly publicNonces: readonly Uint8Array[], readonly places: Readonly<Record<Side, number>> } | undefined {
  const { funding, fundingSpent } = fixedParts(contract)
  const localFirst = funding.keys[0].every((byte, i) => byte === contract.keys.local.funding[i])
  const publicNonces = localFirst ? [nonces.local, nonces.remote] : [nonces.remote, nonces.local]
  const aggregateNonce = aggregateNonces(publicNonces)
  if (isMusigFailure(aggregateNonce)) return undefined
  return {
    context: {
      aggregateNonce,
      publicKeys: funding.keys,
      message: signatureHash(tx, 0, [fundingSpent], SIGHASH_DEFAULT),
      tweaks: [{ tweak: tapTweak(funding.internalKey, funding.leaf!.hash), isXOnly: true }]
    },
    publicNonces,
    places: localFirst ? { local: 0, remote: 1 } : { local: 1, remote: 0 }
  }
}

/** Our part of the signature; wipes the secret nonce. Undefined when the peer's nonce is none. */
export function signClosing (contract: Contract, tx: Transaction, fundingSecret: Uint8Array, nonce: MusigNonce, peerNonce: Uint8Array): Uint8Array | undefined {
  const opened = contextOf(contract, tx, { local: nonce.public, remote: peerNonce })
  if (opened === undefined) return undefined
  const partial = partialSign(opened.context, nonce.secret, fundingSecret)
  return isMusigFailure(partial) ? undefined : partial
}

/** The closing transaction with both parts of its signature; undefined when the peer's part does not hold. */
export function completeClosing (contract: Contract, tx: Transaction, nonces: Readonly<Record<Side, Uint8Array>>, partials: Readonly<Record<Side, Uint8Array>>): Transaction | undefined {
  const opened = contextOf(contract, tx, nonces)
  if (opened === undefined) return undefined
  const { context, publicNonces, places } = opened
  if (partialVerify(context, partials.remote, publicNonces, places.remote) !== true) return undefined
  const signature = aggregateSignatures(context, places.local === 0 ? [partials.local, partials.remote] : [partials.remote, partials.local])
  invariant(!isMusigFailure(signature), 'parts that were verified make a signature')
  return { ...tx, inputs: [{ ...tx.inputs[0]!, witness: [signature] }] }
}
