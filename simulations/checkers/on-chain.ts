import type { ParsedTransaction } from '../../src/adapters/chain-embedded/parsed-transaction.js'
import type { ChannelId } from '../../src/core/base/ids.js'
import type { Violation } from '../harness/world.js'

/** Virtual bytes that the spending of an output may take: it is worth less than they cost, or it is worth it. */
const SPENDING_VBYTES = 300n
/** Satoshis that rounding to whole ones may take from each end of a channel, at each transaction that closes it. */
const ROUNDING_SAT = 2n

/** An output below this is worth less than its spending: an anchor, what is left of one, a small lock. */
export const worthlessSat = (satPerKvb: bigint): bigint => 330n + SPENDING_VBYTES * satPerKvb / 1000n

/** What a node has on the chain and in channels, in thousandths of a satoshi. */
export interface Purse { readonly wallet: bigint, readonly channels: bigint }

/** A payment that is known to have been made. */
export interface Moved { readonly payer: number, readonly payee: number, readonly amount: bigint, readonly fee: bigint }

export interface Sums {
  readonly before: readonly Purse[]
  readonly after: readonly Purse[]
  readonly moved: readonly Moved[]
  /** Of each node: fees of transactions that spent its coins or closed its channels, and how many those are. */
  readonly fees: ReadonlyArray<{ readonly sat: bigint, readonly transactions: number }>
  /** What went to miners, and what lies in the chain and is worth nothing to anybody, in satoshis. */
  readonly minersSat: bigint
  readonly nobodysSat: bigint
  readonly isHonest: (index: number) => boolean
}

/**
 * Money when quiet, wallets and channels of all kinds together.
 *
 * - I2: what all have is what they had, less what went to miners and to nobody; to the satoshi, where all are honest.
 * - I3: no honest node has less than it had, after its payments and the fees it agreed to, than the fees of the chain
 *   account for.
 */
export function checkSums ({ before, after, moved, fees, minersSat, nobodysSat, isHonest }: Sums): readonly Violation[] {
  const violations: Violation[] = []
  const all = (purses: readonly Purse[]): bigint => purses.reduce((sum, { wallet, channels }) => sum + wallet + channels, 0n)
  const missing = all(before) - all(after) - 1000n * (minersSat + nobodysSat)
  if (missing !== 0n && after.every((_, index) => isHonest(index))) violations.push({ invariant: 'I2', detail: `all nodes had ${all(before)}, have ${all(after)}, and ${minersSat + nobodysSat} sat went to miners and nobody: ${missing} is missing` })
  const expected = before.map(({ wallet, channels }) => wallet + channels)
  for (const { payer, payee, amount, fee } of moved) {
    expected[payer]! -= amount + fee
    expected[payee]! += amount
  }
  after.forEach(({ wallet, channels }, index) => {
    if (!isHonest(index)) return
    const lost = expected[index]! - wallet - channels
    const allowed = 1000n * (fees[index]!.sat + nobodysSat + ROUNDING_SAT * BigInt(fees[index]!.transactions))
    if (lost > allowed) violations.push({ invariant: 'I3', detail: `n${index} should have ${expected[index]}, has ${wallet} in the wallet and ${channels} in channels: it lost ${lost}, and fees of the chain account for ${allowed}` })
  })
  return violations
}

/** An output in the chain that is not the faucet's. */
export interface Unspent { readonly outpoint: string, readonly valueSat: bigint }

/**
 * Nothing of value is left over (I17): every output is in a wallet, funds a channel that lives, or is worth less than
 * its spending.
 *
 * @param walletsSat - sum of all wallets
 * @param leastSat - an output below is worth nothing, see {@link worthlessSat}
 * @param fundings - outpoints of channels that live
 * @param forgottenSat - what at most belongs to nodes that began again with a state from before a channel: theirs, and lost to them
 * @returns what went to nobody, too
 */
export function checkLeftOver (unspent: readonly Unspent[], walletsSat: bigint, fundings: ReadonlySet<string>, leastSat: bigint, forgottenSat: bigint): { readonly violations: readonly Violation[], readonly nobodysSat: bigint } {
  const violations: Violation[] = []
  const funding = unspent.filter(({ outpoint }) => fundings.has(outpoint))
  for (const outpoint of fundings) if (!funding.some((one) => one.outpoint === outpoint)) violations.push({ invariant: 'I17', detail: `a channel lives, and its funding output ${outpoint} is spent or never was` })
  const others = unspent.filter(({ outpoint }) => !fundings.has(outpoint)).reduce((sum, { valueSat }) => sum + valueSat, 0n)
  const nobodysSat = others - walletsSat
  const small = unspent.filter(({ outpoint, valueSat }) => !fundings.has(outpoint) && valueSat < leastSat).reduce((sum, { valueSat }) => sum + valueSat, 0n)
  if (nobodysSat < 0n) violations.push({ invariant: 'I2', detail: `wallets count ${-nobodysSat} sat more than the chain has for them` })
  if (nobodysSat > small + forgottenSat) violations.push({ invariant: 'I17', detail: `${nobodysSat} sat in the chain are nobody's, and only ${small} of them in outputs that are worth nothing, ${forgottenSat} of channels that were forgotten` })
  const withoutForgotten = nobodysSat < small ? nobodysSat : small
  return { violations, nobodysSat: withoutForgotten > 0n ? withoutForgotten : 0n }
}

/** Reasons for which a good transaction may be refused: another is there before it, or its time is yet to come. */
const REFUSED_FAIRLY: ReadonlySet<string> = new Set(['missing-inputs', 'replacement', 'already-confirmed', 'mempool-limits', 'fee-too-low', 'package'])

/** What an honest node publishes is valid and is passed on by others (I16). */
export function checkVerdict (name: string, txid: string, verdict: { readonly status: string, readonly reason?: string, readonly text?: string }): readonly Violation[] {
  if (verdict.status !== 'rejected' || REFUSED_FAIRLY.has(verdict.reason ?? '')) return []
  return [{ invariant: 'I16', detail: `${name} published ${txid.slice(0, 16)}, which is refused: ${verdict.reason} ${verdict.text}` }]
}

/** Fees of a transaction in the chain; `valueOf` gives the value of what it spends. */
export const feeOf = (tx: ParsedTransaction, valueOf: (outpoint: string) => bigint | undefined): bigint =>
  tx.inputs.reduce((sum, { key }) => sum + (valueOf(key) ?? 0n), 0n) - tx.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)

/** Channels that were closed on chain without the peer, and why. */
export interface Forced { readonly node: string, readonly channelId: ChannelId, readonly failure: string }

/** No channel between honest nodes is closed by force, unless one was away for long (I20). */
export const checkForced = (forced: readonly Forced[]): readonly Violation[] =>
  forced.map(({ node, channelId, failure }) => ({ invariant: 'I20', detail: `${node} closed channel ${channelId.slice(0, 8)} with an honest peer by force: ${failure}` }))
