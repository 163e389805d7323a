import { fromHex, toHex, type Hex } from '../base/bytes.js'
import { invariant } from '../base/invariant.js'
import { refuse, type Refusal } from '../base/step.js'
import { accountOf, freshScript, nextScript } from './addresses.js'
import type { ChainName, Output } from './chain-facts.js'
import { coinAt, coinsOf, isConfirmed, isFree, reserveCoin } from './coins.js'
import type { WalletHost } from './host.js'
import { CONFLICT_BURIED_CONFIRMATIONS } from './limits.js'
import { largestFirst, sumOf } from './selection.js'
import { putInForce } from './sends.js'
import type { Coin, Send, SendId } from './tables.js'
import { readTransaction, signPlainInput, type PlainTransaction } from './transaction.js'
import { reservedSat, waitingSat } from './views.js'

/**
 * Coins that go into a transaction together with those of somebody else. They are set aside when they are named, and
 * signed only by name; whoever asks for them says for how long they wait.
 */

/** What coins of a share are kept for. @param matter - names it, such as a channel's id */
const shareOf = (matter: string): string => `${SHARE}${matter}`
const SHARE = 'share/'

export interface ShareRequest {
  readonly chain: ChainName
  readonly matter: string
  /** What is put in, without the fee. */
  readonly valueSat: bigint
  readonly inputsMax: number
  /** Least change that the others take. */
  readonly dustSat: bigint
  readonly feeSat: (inputs: number, change: boolean) => bigint
}

/** What is put in, and what comes back. `txid` in the order of the wire. */
export interface WalletShare {
  readonly inputs: ReadonlyArray<{ readonly txid: Uint8Array, readonly index: number, readonly output: Output }>
  readonly change: Output | undefined
}

/** Sets coins aside: confirmed ones, the largest first, as few as suffice. */
export function setShareAside (host: WalletHost, { chain, matter, valueSat, inputsMax, dustSat, feeSat }: ShareRequest): WalletShare | Refusal {
  const { tipHeight } = accountOf(host, chain)
  const free = [...coinsOf(host, chain)].filter((coin) => isFree(host, coin) && isConfirmed(coin, tipHeight)).sort(largestFirst)
  const nodesDustSat = host.dustLimit(chain, nextScript(host, chain, 'change'))
  for (let count = 1; count <= Math.min(inputsMax, free.length); count++) {
    const coins = free.slice(0, count)
    const left = sumOf(coins) - valueSat
    if (left < feeSat(count, false)) continue
    const changeSat = left - feeSat(count, true)
    const change = changeSat >= dustSat && changeSat >= nodesDustSat ? { valueSat: changeSat, script: freshScript(host, chain, 'change') } : undefined
    for (const coin of coins) reserveCoin(host, coin, shareOf(matter))
    return { inputs: coins.map(({ txid, vout, valueSat: value, script }) => ({ txid: fromHex(txid).reverse(), index: vout, output: { valueSat: value, script } })), change }
  }
  return refuse('insufficient-coins', { chain, wanted: valueSat + feeSat(1, false), spendable: sumOf(free), reserved: reservedSat(host, chain), waiting: waitingSat(host, chain) })
}

/** Our signatures of a share's inputs, in its order; undefined when a coin of it is gone, or is not kept for it any more. */
export function signShare (host: WalletHost, chain: ChainName, matter: string, { inputs }: WalletShare, tx: PlainTransaction, prevouts: readonly Output[]): readonly Uint8Array[] | undefined {
  const facts = host.chains.get(chain)
  const signatures: Uint8Array[] = []
  for (const { txid, index } of inputs) {
    const coin = coinAt(host, chain, { txid: displayTxid(txid), vout: index })
    const at = tx.inputs.findIndex((input) => input.index === index && displayTxid(input.txid) === displayTxid(txid))
    if (facts === undefined || at < 0 || coin?.reservedFor !== shareOf(matter) || coin.spentBy !== undefined) return undefined
    signatures.push(...signPlainInput(tx, at, prevouts, host.keys.account(facts.coinType).secret(coin)))
  }
  return signatures
}

const displayTxid = (wire: Uint8Array): Hex => toHex(wire.slice().reverse())

/** Coins of a share are free again. They may still be spent by a transaction in which they are signed. */
export function giveShareBack (host: WalletHost, chain: ChainName, matter: string): void {
  for (const coin of [...coinsOf(host, chain)]) if (coin.reservedFor === shareOf(matter)) reserveCoin(host, coin, undefined)
}

/** The matters that coins are set aside for. */
export const sharesOf = (host: WalletHost, chain: ChainName): ReadonlySet<string> =>
  new Set([...coinsOf(host, chain)].flatMap(({ reservedFor }) => reservedFor?.startsWith(SHARE) === true ? [reservedFor.slice(SHARE.length)] : []))

/**
 * Publishes a transaction of ours and somebody else, which is signed by both. It is never replaced, and is published
 * again at every block until it confirms, or somebody else's spend of one of its coins is buried.
 *
 * @param output - what it is for, and how much of that is ours
 */
export function publishJoint (host: WalletHost, { chain, matter, share, raw, output, feeSat, vsize }: { readonly chain: ChainName, readonly matter: string, readonly share: WalletShare, readonly raw: Uint8Array, readonly output: Output, readonly feeSat: bigint, readonly vsize: number }): Send {
  const tx = readTransaction(raw)
  invariant(tx !== undefined, 'what both signed can be read')
  let number = 0
  for (const each of host.tables.sends.group(chain).values()) number = Math.max(number, each.number)
  const made: Send = {
    id: toHex(host.draw('wallet send').subarray(0, 16)) as SendId, chain, kind: 'joint', status: 'pending', outputs: [output], feeSatPerKvb: feeSat * 1_000n / BigInt(vsize), feeSat, vsize, txid: tx.txid, raw,
    // Ours alone: what is not ours cannot be looked up among our coins.
    inputs: share.inputs.map(({ txid, index }) => ({ txid: displayTxid(txid), vout: index })),
    versions: [], height: undefined, conflictHeight: undefined, createdMs: host.env.nowMs, number: number + 1, refusals: 0
  }
  giveShareBack(host, chain, matter)
  putInForce(host, made, 'wallet:sent')
  return made
}

/** Whether a transaction that spends these coins of ours can no longer be: another spend of one of them is buried. */
export function isShareDead (host: WalletHost, chain: ChainName, { inputs }: WalletShare, txid: Hex): boolean {
  const { tipHeight } = accountOf(host, chain)
  return inputs.some((input) => {
    const coin: Coin | undefined = coinAt(host, chain, { txid: displayTxid(input.txid), vout: input.index })
    return coin?.spentBy !== undefined && coin.spentBy !== txid && coin.spentHeight !== undefined && tipHeight - coin.spentHeight + 1 >= CONFLICT_BURIED_CONFIRMATIONS
  })
}
