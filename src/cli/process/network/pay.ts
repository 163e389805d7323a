import { AmikoError } from '../../../core/base/errors.js'
import type { ApiClient } from '../../../api/client/client.js'
import { connectTo } from '../../connection.js'
import { CONCURRENCY_MAX, PAYMENTS_MAX } from './limits.js'
import { existingNetwork, nodeDir } from './network-file.js'

export interface PayOptions {
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly count: number
  readonly concurrency: number
}

/** The figures of `network pay`; names and meanings stay. */
export interface PayFigures {
  readonly paid: number
  readonly failed: number
  readonly seconds: number
  readonly perSecond: number
  readonly latencyMs: { readonly p50: number, readonly p95: number, readonly p99: number }
  /** Over all node processes. */
  readonly cpuMsPerPayment: number
  readonly rssMb: number
}

/**
 * Makes payments between two nodes of a network, each of an invoice of its own, and measures them.
 *
 * @param onFailure - told the name of each failure
 */
export async function payInNetwork (dir: string, options: PayOptions, onFailure: (reason: string) => void, signal?: AbortSignal): Promise<PayFigures> {
  inRange('--count', options.count, PAYMENTS_MAX)
  inRange('--concurrency', options.concurrency, CONCURRENCY_MAX)
  const network = await existingNetwork(dir)
  for (const name of [options.from, options.to]) if (!network.nodes.some((node) => node.name === name)) throw new AmikoError('not-found', { what: 'node', id: name })
  const clients = new Map<string, ApiClient>()
  for (const { name } of network.nodes) clients.set(name, await connectTo({ dir: nodeDir(dir, name), signal }))
  const [payer, payee] = [clients.get(options.from)!, clients.get(options.to)!]

  const before = await usageOf([...clients.values()])
  const latencies: number[] = []
  let begun = 0
  let failed = 0
  const worker = async (): Promise<void> => {
    while (begun < options.count) {
      begun++
      try {
        const { invoice } = await payee.call('invoice.create', { amount: options.amount })
        const startMs = performance.now()
        await payer.call('payment.pay', { invoice })
        latencies.push(performance.now() - startMs)
      } catch (error) {
        // A line that cannot work fails at once; a payment that fails is a figure.
        if (!(error instanceof AmikoError) || error.name === 'bad-amount' || error.name === 'amount-out-of-range' || error.name === 'node-unreachable') throw error
        failed++
        onFailure(error.message)
      }
    }
  }
  const startMs = performance.now()
  await Promise.all(Array.from({ length: Math.min(options.concurrency, options.count) }, worker))
  const seconds = (performance.now() - startMs) / 1_000
  const after = await usageOf([...clients.values()])

  const paid = latencies.length
  return {
    paid,
    failed,
    seconds: rounded(seconds, 3),
    perSecond: rounded(paid / seconds, 2),
    latencyMs: { p50: percentile(latencies, 50), p95: percentile(latencies, 95), p99: percentile(latencies, 99) },
    cpuMsPerPayment: paid === 0 ? 0 : rounded((after.cpuMs - before.cpuMs) / paid, 2),
    rssMb: rounded(after.rssBytes / 1_048_576, 1)
  }
}

function inRange (flag: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) throw new AmikoError('bad-request', { reason: `${flag} is a whole number from 1 to ${max}` })
}

async function usageOf (clients: readonly ApiClient[]): Promise<{ cpuMs: number, rssBytes: number }> {
  const all = await Promise.all(clients.map(async (client) => await client.call('node.status')))
  return { cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0), rssBytes: all.reduce((sum, { rssBytes }) => sum + rssBytes, 0) }
}

/** The least value that `percent` of all values do not exceed; 0 of none. */
export function percentile (values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return rounded(sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? 0, 2)
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
