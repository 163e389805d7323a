import { rejectReasonOf } from '../../ports/chain-rejection.js'
import type { BroadcastVerdict, FeeEstimate } from '../../ports/chain.js'
import { toHex } from '../../core/base/bytes.js'
import { hashIn, listIn, rawIn, recordIn } from './answers.js'
import { FEE_RATE_FALLBACK, FEE_RATE_MAX, FEE_RATE_MIN } from './limits.js'
import { UnreachableError, isRecord, printable, type Rpc, type RpcAnswer } from './rpc.js'

/** Bounds of the fee rates that are believed, and the rate when there is none. Satoshis a kilo-virtual-byte. */
export interface FeeBounds {
  readonly min?: bigint
  readonly max?: bigint
  readonly fallback?: bigint
}

const ALREADY_IN_CHAIN = -27
const rejected = (words: string): BroadcastVerdict => ({ status: 'rejected', reason: rejectReasonOf(words), text: printable(words) })
export const unavailable = (error: unknown): BroadcastVerdict => ({ status: 'unavailable', text: printable(error instanceof Error ? error.message : String(error)) })
const malformed: BroadcastVerdict = { status: 'rejected', reason: 'malformed', text: 'not a transaction' }

/** Reads our own bytes; undefined when they are no transaction, so that nothing else is ever sent. */
const idOf = (raw: Uint8Array): string | undefined => rawIn(toHex(raw))?.txid

export async function broadcast (rpc: Rpc, raw: Uint8Array, signal: AbortSignal): Promise<BroadcastVerdict> {
  const txid = idOf(raw)
  if (txid === undefined) return malformed
  const [waiting, sent] = await rpc.batch([{ method: 'getmempoolentry', params: [txid] }, { method: 'sendrawtransaction', params: [toHex(raw)] }], { signal })
  if (waiting?.ok === true) return { status: 'known', txid }
  if (sent === undefined) return unavailable('no answer')
  if (!sent.ok) return sent.code === ALREADY_IN_CHAIN ? { status: 'known', txid } : rejected(sent.message)
  // A backend that names another transaction has not taken ours.
  return sent.result === txid ? { status: 'accepted', txid } : unavailable(`the backend took ${printable(String(sent.result))} for ${txid}`)
}

export async function testAccept (rpc: Rpc, raw: Uint8Array, signal: AbortSignal): Promise<BroadcastVerdict> {
  const txid = idOf(raw)
  if (txid === undefined) return malformed
  const [answer] = await rpc.batch([{ method: 'testmempoolaccept', params: [[toHex(raw)]] }], { signal })
  if (answer?.ok !== true) return rejected(answer?.message ?? 'no answer')
  const verdict = recordIn(listIn(answer.result, 'verdicts')[0], 'a verdict')
  if (verdict['allowed'] === true) return { status: 'accepted', txid }
  const words = wordsOf(verdict)
  return /already-in-mempool|already-known/.test(words) ? { status: 'known', txid } : rejected(words)
}

const wordsOf = (verdict: Readonly<Record<string, unknown>>): string =>
  [verdict['reject-reason'], verdict['reject-details']].filter((part) => typeof part === 'string').join(', ')

export async function submitPackage (rpc: Rpc, raws: readonly Uint8Array[], signal: AbortSignal): Promise<readonly BroadcastVerdict[]> {
  const ids = raws.map(idOf)
  if (!ids.every((id) => id !== undefined)) return raws.map(() => malformed)
  const answers = await rpc.batch([...ids.map((id) => ({ method: 'getmempoolentry', params: [id] })), { method: 'submitpackage', params: [raws.map(toHex)] }], { signal })
  const sent = answers.at(-1)!
  if (!sent.ok) return ids.map(() => rejected(`package: ${sent.message}`))
  const { package_msg: message, 'tx-results': results } = recordIn(sent.result, 'the verdict on a package')
  const byId = new Map(Object.values(recordIn(results, 'verdicts on the package')).map((row) => {
    const verdict = recordIn(row, 'a verdict')
    return [hashIn(verdict['txid'], 'a transaction id'), verdict] as const
  }))
  // A fault of the package as a whole is named there; the members then only say how they fared alone.
  const whole = message === 'success' || message === 'transaction failed' ? undefined : String(message)
  return ids.map((txid, i) => {
    const error = byId.get(txid)?.['error']
    if (answers[i]?.ok === true) return { status: 'known', txid }
    if (whole !== undefined && (error !== undefined || !byId.has(txid))) return rejected(whole)
    if (typeof error === 'string') return rejected(error === 'package-not-validated' ? `package: ${String(message)}` : error)
    if (byId.has(txid)) return { status: 'accepted', txid }
    return rejected(`package: ${String(message)}`)
  })
}

const COIN = 100_000_000

/** Believes an estimate only within the bounds. */
export function feeEstimateIn (answer: RpcAnswer | undefined, floorSatPerKvb: bigint, bounds: FeeBounds): FeeEstimate {
  const min = bounds.min ?? FEE_RATE_MIN
  const max = bounds.max ?? FEE_RATE_MAX
  const least = floorSatPerKvb > min && floorSatPerKvb <= max ? floorSatPerKvb : min
  const clamp = (rate: bigint): bigint => rate < least ? least : rate > max ? max : rate
  const coins = answer?.ok === true && isRecord(answer.result) ? answer.result['feerate'] : undefined
  if (typeof coins !== 'number' || !Number.isFinite(coins)) return { satPerKvb: clamp(bounds.fallback ?? FEE_RATE_FALLBACK), source: 'fallback' }
  const rate = BigInt(Math.round(Math.min(Math.max(coins, 0), 1_000) * COIN))
  return { satPerKvb: clamp(rate), source: clamp(rate) === rate ? 'estimated' : 'bounded' }
}

export async function feeRate (rpc: Rpc, targetBlocks: number, bounds: FeeBounds, signal: AbortSignal): Promise<FeeEstimate> {
  try {
    const [estimate, mempool] = await rpc.batch([{ method: 'estimatesmartfee', params: [Math.min(Math.max(Math.trunc(targetBlocks), 1), 1_008)] }, { method: 'getmempoolinfo' }], { signal })
    const floor = mempool?.ok === true && isRecord(mempool.result) ? mempool.result['mempoolminfee'] : undefined
    return feeEstimateIn(estimate, typeof floor === 'number' && floor >= 0 && floor < 1 ? BigInt(Math.round(floor * COIN)) : 0n, bounds)
  } catch (error) {
    if (error instanceof UnreachableError) return feeEstimateIn(undefined, 0n, bounds)
    throw error
  }
}
