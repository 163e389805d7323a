import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { memoryMesh, type MemoryNetwork } from '../../src/adapters/memory/mesh.js'
import { systemClock } from '../../src/adapters/system/clock.js'
import { systemEntropy } from '../../src/adapters/system/entropy.js'
import { coin } from '../../src/core/base/assets.js'
import { sha256 } from '../../src/core/base/hash.js'
import { peerIdOfPublicKey, type InvoiceId, type PeerId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { scalarOf } from '../../src/core/crypto/scalar.js'
import type { NodeView } from '../../src/core/node/core.js'
import { networkOf } from '../../src/core/node/genesis.js'
import { createNodeCore } from '../../src/core/node/node.js'
import type { Request } from '../../src/core/node/requests.js'
import { defaultSettings } from '../../src/core/node/settings.js'
import { createRunner } from '../../src/node/runner.js'
import type { Logger } from '../../src/ports/logger.js'
import type { Mesh } from '../../src/ports/mesh.js'
import type { Store } from '../../src/ports/store.js'

const BTC = coin('btc', 'regtest').id
/** How much each end may owe the other. */
export const LIMIT = asUnits(1_000_000n)
/** Longest wait for anything here. */
const WAIT_MS = 60_000
const LOOK_MS = 5
/** How long a payment looks for a way: some of them meet a node that is gone. */
const PAY_MS = 4_000

/** One production node in this process: real core, runner, clock; the mesh and the store are the test's. */
export interface LiveNode {
  readonly peer: PeerId
  readonly view: NodeView
  /** Errors that ended the node. */
  readonly fatal: Error[]
  /** Ends when the node has failed. */
  readonly failed: Promise<void>
  /** What the log calls an error: a bug of ours. */
  readonly troubles: string[]
  /** Everything that left the node: frames, announcements, answers. */
  readonly revealed: () => number
  ask: (request: Request) => Promise<unknown>
  stop: () => Promise<void>
}

const secretOf = (name: string): Uint8Array => scalarOf(sha256(new TextEncoder().encode(name)))
export const peerOf = (name: string): PeerId => peerIdOfPublicKey(mulG(secretOf(name)))

/** Starts the node of a name on a store; the same name is the same node again. */
export async function startLiveNode (name: string, network: MemoryNetwork, store: Store): Promise<LiveNode> {
  let revealed = 0
  const inner = memoryMesh(network, secretOf(name))
  const mesh: Mesh = {
    ...inner,
    send: (...args) => { revealed++; return inner.send(...args) },
    announce: (bytes) => { revealed++; inner.announce(bytes) }
  }
  const fatal: Error[] = []
  const troubles: string[] = []
  let onFailed = (): void => {}
  const failed = new Promise<void>((resolve) => { onFailed = resolve })
  const logger: Logger = { error: (message, fields) => { troubles.push(`${message} ${JSON.stringify(fields)}`) }, warn: () => {}, info: () => {}, debug: () => {}, child: () => logger }
  const core = createNodeCore({ identitySecret: secretOf(name), network: networkOf('disk', 'regtest'), settings: defaultSettings('private', {}, 'all', 'forwarder') })
  const runner = createRunner({ core, store, mesh, clock: systemClock(), entropy: systemEntropy(), logger, onNotice: () => {}, onFatal: (error) => { fatal.push(error); onFailed() } })
  await runner.start()
  return {
    peer: core.self,
    view: runner.view,
    fatal,
    failed,
    troubles,
    revealed: () => revealed,
    ask: async (request) => await new Promise((resolve) => { runner.request(request, (result) => {
      // That nothing is done any more tells nothing of what was not stored.
      if (!isRefusal(result) || result.refused !== 'shutting-down') revealed++
      resolve(result)
    }) }),
    stop: async () => { await runner.stop() }
  }
}

/** Looks until it is so. */
export async function until (what: string, isSo: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(WAIT_MS)
  while (!isSo()) {
    assert.ok(!limit.aborted, `${what}: not after ${WAIT_MS} ms`)
    await delay(LOOK_MS)
  }
}

const done = (result: unknown, what: string): object => {
  assert.ok(typeof result === 'object' && result !== null && !isRefusal(result), `${what}: ${JSON.stringify(result, (_key, value: unknown) => typeof value === 'bigint' ? String(value) : value)}`)
  return result
}

/** A link and a trust line between two nodes; the second hosts a meeting point. */
export async function joinLiveNodes (a: LiveNode, b: LiveNode): Promise<void> {
  const accept = [{ kind: 'trust-line', asset: BTC, limit: LIMIT }] as const
  for (const node of [a, b]) done(await node.ask({ type: 'link.set', peer: 'default', accept, fee: undefined }), 'link.set')
  done(await a.ask({ type: 'link.open', peer: b.peer, addresses: ['/memory/b'], accept }), 'link.open')
  done(await a.ask({ type: 'channel.open', peer: b.peer, kind: 'trust-line', asset: BTC, limit: LIMIT, amount: LIMIT }), 'channel.open')
  done(await b.ask({ type: 'meetingPoint.host' }), 'meetingPoint.host')
  await knowTheWay(a)
}

export const knowTheWay = async (node: LiveNode): Promise<void> => { await until('a meeting point within reach', () => node.view.meetingPoints().some(({ hosted, hops }) => hosted || hops !== undefined)) }

/** A payment that was begun. Its end may never be told, when a node dies on the way. */
export interface Begun { readonly payer: string, readonly payee: string, readonly invoiceId: InvoiceId, readonly amount: bigint, readonly ended: Promise<unknown> }

/** Makes an invoice and begins to pay it; undefined when the payee gives none. */
export async function beginPayment (nodes: Readonly<Record<string, LiveNode>>, payer: string, payee: string, amount: bigint): Promise<Begun | undefined> {
  const made = await nodes[payee]!.ask({ type: 'invoice.create', asset: BTC, amount: asUnits(amount), description: '', expiryMs: undefined, meetingPoints: undefined })
  if (isRefusal(made)) return undefined
  const { invoice, id } = made as { invoice: string, id: InvoiceId }
  return { payer, payee, invoiceId: id, amount, ended: nodes[payer]!.ask({ type: 'pay', invoice, feeMax: undefined, via: [], timeoutMs: PAY_MS }) }
}

/** Whether nothing moves between two connected nodes: every payment ended, no lock, every round idle. */
export const isQuiet = (nodes: readonly LiveNode[]): boolean => nodes.every(({ view }) =>
  view.payments().every(({ status }) => status === 'paid' || status === 'failed') &&
  view.rawChannels().every(({ id, round, status }) => status === 'failed' || (round.phase === 'idle' && view.locksOf(id).length === 0)))

/** Both ends say the same of the line, and of every payment that was begun. */
export function assertAgree (nodes: Readonly<Record<string, LiveNode>>, begun: readonly Begun[]): number {
  const [a, b] = Object.values(nodes).map(({ view }) => view.rawChannels())
  assert.deepEqual([a!.length, b!.length], [1, 1])
  const [mine, theirs] = [a![0]!, b![0]!]
  assert.ok(mine.state.kind === 'trust-line' && theirs.state.kind === 'trust-line')
  assert.deepEqual([mine.status, theirs.status], ['open', 'open'], `${mine.failure ?? ''} ${theirs.failure ?? ''}`)
  assert.equal(mine.state.owedToUs, -theirs.state.owedToUs)
  assert.equal(mine.state.sequence, theirs.state.sequence)
  assert.deepEqual([mine.state.localSignature, mine.state.remoteSignature], [theirs.state.remoteSignature, theirs.state.localSignature], 'both hold both signatures of one statement')
  let paid = 0
  const owed = new Map(Object.keys(nodes).map((name) => [name, 0n]))
  for (const { payer, payee, invoiceId, amount } of begun) {
    const payment = nodes[payer]!.view.payments().find((one) => one.invoiceId === invoiceId)
    const invoice = nodes[payee]!.view.invoices().find(({ id }) => id === invoiceId)
    assert.equal(payment?.status === 'paid', invoice?.status === 'paid', `${payer} to ${payee}: ${payment?.status ?? 'no payment'} and ${invoice?.status ?? 'no invoice'}`)
    if (payment?.status !== 'paid') continue
    paid++
    owed.set(payer, owed.get(payer)! - amount)
    owed.set(payee, owed.get(payee)! + amount)
  }
  assert.equal(mine.state.owedToUs, owed.get(Object.keys(nodes)[0]!), 'the balance is the sum of what was paid')
  for (const { troubles } of Object.values(nodes)) assert.deepEqual(troubles, [])
  return paid
}
