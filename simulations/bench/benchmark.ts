import type { EngineName } from './engine.js'

/** Numbers that a benchmark found; times carry their unit in the name. */
export interface Figures { readonly [name: string]: string | number | boolean | Figures | readonly Figures[] }

export const CHANNEL_KINDS = ['trust-line', 'chain'] as const
export type ChannelKindName = typeof CHANNEL_KINDS[number]

export interface BenchmarkOptions {
  /** Fewer repeats, to see that it works: the numbers mean little. */
  readonly quick: boolean
  /** Which engine of the curve to use, where it can be chosen. */
  readonly engine: EngineName
  /** Of `channel`: one of its two modes alone, `lock` or `payment`. Of `line`: `stream`, one invoice that is paid many times. */
  readonly only: 'lock' | 'payment' | 'stream' | undefined
  /** Of `channel`, `line` and `sequential`: what enforces the channels. */
  readonly kind: ChannelKindName
  /** On a chain: amounts below dust, whose locks have no outputs. */
  readonly dust: boolean
  /** Folder for profiles of the measured spans, one file a process. */
  readonly profile: string | undefined
}

/** A question of speed or size, and how to answer it. */
export interface Benchmark {
  readonly name: string
  readonly question: string
  readonly run: (options: BenchmarkOptions) => Promise<Figures>
}

/** The value below which a share of the samples lie; the middle one by default. */
export function quantile (samples: readonly number[], share = 0.5): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  if (value === undefined) throw new RangeError('quantile: no samples')
  return value
}

/** To three significant digits: the rest is noise. */
export const rounded = (value: number): number => Number(value.toPrecision(3))

/** Median and tail of samples in milliseconds. */
export const spread = (samples: readonly number[]): Figures => ({ medianMs: rounded(quantile(samples)), p95Ms: rounded(quantile(samples, 0.95)), runs: samples.length })

const BATCHES = 15

/**
 * Microseconds of one call: the median of {@link BATCHES} batches, after one batch to warm up.
 *
 * @param batchMs - how long a batch takes, about
 */
export function microseconds (call: () => unknown, batchMs: number): number {
  let calls = 1
  let elapsed = 0
  for (; elapsed < batchMs; calls *= 2) elapsed = millisecondsOf(call, calls)
  return rounded(1000 * quantile(Array.from({ length: BATCHES }, () => millisecondsOf(call, calls) / calls)))
}

/** Results are kept here, so that no call is optimised away. */
export let sink: unknown

function millisecondsOf (call: () => unknown, calls: number): number {
  const began = performance.now()
  for (let i = 0; i < calls; i++) sink = call()
  return performance.now() - began
}
