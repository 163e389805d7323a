import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { equalBytes, fromHex } from '../../src/core/base/bytes.js'
import { AmikoError } from '../../src/core/base/errors.js'
import type { InvoiceId } from '../../src/core/base/ids.js'
import { isRefusal } from '../../src/core/base/step.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { networkOf, type Network } from '../../src/core/node/genesis.js'
import { parseInvoice } from '../../src/core/payment/invoice.js'
import { paymentIdOf } from '../../src/core/payment/payer.js'
import { parseConfig } from '../../src/node/config.js'
import type { ApiClient } from '../../src/api/client/client.js'
import type { ResultOf } from '../../src/api/methods/methods.js'
import { connectTo } from '../../src/cli/connection.js'
import { ended } from '../../src/cli/process-alive.js'
import { nodeDir, type NetworkFile } from '../../src/cli/process/network/network-file.js'
import { startNodeProcess } from '../../src/cli/process/network/node-process.js'
import { stopProcesses } from '../../src/cli/process/network/stop-processes.js'
import type { RunningNode } from '../../src/cli/process/network/node-process.js'
import { bringUp, planNetwork } from '../../src/cli/process/network/up.js'
import type { Random } from '../../simulations/harness/random.js'

/** Longest a payment of a storm is waited for; its money is looked after longer. */
const PAY_MS = 15_000
const END_MS = 30_000
/** Time between two looks at a network that comes to rest. */
const LOOK_MS = 250

const NO_WAY_YET: ReadonlySet<string> = new Set(['no-route', 'no-meeting-point', 'receive-limit', 'insufficient-funds', 'peer-offline'])

/** One payment that was begun, whatever became of it. */
interface Attempt { readonly payer: string, readonly payee: string, readonly invoiceId: string, readonly invoice: string, readonly amountMsat: bigint }

type Payments = ResultOf<'payment.list'>['payments']
type Channels = ResultOf<'channel.list'>['channels']

/** A network of real processes that are killed and started again while they pay each other. */
export interface Storm {
  readonly names: readonly string[]
  readonly file: NetworkFile
  readonly attempts: readonly Attempt[]
  clientOf: (name: string) => ApiClient
  dirOf: (name: string) => string
  kill: (name: string) => Promise<void>
  start: (name: string) => Promise<void>
  /** A process of this node was started otherwise: ask that one. */
  adopt: (name: string, client: ApiClient) => void
  /** Begins payments between random nodes, so many at once, until the returned function is called; that waits for their ends. */
  payOnAndOn: (random: Random, atOnce: number) => () => Promise<void>
  /** One payment to its end, tried again for a while when there is no way to the payee. Throws what `payment.pay` throws. */
  pay: (payer: string, payee: string, sat: number, limitMs?: number) => Promise<void>
  stop: () => Promise<void>
}

/** Makes a network of the topology below `root` and starts its processes. @param csv - `node_a,node_b,capacity_ab,capacity_ba` lines */
export async function startStorm (root: string, csv: string): Promise<Storm> {
  const topology = join(root, 'topology.csv')
  await writeFile(topology, csv)
  const dir = join(root, 'net')
  const plan = async (): Promise<Awaited<ReturnType<typeof planNetwork>>> => await planNetwork({ nodes: 0, topology, kind: 'trust-line', capacity: 0n, meetingPoints: [], seed: 1 })
  const { file, nodes } = await bringUp(dir, plan, true, () => undefined, new AbortController().signal)
  const running = new Map<string, RunningNode>(nodes.map((node) => [node.name, node]))
  const attempts: Attempt[] = []

  const clientOf = (name: string): ApiClient => running.get(name)!.client
  const begin = async (payer: string, payee: string, sat: number, timeoutMs: number): Promise<void> => {
    const { invoice, id } = await clientOf(payee).call('invoice.create', { amount: `${sat}sat` }, { signal: AbortSignal.timeout(END_MS) })
    attempts.push({ payer, payee, invoiceId: id, invoice, amountMsat: BigInt(sat) * 1_000n })
    await clientOf(payer).call('payment.pay', { invoice, timeoutMs }, { signal: AbortSignal.timeout(Math.max(timeoutMs, PAY_MS)) })
  }
  return {
    names: file.nodes.map(({ name }) => name),
    file,
    attempts,
    clientOf,
    dirOf: (name) => nodeDir(dir, name),
    async kill (name) {
      const { pid } = running.get(name)!
      process.kill(pid, 'SIGKILL')
      assert.ok(await ended(pid, END_MS), `${name} is dead`)
    },
    async start (name) {
      const own = nodeDir(dir, name)
      const started = await startNodeProcess(own, true)
      running.set(name, { ...started, name, dir: own, client: await connectTo({ dir: own }) })
    },
    adopt (name, client) { running.set(name, { ...running.get(name)!, client }) },
    payOnAndOn (random, atOnce) {
      let stopping = false
      const names = file.nodes.map(({ name }) => name)
      const worker = async (): Promise<void> => {
        while (!stopping) {
          const [payer, payee] = random.shuffled(names)
          try {
            await begin(payer!, payee!, random.between(1, 50), PAY_MS)
          } catch (error) {
            // In a storm nodes are away and payments fail. What must hold is looked at when it is over.
            if (!(error instanceof AmikoError) && (error as Error).name !== 'TimeoutError') throw error
            await delay(20) // A node that is down refuses at once: no need to ask it a thousand times a second.
          }
        }
      }
      const workers = Array.from({ length: atOnce }, worker)
      return async () => {
        stopping = true
        await Promise.all(workers)
      }
    },
    async pay (payer, payee, sat, limitMs = END_MS) {
      // After a start, hints take a moment to come back: until then there is no way, and nothing is locked.
      for (const limit = AbortSignal.timeout(limitMs); ;) {
        try {
          return await begin(payer, payee, sat, limitMs)
        } catch (error) {
          if (limit.aborted || !(error instanceof AmikoError) || !NO_WAY_YET.has(error.name)) throw error
          await delay(LOOK_MS)
        }
      }
    },
    stop: async () => { await stopProcesses([...running.values()]) }
  }
}

const LIST_MOST = 10_000

/** Waits until no payment is open and no lock is left anywhere; gives what is left after `limitMs`. */
export async function whatIsLeft (storm: Storm, limitMs: number): Promise<readonly string[]> {
  const limit = AbortSignal.timeout(limitMs)
  for (;;) {
    const left: string[] = []
    for (const name of storm.names) {
      const { channels } = await storm.clientOf(name).call('channel.list')
      for (const { peer, locks, status, next } of channels) if (locks.length > 0 || status !== 'open') left.push(`${name} and ${peer}: ${status}, ${locks.length} locks ${JSON.stringify(locks)}; ${next}`)
      const { payments } = await storm.clientOf(name).call('payment.list', { count: LIST_MOST })
      for (const { id, status, attempts } of payments) if (status === 'pending' || status === 'locked') left.push(`${name}: payment ${id} is ${status} after ${attempts} attempts`)
    }
    if (left.length === 0 || limit.aborted) return left
    await delay(LOOK_MS)
  }
}

/** Both ends' records of every payment agree, a payment has its proof, and both ends of each line say the same. */
export async function assertAgreement (storm: Storm): Promise<{ readonly paid: number, readonly failed: number }> {
  const network = await networkIn(storm.dirOf(storm.names[0]!))
  const paymentsOf = new Map<string, Map<string, Payments[number]>>()
  const channelsOf = new Map<string, Channels>()
  for (const name of storm.names) {
    const client = storm.clientOf(name)
    const { payments } = await client.call('payment.list', { count: LIST_MOST })
    paymentsOf.set(name, new Map(payments.map((payment) => [payment.invoiceId, payment])))
    channelsOf.set(name, (await client.call('channel.list')).channels)
  }
  let [paid, failed] = [0, 0]
  for (const { payer, payee, invoiceId, invoice, amountMsat } of storm.attempts) {
    const payment = paymentsOf.get(payer)!.get(invoiceId) ?? await paymentOf(storm.clientOf(payer), invoiceId)
    const made = await storm.clientOf(payee).call('invoice.show', { id: invoiceId })
    const [isPaid, isReceived] = [payment?.status === 'paid', made.status === 'paid']
    assert.equal(isPaid, isReceived, `${payer} to ${payee}, invoice ${invoiceId}: the payer says ${payment?.status ?? 'nothing'}, the payee ${made.status}`)
    assert.equal(BigInt(made.received), isReceived ? amountMsat : 0n, `${payee} received what it asked for, or nothing`)
    if (!isPaid) {
      failed++
      continue
    }
    paid++
    const read = parseInvoice(invoice, network)
    assert.ok(!isRefusal(read) && payment?.proof !== undefined && equalBytes(mulG(fromHex(payment.proof)), read.point), `${payer} has a proof of ${invoiceId}`)
  }
  const owed = new Map<string, bigint>()
  for (const name of storm.names) owed.set(name, channelsOf.get(name)!.reduce((sum, { owedToUs }) => sum + BigInt(owedToUs), 0n))
  assert.equal([...owed.values()].reduce((sum, each) => sum + each, 0n), 0n, 'nothing came into being and nothing was lost')
  for (const { a, b } of storm.file.links) {
    const [peerA, peerB] = [a, b].map((name) => storm.file.nodes.find((node) => node.name === name)!.peerId)
    const [atA, atB] = [channelsOf.get(a)!.find(({ peer }) => peer === peerB)!, channelsOf.get(b)!.find(({ peer }) => peer === peerA)!]
    assert.deepEqual([atA.status, BigInt(atA.owedToUs), atA.round, atA.localLimit, atA.remoteLimit], [atB.status, -BigInt(atB.owedToUs), atB.round, atB.remoteLimit, atB.localLimit], `${a} and ${b} say the same of their line`)
  }
  return { paid, failed }
}

/** A payment that is not in the list: none was begun, or there are more than one answer holds. */
async function paymentOf (client: ApiClient, invoiceId: string): Promise<Payments[number] | undefined> {
  return await client.call('payment.show', { id: paymentIdOf(invoiceId as InvoiceId) }).catch((error: unknown) => {
    if (error instanceof AmikoError && error.name === 'not-found') return undefined
    throw error
  })
}

async function networkIn (dir: string): Promise<Network> {
  const path = join(dir, 'config.json')
  const { network, kind, networkKey } = parseConfig(await readFile(path, 'utf8'), path)
  return networkOf(network, kind, networkKey === undefined ? undefined : fromHex(networkKey))
}
