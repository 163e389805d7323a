import { equalBytes } from '../../base/bytes.js'
import type { Side } from '../lock.js'
import { revocableOutputs, type RevocableOutputs } from './commitment.js'
import type { Contract } from './contract.js'
import type { TaprootOutput } from './scripts.js'

/**
 * Keys of commitments that are to come. They follow from a point alone, which is known a round before, and are most of
 * what a round of one lock costs: a node that has nothing to do makes them before they are needed. Nothing else depends
 * on whether it did; what is remembered is what would be worked out.
 */

/** Channels whose coming commitments are known. */
const CHANNELS_MAX = 1_024
/** Commitments of one channel whose keys are remembered: both sides', of the state in force and of the next two. */
const KEPT = 6

/** A commitment that will come, by its owner's point. */
export interface Coming {
  readonly owner: Side
  readonly point: () => Uint8Array
}

interface Made { readonly owner: Side, readonly point: Uint8Array, readonly outputs: RevocableOutputs }

const madeBy = new WeakMap<Contract, readonly Made[]>()
/** What comes in each channel, the newest last. */
const coming = new Map<Contract, readonly Coming[]>()

/** The keys of a commitment, as {@link revocableOutputs} makes them; remembered for the last few. */
export function keysOfCommitment (contract: Contract, owner: Side, point: Uint8Array): RevocableOutputs {
  const made = madeBy.get(contract) ?? []
  const found = made.find((one) => one.owner === owner && equalBytes(one.point, point))
  if (found !== undefined) return found.outputs
  const outputs = revocableOutputs(contract, owner, point)
  madeBy.set(contract, [...made.slice(1 - KEPT), { owner, point, outputs }])
  return outputs
}

/** Says which commitments of a channel come next; what was said of it before no longer counts. */
export function expectCommitments (contract: Contract, commitments: readonly Coming[]): void {
  coming.delete(contract)
  if (coming.size >= CHANNELS_MAX) coming.delete(coming.keys().next().value!)
  coming.set(contract, commitments)
}

/** Makes the keys of one commitment that comes. @returns whether there are more to make */
export function workAhead (): boolean {
  for (const [contract, [next, ...rest]] of coming) {
    if (rest.length === 0) coming.delete(contract)
    else coming.set(contract, rest)
    if (next !== undefined) makeAll(keysOfCommitment(contract, next.owner, next.point()))
    break
  }
  return coming.size > 0
}

/** The output of locks is made when it is first asked for. */
const makeAll = ({ ptlc }: RevocableOutputs): TaprootOutput => ptlc
