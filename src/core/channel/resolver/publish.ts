import { utf8Bytes } from '../../base/bytes.js'
import { taggedHash } from '../../base/hash.js'
import { MERGED_SPENDS_MAX } from '../enforced/limits.js'
import { bumpCommitment, feeFor, payFee, sweep, takePtlcs, type FeeWallet, type Takeable } from '../enforced/spends.js'
import { vsizeOf, type Transaction } from '../enforced/transaction.js'
import type { Task } from './duties.js'
import type { Holdings } from './holdings.js'
import { FEE_HALVINGS_MAX, JOINED_COIN_VBYTES, PASSED_ON_SAT_PER_KVB, REPLACEMENT_SAT_PER_KVB, SWEPT_INPUT_VBYTES, TAKEN_LOCK_VBYTES } from './limits.js'

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

type Place = Extract<Task, { type: 'locks' }>['places'][number]

/** Blocks in which what has no deadline is to confirm. */
const NO_HURRY_BLOCKS = 144

/**
 * Builds and signs what a task asks for, at the fee rate that its deadline asks for: called again at every block, it
 * gives what has to replace the transaction of before. What would cost more than it brings is left out. Where the wallet
 * cannot pay the rate it pays a lower one; what it cannot pay for at all is left out, but for a commitment, which goes
 * out alone, as one does that pays the rate itself. @see ENF-4, ENF-21
 */
export function publicationsOf (task: Task, holdings: Holdings, height: number, host: PublishHost): readonly Publication[] {
  const { secrets, contract } = holdings
  const rate = (deadline: number | undefined): bigint => host.feeRatePerKvb(deadline === undefined ? NO_HURRY_BLOCKS : Math.max(1, deadline - height))
  switch (task.type) {
    case 'closing': return [[task.tx]]
    case 'commitment': {
      const vsize = vsizeOf(task.tx)
      const feeSat = contract.fundingSat - task.tx.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
      const wantedRate = rate(task.deadline)
      if (task.rivalVsize === 0 && feeSat >= feeFor(wantedRate, vsize)) return [[task.tx]]
      const child = affordable(wantedRate, (feeRate) => {
        // A rival that makes both confirm at this rate is welcome; any other pays less than this.
        const feeSatMin = task.rivalVsize === 0 ? 0n : feeFor(feeRate, vsize + task.rivalVsize) + feeFor(REPLACEMENT_SAT_PER_KVB, task.rivalVsize)
        return bumpCommitment(secrets, task.commitment, { vsize, feeSat }, host.wallet, feeRate, auxOf(secrets.auxSeed, 'bump'), feeSatMin)
      })
      return child === undefined ? [[task.tx]] : [[task.tx, child]]
    }
    case 'locks': {
      const feeRate = rate(task.deadline)
      const valueOf = ({ place }: Place): bigint => task.commitment.ptlcs[place]!.valueSat
      // The dearest first: should the coins not do for all, what waits is little.
      const places = [...task.places].sort((a, b) => valueOf(a) < valueOf(b) ? 1 : -1)
      const worth = places.filter((one) => valueOf(one) > feeFor(feeRate, TAKEN_LOCK_VBYTES))
      const publications: Publication[] = []
      const take = (some: readonly Place[], feeRatePerKvb: bigint): void => {
        const request = takePtlcs(secrets, task.commitment, some)
        const paid = affordable(feeRatePerKvb, (affordedRate) => payFee({ ...request, wallet: host.wallet, feeRatePerKvb: affordedRate, leastSat: contract.dustSat, aux: auxOf(secrets.auxSeed, 'locks') }))
        if (paid !== undefined) publications.push([paid])
      }
      for (let at = 0; at < worth.length; at += MERGED_SPENDS_MAX) take(worth.slice(at, at + MERGED_SPENDS_MAX), feeRate)
      // What is worth less than its fee pays no more than it is worth, and waits for cheaper times.
      for (let at = worth.length; at < places.length; at += MERGED_SPENDS_MAX) {
        const some = places.slice(at, at + MERGED_SPENDS_MAX)
        take(some, valueOf(some.at(-1)!) * 1_000n / BigInt(TAKEN_LOCK_VBYTES))
      }
      return publications
    }
    case 'sweep': {
      const feeRate = rate(task.deadline)
      const worth = task.takeables.filter(({ output }) => output.valueSat > feeFor(feeRate, SWEPT_INPUT_VBYTES))
      if (worth.length === 0) return []
      const aux = auxOf(secrets.auxSeed, 'sweep')
      const swept = sweep(worth, host.payoutScript, feeRate, contract.dustSat, aux) ?? sweptWithCoin(worth, feeRate, contract.dustSat, host.wallet, aux)
      return swept === undefined ? [] : [[swept]]
    }
  }
}

/** What is too small to stand alone after its fee comes with a coin of the wallet, where it is worth that. */
function sweptWithCoin (takeables: readonly Takeable[], feeRatePerKvb: bigint, leastSat: bigint, wallet: FeeWallet, aux: Uint8Array): Transaction | undefined {
  const total = takeables.reduce((sum, { output }) => sum + output.valueSat, 0n)
  if (total <= feeFor(feeRatePerKvb, takeables.length * SWEPT_INPUT_VBYTES + JOINED_COIN_VBYTES)) return undefined
  return payFee({ tx: { version: 2, lockTime: 0, inputs: [], outputs: [] }, inputs: takeables, wallet, feeRatePerKvb, leastSat, aux })
}

/** What is made at a rate, or at the highest half, quarter … of it that the wallet can pay. */
function affordable (feeRatePerKvb: bigint, make: (feeRatePerKvb: bigint) => Transaction | undefined): Transaction | undefined {
  let rate = feeRatePerKvb
  for (let halved = 0; halved <= FEE_HALVINGS_MAX; halved++) {
    const made = make(rate)
    if (made !== undefined) return made
    rate /= 2n
    if (rate < PASSED_ON_SAT_PER_KVB) return undefined
  }
  return undefined
}

const auxOf = (auxSeed: Uint8Array, use: 'bump' | 'locks' | 'sweep'): Uint8Array => taggedHash('amiko/channel/aux', auxSeed, utf8Bytes(use))
