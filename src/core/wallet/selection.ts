import { selectUTXO } from '@scure/btc-signer/utxo.js'
import { concatBytes, fromHex, toHex } from '../base/bytes.js'
import { addressOfScript } from './address.js'
import type { Output, WalletChain } from './chain-facts.js'
import { SELECTION_CANDIDATES_MAX } from './limits.js'
import type { Coin } from './tables.js'
import { feeFor, vsizeOf } from './transaction.js'

/** Coins for a payment, and what comes back. */
export interface Selection {
  readonly coins: readonly Coin[]
  readonly feeSat: bigint
  /** Undefined: what would come back is too little for an output, and goes to the miner. */
  readonly changeSat: bigint | undefined
  readonly vsize: number
}

export interface SelectionTask {
  readonly chain: WalletChain
  /** Coins that may be spent. */
  readonly candidates: readonly Coin[]
  /** Coins that must be spent. */
  readonly required?: readonly Coin[]
  readonly outputs: readonly Output[]
  readonly satPerKvb: bigint
  readonly changeScript: Uint8Array
  readonly dustSat: bigint
}

/** Thousandths: the package counts whole satoshis a byte, our rates are for 1,000 bytes. */
const FINE = 1_000n

/**
 * Chooses coins: the package's default, which looks for a sum without change first and else takes the largest. Amounts
 * and rate are given to it in thousandths of a satoshi, so that the rate is exact; the fee is then worked out anew.
 *
 * @returns undefined when the candidates do not suffice
 */
export function selectCoins (task: SelectionTask): Selection | undefined {
  const { chain, candidates, required = [], outputs, satPerKvb, changeScript, dustSat } = task
  const byName = new Map([...candidates, ...required].map((coin) => [nameOf(fromHex(coin.txid), coin.vout), coin]))
  const mustHave = new Set(required)
  const offered = candidates.filter((coin) => !mustHave.has(coin)).sort(largestFirst).slice(0, SELECTION_CANDIDATES_MAX)
  const result = selectUTXO(offered.map(inputOf), outputs.map(({ script, valueSat }) => ({ script, amount: valueSat * FINE })), 'default', {
    feePerByte: satPerKvb,
    changeAddress: addressOfScript(chain, changeScript),
    network: { bech32: chain.bech32Hrp, pubKeyHash: 0, scriptHash: 0, wif: 0 },
    requiredInputs: required.map(inputOf),
    // The package multiplies it by three, its rate of dust.
    dust: dustSat * FINE / 3n,
    bip69: false,
    createTx: false,
    // Ours are taproot outputs of our own keys, and payees' scripts come from addresses that were read.
    disableScriptCheck: true,
    allowUnknownOutputs: true
  })
  if (result === undefined) return undefined
  const coins = result.inputs.map(({ txid, index }) => byName.get(nameOf(txid!, index!))!)
  return settle(task, coins)
}

/** Works out fee and change of chosen coins; undefined when they do not suffice. */
export function settle ({ outputs, satPerKvb, changeScript, dustSat }: Omit<SelectionTask, 'candidates'>, coins: readonly Coin[]): Selection | undefined {
  const left = sumOf(coins) - outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
  const withChange = vsizeOf(coins, [...outputs, { valueSat: 0n, script: changeScript }])
  const changeSat = left - feeFor(satPerKvb, withChange)
  if (changeSat >= dustSat) return { coins, feeSat: left - changeSat, changeSat, vsize: withChange }
  const vsize = vsizeOf(coins, outputs)
  return left >= feeFor(satPerKvb, vsize) ? { coins, feeSat: left, changeSat: undefined, vsize } : undefined
}

export const sumOf = (coins: Iterable<Coin>): bigint => {
  let sum = 0n
  for (const { valueSat } of coins) sum += valueSat
  return sum
}

export const largestFirst = (a: Coin, b: Coin): number => a.valueSat > b.valueSat ? -1 : a.valueSat < b.valueSat ? 1 : a.txid < b.txid ? -1 : a.txid > b.txid ? 1 : a.vout - b.vout

const nameOf = (txid: Uint8Array, vout: number): string => `${toHex(txid)}:${vout}`
/** Of use for its size only: selection signs nothing. */
const ANY_KEY = fromHex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')
const inputOf = ({ txid, vout, valueSat, script }: Coin): { txid: Uint8Array, index: number, witnessUtxo: { script: Uint8Array, amount: bigint }, tapInternalKey: Uint8Array } =>
  ({ txid: concatBytes(fromHex(txid)), index: vout, witnessUtxo: { script, amount: valueSat * FINE }, tapInternalKey: ANY_KEY })
