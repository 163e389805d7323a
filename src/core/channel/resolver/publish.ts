import { utf8Bytes } from '../../base/bytes.js'
import { taggedHash } from '../../base/hash.js'
import { MERGED_SPENDS_MAX } from '../enforced/limits.js'
import { bumpCommitment, feeFor, payFee, sweep, takePtlcs, type FeeWallet } from '../enforced/spends.js'
import { vsizeOf, type Transaction } from '../enforced/transaction.js'
import type { Task } from './duties.js'
import type { Holdings } from './holdings.js'
import { SWEPT_INPUT_VBYTES } from './limits.js'

/** What building a transaction needs of the world. */
export interface PublishHost {
  readonly wallet: FeeWallet
  /** Where what is ours goes. */
  readonly payoutScript: Uint8Array
  /** Satoshis for 1,000 virtual bytes that confirm within so many blocks. */
  readonly feeRatePerKvb: (targetBlocks: number) => bigint
}

/** Transactions to hand to the chain: one, or a parent and the child that pays for it. */
export type Publication = readonly [Transaction] | readonly [Transaction, Transaction]

/** Blocks in which what has no deadline is to confirm. */
const NO_HURRY_BLOCKS = 144

/**
 * Builds and signs what a task asks for, at the fee rate that its deadline asks for: called again at every block, it
 * gives what has to replace the transaction of before. What would cost more than it brings is left out; so is what
 * the wallet cannot pay for, but for a commitment, which goes out alone. @see ENF-4, ENF-21
 */
export function publicationsOf (task: Task, holdings: Holdings, height: number, host: PublishHost): readonly Publication[] {
  const { secrets, contract } = holdings
  const rate = (deadline: number | undefined): bigint => host.feeRatePerKvb(deadline === undefined ? NO_HURRY_BLOCKS : Math.max(1, deadline - height))
  switch (task.type) {
    case 'closing': return [[task.tx]]
    case 'commitment': {
      const feeSat = contract.fundingSat - task.tx.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
      const child = bumpCommitment(secrets, task.commitment, { vsize: vsizeOf(task.tx), feeSat }, host.wallet, rate(task.deadline), auxOf(secrets.auxSeed, 'bump'))
      return child === undefined ? [[task.tx]] : [[task.tx, child]]
    }
    case 'locks': {
      const publications: Publication[] = []
      for (let at = 0; at < task.places.length; at += MERGED_SPENDS_MAX) {
        const request = takePtlcs(secrets, task.commitment, task.places.slice(at, at + MERGED_SPENDS_MAX))
        const paid = payFee({ ...request, wallet: host.wallet, feeRatePerKvb: rate(task.deadline), leastSat: contract.dustSat, aux: auxOf(secrets.auxSeed, 'locks') })
        if (paid !== undefined) publications.push([paid])
      }
      return publications
    }
    case 'sweep': {
      const feeRate = rate(task.deadline)
      const worth = task.takeables.filter(({ output }) => output.valueSat > feeFor(feeRate, SWEPT_INPUT_VBYTES))
      if (worth.length === 0) return []
      const swept = sweep(worth, host.payoutScript, feeRate, contract.dustSat, auxOf(secrets.auxSeed, 'sweep'))
      return swept === undefined ? [] : [[swept]]
    }
  }
}

const auxOf = (auxSeed: Uint8Array, use: 'bump' | 'locks' | 'sweep'): Uint8Array => taggedHash('amiko/channel/aux', auxSeed, utf8Bytes(use))
