import { dustLimit, isWitnessProgram, type ChainParameters } from '../../ports/chain-parameters.js'
import { scriptKind } from './interpreter.js'
import type { Coin } from './coins.js'
import type { ParsedOutput, ParsedTransaction } from './parsed-transaction.js'

/** What the next block would be, for locks. */
export interface LockContext {
  readonly nextHeight: number
  /** Median time of the tip: what the next block's locks are compared with. @see BIP 113 */
  readonly medianTime: number
  /** Median time of the block before the one at `height`. @see BIP 68 */
  readonly medianTimeBefore: (height: number) => number
}

/** What the nodes of a chain pass on. Bitcoin's are those of version 29, Litecoin's those of 0.21. */
export interface Policy {
  readonly versionMax: number
  readonly truc: boolean
  readonly packages: boolean
  /** Dust outputs of one transaction that may be spent within its package. */
  readonly ephemeralDustMax: number
  /** Whether a transaction that pays more takes the place of one it conflicts with. Litecoin's nodes leave that off. */
  readonly replacement: boolean
}

export const policyOf = ({ chain }: ChainParameters): Policy => chain === 'bitcoin'
  ? { versionMax: 3, truc: true, packages: true, ephemeralDustMax: 1, replacement: true }
  : { versionMax: 2, truc: false, packages: false, ephemeralDustMax: 0, replacement: false }

export const COINBASE_MATURITY = 100
const BLOCK_WEIGHT_MAX = 4_000_000
const STANDARD_WEIGHT_MAX = 400_000
const STRIPPED_BYTES_MIN = 65
const FINAL = 0xffffffff
const LOCKTIME_THRESHOLD = 500_000_000
const SEQUENCE_DISABLE = 0x80000000
const SEQUENCE_SECONDS = 0x00400000
const SEQUENCE_MASK = 0xffff
const SCRIPT_SIG_BYTES_MAX = 1_650
const DATA_CARRIER_BYTES_MAX = 83
const WITNESS_SCRIPT_BYTES_MAX = 3_600
const WITNESS_ITEMS_MAX = 100
const WITNESS_ITEM_BYTES_MAX = 80
const ANNEX_TAG = 0x50

/** Rules that need nothing but the transaction. @returns the reason of a refusal, in the words of Bitcoin Core */
export function checkShape (tx: ParsedTransaction, parameters: ChainParameters): string | undefined {
  if (tx.inputs.length === 0) return 'bad-txns-vin-empty'
  if (tx.outputs.length === 0) return 'bad-txns-vout-empty'
  if (tx.strippedBytes * 4 > BLOCK_WEIGHT_MAX) return 'bad-txns-oversize'
  let total = 0n
  for (const { valueSat } of tx.outputs) {
    if (valueSat < 0n) return 'bad-txns-vout-negative'
    if (valueSat > parameters.maxMoneySat) return 'bad-txns-vout-toolarge'
    total += valueSat
    if (total > parameters.maxMoneySat) return 'bad-txns-txouttotal-toolarge'
  }
  if (new Set(tx.inputs.map(({ key }) => key)).size !== tx.inputs.length) return 'bad-txns-inputs-duplicate'
  if (tx.coinbase) return 'coinbase'
  return tx.inputs.some(({ txid, vout }) => vout === FINAL && /^0+$/.test(txid)) ? 'bad-txns-prevout-null' : undefined
}

export const isDust = (output: ParsedOutput, parameters: ChainParameters): boolean => output.valueSat < dustLimit(parameters, output.script)

/** What nodes pass on, as far as the transaction alone says. */
export function checkStandard (tx: ParsedTransaction, parameters: ChainParameters): string | undefined {
  const policy = policyOf(parameters)
  if (tx.version < 1 || tx.version > policy.versionMax) return 'version'
  if (tx.weight > STANDARD_WEIGHT_MAX) return 'tx-size'
  for (const { script } of tx.inputs) {
    if (script.length > SCRIPT_SIG_BYTES_MAX) return 'scriptsig-size'
  }
  let data = 0
  for (const { script } of tx.outputs) {
    if (script[0] === 0x6a) {
      if (script.length > DATA_CARRIER_BYTES_MAX) return 'datacarrier'
      if (++data > 1) return 'multi-op-return'
    } else if (!isStandardOutput(script)) return 'scriptpubkey'
  }
  if (tx.outputs.filter((output) => isDust(output, parameters)).length > policy.ephemeralDustMax) return 'dust'
  return tx.strippedBytes < STRIPPED_BYTES_MIN ? 'tx-size-small' : undefined
}

function isStandardOutput (script: Uint8Array): boolean {
  if (isWitnessProgram(script)) return script[0] !== 0 || script.length === 22 || script.length === 34
  const scriptHash = script.length === 23 && script[0] === 0xa9 && script[1] === 20 && script[22] === 0x87
  return scriptHash || scriptKind(script) === 'key-hash'
}

/** Whether the lock time allows the next block to hold it. */
export function checkFinal (tx: ParsedTransaction, { nextHeight, medianTime }: LockContext): string | undefined {
  if (tx.lockTime === 0) return undefined
  const passed = tx.lockTime < LOCKTIME_THRESHOLD ? tx.lockTime < nextHeight : tx.lockTime < medianTime
  return passed || tx.inputs.every(({ sequence }) => sequence === FINAL) ? undefined : 'non-final'
}

/** Whether the relative locks allow the next block to hold it. @see BIP 68 */
export function checkSequences (tx: ParsedTransaction, coins: readonly Coin[], context: LockContext): string | undefined {
  if (tx.version < 2) return undefined
  for (const [i, { sequence }] of tx.inputs.entries()) {
    if ((sequence & SEQUENCE_DISABLE) !== 0) continue
    // A coin of the mempool counts as one of the next block.
    const height = Math.min(coins[i]!.height, context.nextHeight)
    const value = sequence & SEQUENCE_MASK
    if ((sequence & SEQUENCE_SECONDS) !== 0) {
      if (context.medianTimeBefore(height) + value * 512 > context.medianTime) return 'non-BIP68-final'
    } else if (height + value > context.nextHeight) return 'non-BIP68-final'
  }
  return undefined
}

/** Amounts and maturity. @returns the fee, or the reason of a refusal */
export function checkAmounts (tx: ParsedTransaction, coins: readonly Coin[], nextHeight: number, parameters: ChainParameters): bigint | string {
  let sum = 0n
  for (const coin of coins) {
    if (coin.coinbase && nextHeight - coin.height < COINBASE_MATURITY) return 'bad-txns-premature-spend-of-coinbase'
    sum += coin.valueSat
    if (sum > parameters.maxMoneySat) return 'bad-txns-inputvalues-outofrange'
  }
  for (const { valueSat } of tx.outputs) sum -= valueSat
  return sum < 0n ? 'bad-txns-in-belowout' : sum
}

/** What nodes pass on, as far as it hangs on the outputs that are spent. */
export function checkStandardInputs (tx: ParsedTransaction, coins: readonly Coin[]): string | undefined {
  for (const [i, { witness, script }] of tx.inputs.entries()) {
    const kind = scriptKind(coins[i]!.script)
    if (kind === 'other') return 'bad-txns-nonstandard-inputs'
    if (witness.length === 0) continue
    // Nothing may be stuffed beside a spend that needs no witness.
    if (kind === 'anchor' || kind === 'key-hash') return 'bad-witness-nonstandard'
    if (kind === 'witness-script-hash' && !isStandardV0(witness)) return 'bad-witness-nonstandard'
    if (kind === 'taproot' && script.length === 0 && !isStandardTaproot(witness)) return 'bad-witness-nonstandard'
  }
  return undefined
}

function isStandardV0 (witness: readonly Uint8Array[]): boolean {
  const items = witness.slice(0, -1)
  return (witness.at(-1)?.length ?? 0) <= WITNESS_SCRIPT_BYTES_MAX && items.length <= WITNESS_ITEMS_MAX && items.every(({ length }) => length <= WITNESS_ITEM_BYTES_MAX)
}

function isStandardTaproot (witness: readonly Uint8Array[]): boolean {
  const last = witness.at(-1)!
  if (witness.length >= 2 && last[0] === ANNEX_TAG) return false
  if (witness.length === 1) return true
  if (last.length === 0) return false
  const tapscript = (last[0]! & 0xfe) === 0xc0
  return !tapscript || witness.slice(0, -2).every(({ length }) => length <= WITNESS_ITEM_BYTES_MAX)
}

/** Least fee of `vsize` at a rate, rounded up. */
export const feeAt = (satPerKvb: bigint, vsize: number): bigint => (satPerKvb * BigInt(vsize) + 999n) / 1_000n
