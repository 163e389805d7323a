import { ClassicLevel } from 'classic-level'
import { addMulG, addPoints, curve, mul, mulAddG, mulG, scalarOf } from '../../src/core/crypto/curve.js'
import { signSchnorr, verifySchnorr } from '../../src/core/crypto/schnorr.js'
import { quantile, rounded, type Figures } from './benchmark.js'
import type { Reading } from './meter.js'

/**
 * The floor: the processor time that the protocol demands whatever the program is like. That is every operation of the
 * curve it asks for, and every batch that was synced, each at the speed of this machine and engine, measured in the
 * processes of the run just before and just after it, while the others measure too.
 */

/** Operations of the curve. */
export const OPERATIONS = ['isPoint', 'mulG', 'mul', 'add', 'addMulG', 'mulAddG', 'sign', 'verify'] as const
export type Operation = typeof OPERATIONS[number]
/** How often the protocol demands each. */
export type Demand = Readonly<Partial<Record<Operation, number>>>

/** Processor time of each operation and of a synced batch, in microseconds; wall time of the batch. */
export interface Costs {
  readonly us: Readonly<Record<Operation, number>>
  readonly batchUs: number
  readonly batchWallUs: number
}

/** One round: each side signs the statement, and verifies the other's signature. */
export const ROUND: Demand = { sign: 2, verify: 2 }
/**
 * One round of a channel that a chain enforces: each side signs the other's commitment and verifies its own; tells the
 * point of another one, and checks the secret of the revoked one against its point; makes both commitments' keys, of
 * which each has a revocation key and two scripts.
 */
export const ENFORCED_ROUND: Demand = { sign: 2, verify: 2, isPoint: 2, mulG: 2 + 2, mul: 2 * 2 * 2, add: 2 * 2, addMulG: 2 * 2 * 2 }
/**
 * One lock with an output, in one round: on each of the two commitments a signature in advance of the spend by the one
 * that offered it, and a pre-signature of the other's; both are verified.
 */
export const MEMBERSHIP: Demand = { sign: 2, verify: 2, mulG: 2, isPoint: 2, mulAddG: 2, add: 2 * 2 }
/** One lock: its point is on the curve; its secret fits it, at the payee before it is shown and at the payer. */
export const LOCK: Demand = { isPoint: 1, mulG: 2 }

/** An invoice and its way to the proof, over a line of nodes of which one is the meeting point. The rounds come on top. */
export function paymentDemand (nodes: number, meetingPoint: number): Demand {
  const payee = nodes - 1
  const [payerHops, payeeHops] = [Math.max(0, meetingPoint - 1), Math.max(0, payee - 1 - meetingPoint)]
  const remote = meetingPoint !== payee
  return sum(
    // Invoice: Z, its key, signature; the payer checks it.
    [1, { mulG: 2, sign: 1, verify: 1, isPoint: 1 }],
    // Payer's half: match point, key pair, token; layers of the onion, pair check; lock point; t fits, z fits.
    [1, { mulG: 1 + 2 + 1 + 2, mul: 1 + 1, isPoint: 1, add: 1, addMulG: 1 }],
    [1 + payerHops, { isPoint: 1, mul: 1 }],
    // Payee's half.
    [1, remote ? { mulG: 1 + 2 + 1, mul: 1, add: 1 } : { mulG: 1 }],
    // Each hop: points of MakeRoute, key pair, token.
    [payerHops + payeeHops, { isPoint: 4, mul: 2 + 1, addMulG: 1, add: 1 }],
    // Each hop: onion, lock point, secret.
    [payerHops + payeeHops, { mul: 2, addMulG: 1, mulG: 1 }],
    // Meeting point: points of MakeRoute and token of each half, the payer's onion; when it is not the payee: lock point, onion, secret.
    [1, { isPoint: 4, mul: 1 + 2, add: 1 }],
    [remote ? 1 : 0, { isPoint: 4, mul: 1, add: 1 }],
    [remote ? 1 : 0, { addMulG: 1, mul: 2, mulG: 1 }],
    // Payee: layers, pair check; the tweaks lead to the lock point.
    [remote ? 1 + payeeHops : 0, { isPoint: 1, mul: 1 }],
    [remote ? 1 : 0, { isPoint: 1, mul: 1 }],
    [1, { mulG: 1 }],
    // Each lock's point.
    [payee, { isPoint: 1 }]
  )
}

/** Demands, each so many times. */
export function sum (...parts: ReadonlyArray<readonly [times: number, demand: Demand]>): Demand {
  const total: Partial<Record<Operation, number>> = {}
  for (const [times, demand] of parts) for (const name of OPERATIONS) total[name] = (total[name] ?? 0) + times * (demand[name] ?? 0)
  return total
}

const BATCHES = 9
const BATCH_MS = 8

/** Measures what one process pays for each operation, by its own processor time: other work of the machine does not count. */
export async function measureCosts (dir: string, batch: { readonly entries: number, readonly bytes: number }): Promise<Costs> {
  const scalar = (label: number): Uint8Array => scalarOf(new Uint8Array(32).fill(label))
  const [secret, t, message, aux] = [scalar(1), scalar(2), scalar(3), scalar(4)]
  const [key, point] = [mulG(secret), mulG(t)]
  const signature = signSchnorr(message, secret, aux)
  const work: Readonly<Record<Operation, () => unknown>> = {
    isPoint: () => curve().isPoint(key),
    mulG: () => mulG(secret),
    mul: () => mul(point, secret),
    add: () => addPoints(key, point),
    addMulG: () => addMulG(point, secret),
    mulAddG: () => mulAddG(point, t, secret),
    sign: () => signSchnorr(message, secret, aux),
    verify: () => verifySchnorr(signature, message, key)
  }
  const us: Partial<Record<Operation, number>> = {}
  for (const name of OPERATIONS) us[name] = processorUs(work[name])
  return { us: us as Record<Operation, number>, ...await measureBatch(dir, batch) }
}

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

function processorUs (call: () => unknown): number {
  const timeOf = (calls: number): number => {
    const began = cpuUs()
    for (let i = 0; i < calls; i++) call()
    return cpuUs() - began
  }
  let calls = 1
  while (timeOf(calls) < 1_000 * BATCH_MS) calls *= 2
  return quantile(Array.from({ length: BATCHES }, () => timeOf(calls) / calls))
}

const SYNCED = 150

/** What a synced batch of this size costs, without what is around it. */
async function measureBatch (dir: string, { entries, bytes }: { readonly entries: number, readonly bytes: number }): Promise<Pick<Costs, 'batchUs' | 'batchWallUs'>> {
  const database = new ClassicLevel<string, Uint8Array>(dir, { keyEncoding: 'utf8', valueEncoding: 'view', compression: false })
  await database.open()
  const count = Math.max(1, Math.round(entries))
  const value = new Uint8Array(Math.max(1, Math.round(bytes / count) - 70))
  const write = async (i: number): Promise<void> => {
    const batch = database.batch()
    for (let j = 0; j < count; j++) batch.put(keys[(i * count + j) % keys.length]!, value)
    await batch.write({ sync: true } as object)
  }
  const keys = Array.from({ length: 5_000 }, (_none, i) => `${'k'.repeat(60)}${String(i).padStart(10, '0')}`)
  for (let i = 0; i < 20; i++) await write(i)
  const [beganCpu, beganMs] = [cpuUs(), performance.now()]
  for (let i = 0; i < SYNCED; i++) await write(i)
  const [endCpu, endMs] = [cpuUs(), performance.now()]
  await database.close()
  return { batchUs: (endCpu - beganCpu) / SYNCED, batchWallUs: 1_000 * (endMs - beganMs) / SYNCED }
}

/** Costs of several processes or moments as one: the mean. */
export function meanCosts (all: readonly Costs[]): Costs {
  const mean = (pick: (costs: Costs) => number): number => all.reduce((total, costs) => total + pick(costs), 0) / all.length
  const us = Object.fromEntries(OPERATIONS.map((name) => [name, mean((costs) => costs.us[name])])) as Record<Operation, number>
  return { us, batchUs: mean(({ batchUs }) => batchUs), batchWallUs: mean(({ batchWallUs }) => batchWallUs) }
}

/** What a run cost beside what it had to cost; times in microseconds for each payment or lock. */
export function compare (readings: readonly Reading[], costs: Costs, count: number, demand: Demand): Figures {
  const total = (pick: (reading: Reading) => number): number => readings.reduce((all, reading) => all + pick(reading), 0)
  const rounds = total(({ curve: calls }) => calls['signSchnorr'] ?? 0)
  const batches = total((reading) => reading.batches)
  const curveUs = OPERATIONS.reduce((all, name) => all + (demand[name] ?? 0) * costs.us[name], 0)
  const syncUs = batches * costs.batchUs / count
  const cpuUs = 1_000 * total(({ cpuMs }) => cpuMs) / count
  const calls: Record<string, number> = {}
  for (const { curve: made } of readings) for (const [name, times] of Object.entries(made)) calls[name] = (calls[name] ?? 0) + times
  return {
    cpuUs: rounded(cpuUs),
    floorUs: rounded(curveUs + syncUs),
    ratio: rounded(cpuUs / (curveUs + syncUs)),
    floorCurveUs: rounded(curveUs),
    floorSyncUs: rounded(syncUs),
    cpuUsByProcess: readings.map(({ cpuMs }) => rounded(1_000 * cpuMs / count)).join(' '),
    signatures: rounded(rounds / count),
    batches,
    perBatch: { entries: rounded(total(({ entries }) => entries) / Math.max(1, batches)), bytes: rounded(total(({ bytes }) => bytes) / Math.max(1, batches)), cpuUs: rounded(costs.batchUs), wallUs: rounded(costs.batchWallUs) },
    demanded: Object.fromEntries(OPERATIONS.map((name) => [name, rounded(demand[name] ?? 0)])),
    called: Object.fromEntries(Object.entries(calls).map(([name, times]) => [name, rounded(times / count)])),
    operationUs: Object.fromEntries(OPERATIONS.map((name) => [name, rounded(costs.us[name])]))
  }
}
