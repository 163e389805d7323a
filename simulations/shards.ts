import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { run, type RunReport } from './run.js'
import type { ScenarioOptions } from './scenarios/scenario.js'
import { scenarioOf } from './scenarios/scenarios.js'

/** Most threads that share the seeds of one command. */
export const JOBS_MAX = 64
/** Seeds that a thread takes at once: few enough that all end at about the same time. */
const SEEDS_AT_ONCE = 20
/** Megabytes of a thread for what is young: a schedule leaves much behind, and little of it lives on. */
const YOUNG_MB = 96

/** Many runs of one scenario: `count` seeds, beginning with the options' own. */
export interface Batch {
  readonly scenario: string
  readonly options: ScenarioOptions
  readonly count: number
  readonly jobs: number
}

/** What came of a batch. */
export interface BatchResult {
  readonly failed: number
  /** Hash over the trace hashes of all runs in the order of their seeds: the same however they were shared out (I30). */
  readonly traceHash: string
  readonly events: number
}

/** A share of a batch, as a thread is given it. */
export interface Share { readonly scenario: string, readonly options: ScenarioOptions, readonly count: number }

/** Runs the seeds of a share one after the other. */
export async function runShare ({ scenario: name, options, count }: Share): Promise<readonly RunReport[]> {
  const scenario = scenarioOf(name)
  if (scenario === undefined) throw new RangeError(`there is no scenario ${name}`)
  const reports: RunReport[] = []
  for (let i = 0; i < count; i++) reports.push(await run(scenario, { ...options, seed: options.seed + BigInt(i) }))
  return reports
}

/**
 * Runs a batch, shared out over threads when there is more than one job.
 *
 * @param onReport - told of each run in the order of the seeds
 */
export async function runBatch (batch: Batch, onReport: (report: RunReport) => void): Promise<BatchResult> {
  const hash = createHash('sha256')
  let failed = 0
  let events = 0
  const take = (report: RunReport): void => {
    hash.update(report.traceHash)
    events += report.events
    if (report.violations.length > 0) failed++
    onReport(report)
  }
  const shares = sharesOf(batch)
  if (batch.jobs === 1) for (const share of shares) for (const report of await runShare(share)) take(report)
  else await runInThreads(shares, Math.min(batch.jobs, shares.length), take)
  return { failed, traceHash: hash.digest('hex'), events }
}

function sharesOf ({ scenario, options, count, jobs }: Batch): readonly Share[] {
  const size = Math.max(1, Math.min(SEEDS_AT_ONCE, Math.ceil(count / jobs)))
  return Array.from({ length: Math.ceil(count / size) }, (_, index) =>
    ({ scenario, options: { ...options, seed: options.seed + BigInt(index * size) }, count: Math.min(size, count - index * size) }))
}

async function runInThreads (shares: readonly Share[], jobs: number, take: (report: RunReport) => void): Promise<void> {
  /** Shares that are done while one before them is not. */
  const waiting = new Map<number, readonly RunReport[]>()
  let given = 0
  let taken = 0
  const work = async (): Promise<void> => {
    const thread = new Worker(new URL('./shard.js', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
    try {
      for (let index = given++; index < shares.length; index = given++) {
        waiting.set(index, await askThread(thread, shares[index]!))
        for (let reports = waiting.get(taken); reports !== undefined; reports = waiting.get(taken)) {
          waiting.delete(taken++)
          reports.forEach(take)
        }
      }
    } finally {
      await thread.terminate()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
}

const askThread = async (thread: Worker, share: Share): Promise<readonly RunReport[]> => await new Promise((resolve, reject) => {
  // Each listener by itself: a Worker has listeners of its own among them, without which it is deaf.
  const end = (): void => { thread.off('message', onMessage).off('error', onError).off('exit', onExit) }
  const onMessage = (reports: readonly RunReport[]): void => { end(); resolve(reports) }
  const onError = (error: Error): void => { end(); reject(error) }
  const onExit = (code: number): void => { end(); reject(new Error(`a thread of the simulation ended with code ${code}`)) }
  thread.on('message', onMessage).on('error', onError).on('exit', onExit)
  thread.postMessage(share)
})
