import { loadavg } from 'node:os'
import { apiClient, type ApiClient } from '../../src/api/client/client.js'
import { quantile, rounded, type Benchmark, type BenchmarkOptions, type Figures } from './benchmark.js'
import { amountOf, withLine } from './channel.js'
import type { Served } from './member.js'
import type { Members } from './members.js'
import type { Reading } from './meter.js'

/** Lines that are tried: how many nodes, and which of them is the meeting point. */
const LINES = [{ nodes: 2, meetingPoint: 1 }, { nodes: 6, meetingPoint: 2 }] as const

/**
 * One payment after another, as a shop and its customer see it: the invoice is asked for at one end, and paid at the
 * other, by JSON-RPC over HTTP, on connections that stay open.
 */
export const sequential: Benchmark = {
  name: 'sequential',
  question: 'How long does a single payment take over the local API, from asking for the invoice to the proof, over one channel and over a line of six processes?',
  run: async (options) => {
    const lines: Figures[] = []
    for (const { nodes, meetingPoint } of LINES) lines.push({ nodes, meetingPoint, ...await withLine(nodes, options, meetingPoint, async (members) => await payOneByOne(members, options)) })
    return { lines }
  }
}

async function payOneByOne (members: Members, options: BenchmarkOptions): Promise<Figures> {
  const { quick, profile } = options
  const [payer, payee] = [members.names[0]!, members.names.at(-1)!]
  const value = amountOf(options)
  const [shop, customer] = [await clientOf(members, payee), await clientOf(members, payer)]
  // Code is compiled after thousands of payments, and what many at once compile is not all that a single one needs.
  await members.ask(payer, 'pay', { payee, count: quick ? 10 : 1_500, inFlight: 64, value })
  await pay(shop, customer, value, quick ? 10 : 200)
  const calls = await times(quick ? 10 : 200, async () => { await customer.call('node.status') })
  if (profile !== undefined) await members.all('profile')
  await members.all('start')
  const [before] = loadavg()
  const count = quick ? 20 : 300
  const { invoice, whole } = await pay(shop, customer, value, count)
  const [after] = loadavg()
  const readings = await members.all<Reading>('read')
  if (profile !== undefined) await members.all('profiled', `${profile}/sequential-${members.names.length}`)
  return {
    invoiceToProof: spreadOf(whole),
    invoice: spreadOf(invoice),
    apiCall: spreadOf(calls),
    payments: count,
    cpuMsByProcess: readings.map(({ cpuMs }) => rounded(cpuMs / count)).join(' '),
    batchesByProcess: readings.map(({ batches }) => rounded(batches / count)).join(' '),
    loadBefore: rounded(before!),
    loadAfter: rounded(after!)
  }
}

async function clientOf (members: Members, name: string): Promise<ApiClient> {
  return apiClient(await members.ask<Served>(name, 'api'))
}

/** Milliseconds until the invoice is there, and until the proof is. */
async function pay (shop: ApiClient, customer: ApiClient, value: bigint, count: number): Promise<{ readonly invoice: readonly number[], readonly whole: readonly number[] }> {
  const invoice: number[] = []
  const whole = await times(count, async () => {
    const beganMs = performance.now()
    const made = await shop.call('invoice.create', { amount: `${value / 1_000n}sat` })
    invoice.push(performance.now() - beganMs)
    await customer.call('payment.pay', { invoice: made.invoice })
  })
  return { invoice, whole }
}

async function times (count: number, call: () => Promise<void>): Promise<readonly number[]> {
  const samples: number[] = []
  for (let i = 0; i < count; i++) {
    const beganMs = performance.now()
    await call()
    samples.push(performance.now() - beganMs)
  }
  return samples
}

const spreadOf = (samples: readonly number[]): Figures => ({ medianMs: rounded(quantile(samples)), p90Ms: rounded(quantile(samples, 0.9)), p99Ms: rounded(quantile(samples, 0.99)) })
