import { refuse, type Refusal } from '../base/step.js'
import type { ChainName, WalletChain } from './chain-facts.js'
import type { WalletHost } from './host.js'
import { FEE_ALWAYS_ALLOWED_SAT, FEE_ESTIMATE_AGE_MAX_MS, FEE_SAT_PER_KVB_FALLBACK, FEE_SAT_PER_KVB_MAX, FEE_SHARE_MAX_PERCENT, TARGET_BLOCKS_DEFAULT } from './limits.js'

const quoteKey = (chain: ChainName, targetBlocks: number): string => `${chain}:${targetBlocks}`

/** Targets that are asked for at each block: a payment's, and that of what has a deadline. */
export const FEE_TARGETS = [2, TARGET_BLOCKS_DEFAULT] as const

/** Any rate, brought within what nodes pass on and what we are ready to pay. @see V30 */
export function boundedRate ({ minFeeSatPerKvb }: WalletChain, satPerKvb: bigint): bigint {
  return satPerKvb < minFeeSatPerKvb ? minFeeSatPerKvb : satPerKvb > FEE_SAT_PER_KVB_MAX ? FEE_SAT_PER_KVB_MAX : satPerKvb
}

/** What a backend said of fees; it may say anything. @returns whether the fallback stood in for it until now */
export function onFeeRate (host: WalletHost, chain: ChainName, targetBlocks: number, satPerKvb: bigint): boolean {
  const facts = host.chains.get(chain)
  if (facts === undefined || !FEE_TARGETS.some((target) => target === targetBlocks)) return false
  const before = quoteOf(host, chain, targetBlocks)
  host.tables.feeQuotes.set(quoteKey(chain, targetBlocks), { satPerKvb: boundedRate(facts, satPerKvb), atMs: host.env.nowMs })
  return before === undefined
}

/** The last estimate, unless it is old. */
function quoteOf ({ tables, env }: Pick<WalletHost, 'tables' | 'env'>, chain: ChainName, targetBlocks: number): bigint | undefined {
  const quote = tables.feeQuotes.get(quoteKey(chain, targetBlocks))
  return quote === undefined || env.nowMs - quote.atMs > FEE_ESTIMATE_AGE_MAX_MS ? undefined : quote.satPerKvb
}

/** The rate of a target, in satoshis for 1,000 virtual bytes: the last estimate, or the fallback when there is none or it is old. */
export function feeRate (host: Pick<WalletHost, 'tables' | 'env'>, chain: WalletChain, targetBlocks: number = TARGET_BLOCKS_DEFAULT): bigint {
  const nearest = FEE_TARGETS.findLast((target) => target <= targetBlocks) ?? FEE_TARGETS[0]
  return quoteOf(host, chain.chain, nearest) ?? boundedRate(chain, FEE_SAT_PER_KVB_FALLBACK)
}

/** A rate that a person named: refused when out of range, never changed. */
export function namedRate (chain: WalletChain, satPerKvb: bigint): bigint | Refusal {
  if (boundedRate(chain, satPerKvb) === satPerKvb) return satPerKvb
  return refuse('fee-rate-out-of-range', { rate: satPerKvb, min: chain.minFeeSatPerKvb, max: FEE_SAT_PER_KVB_MAX })
}

/** Whether an estimated fee is out of proportion to what is moved: then a person must name it. */
export const isFeeAbsurd = (feeSat: bigint, movedSat: bigint): boolean => feeSat > FEE_ALWAYS_ALLOWED_SAT && feeSat * 100n > movedSat * FEE_SHARE_MAX_PERCENT
