import { Session } from 'node:inspector/promises'
import { writeFileSync } from 'node:fs'
import { ClassicLevel } from 'classic-level'
import { curve, useCurve, type CurveEngine } from '../../src/core/crypto/curve.js'

/** What a process did that costs by nature, and the time of its processors. */
export interface Reading {
  /** Calls of the curve engine by operation. */
  readonly curve: Readonly<Record<string, number>>
  readonly batches: number
  /** Keys written or deleted, and bytes of keys and values, in all batches. */
  readonly entries: number
  readonly bytes: number
  readonly cpuMs: number
}

type Counted = Exclude<keyof CurveEngine, 'name'>
const COUNTED: readonly Counted[] = ['isPoint', 'mulG', 'mul', 'add', 'mulAddG', 'signSchnorr', 'verifySchnorr']

let calls: Record<string, number> = {}
let [batches, entries, bytes] = [0, 0, 0]
let cpu = process.cpuUsage()

/** Counts the calls of the curve engine from now on: it gives the same and costs the same, but for an addition. */
export function countCurve (): void {
  const engine = curve()
  const counted: Record<string, unknown> = { name: engine.name }
  for (const name of COUNTED) {
    const call = engine[name] as (...values: unknown[]) => unknown
    counted[name] = (...values: unknown[]): unknown => {
      calls[name] = (calls[name] ?? 0) + 1
      return call(...values)
    }
  }
  useCurve(counted as unknown as CurveEngine)
}

type Chained = ReturnType<ClassicLevel<string, Uint8Array>['batch']>

/** Counts the synced batches of this process from now on; libp2p's own records are written in another way, and not counted. */
export function countBatches (): void {
  const prototype = Object.getPrototypeOf(ClassicLevel.prototype) as { batch: (this: unknown, ...given: readonly unknown[]) => Chained }
  const { batch } = prototype
  prototype.batch = function (...given) {
    const chained = batch.apply(this, given as [])
    if (given.length > 0) return chained
    const { put, del, write } = chained as { put: (key: string, value: Uint8Array) => Chained, del: (key: string) => Chained, write: Chained['write'] }
    return Object.assign(chained, {
      put: (key: string, value: Uint8Array) => {
        entries++
        bytes += key.length + value.length
        return put.call(chained, key, value)
      },
      del: (key: string) => {
        entries++
        bytes += key.length
        return del.call(chained, key)
      },
      write: async (options: { readonly sync?: boolean }) => {
        if (options.sync === true) batches++
        await write.call(chained, options as never)
      }
    })
  }
}

/** Begins a span of measurement. */
export function startMeter (): void {
  calls = {}
  batches = entries = bytes = 0
  cpu = process.cpuUsage()
}

/** What was counted since {@link startMeter}. */
export function readMeter (): Reading {
  const { user, system } = process.cpuUsage(cpu)
  return { curve: calls, batches, entries, bytes, cpuMs: (user + system) / 1_000 }
}

let profiler: Session | undefined

/** Begins a profile of this process; {@link endProfile} writes it where Node's own tools and browsers read it. */
export async function startProfile (): Promise<void> {
  profiler = new Session()
  profiler.connect()
  await profiler.post('Profiler.enable')
  await profiler.post('Profiler.setSamplingInterval', { interval: 500 })
  await profiler.post('Profiler.start')
}

export async function endProfile (path: string): Promise<void> {
  if (profiler === undefined) return
  const { profile } = await profiler.post('Profiler.stop')
  profiler.disconnect()
  profiler = undefined
  writeFileSync(path, JSON.stringify(profile))
}
