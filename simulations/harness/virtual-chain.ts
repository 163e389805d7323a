import { embeddedChain, type ChainControl } from '../../src/adapters/chain-embedded/embedded-chain.js'
import type { BroadcastVerdict, Chain, ChainTip, FeeEstimate } from '../../src/ports/chain.js'
import type { ChainParameters } from '../../src/ports/chain-parameters.js'
import type { Random } from './random.js'
import { virtualClock, type EventQueue } from './virtual-clock.js'

/** Blocks that are there when a world begins: enough for the faucet's coins to be ripe. */
export const BLOCKS_BEFORE = 150
/** What a transaction is asked to pay, unless a scenario says otherwise. */
export const CALM_SAT_PER_KVB = 2_000n

/** A transaction that a node handed to its backend. */
export interface Published { readonly node: number, readonly txid: string, readonly raw: Uint8Array, verdict: BroadcastVerdict | undefined }

/** One chain for all nodes of a world, each behind a backend of its own. */
export interface VirtualChain {
  readonly control: ChainControl
  readonly parameters: ChainParameters
  /** In the order in which they were handed over, also what the chain refused. */
  readonly published: readonly Published[]
  /** The fee rate that all backends estimate. */
  setFeeRate: (satPerKvb: bigint) => void
  /** Whether the backend of a node answers. While it does not, what happens is kept for later and told at once then. */
  setReach: (node: number, isReachable: boolean) => void
  /** How long the backend of a node takes for all it says. */
  setDelay: (node: number, delayMs: number) => void
  /** The backend of a node as one of its processes sees it. */
  portFor: (node: number, life: ProcessLife) => Chain
}

/** What the backend of a process must know of it. */
export interface ProcessLife {
  readonly isAlive: () => boolean
  /** Asked before a transaction is handed over: the process may die right there. */
  readonly mayAct: () => boolean
}

/** How the backend of one node is; it outlives the node's processes. */
interface Backend { isReachable: boolean, delayMs: number, readonly random: Random, changed: () => void }

/** The embedded chain on virtual time. It knows nothing of who asks; delays and outages are between it and the nodes. */
export function createVirtualChain (queue: EventQueue, random: Random, nodes: number): VirtualChain {
  const control = embeddedChain({ chain: 'bitcoin', clock: virtualClock(queue, () => true) })
  control.mine(BLOCKS_BEFORE)
  const published: Published[] = []
  const backends: Backend[] = Array.from({ length: nodes }, (_, index) => ({ isReachable: true, delayMs: 0, random: random.fork(`backend ${index}`), changed: () => undefined }))
  let satPerKvb = CALM_SAT_PER_KVB
  return {
    control,
    parameters: control.parameters,
    published,
    setFeeRate (rate) { satPerKvb = rate },
    setReach (node, isReachable) {
      const backend = backends[node]!
      if (backend.isReachable === isReachable) return
      backend.isReachable = isReachable
      backend.changed()
    },
    setDelay (node, delayMs) { backends[node]!.delayMs = delayMs },
    portFor: (node, life) => portOf({
      inner: control.view(),
      queue,
      life,
      backend: backends[node]!,
      estimate: () => ({ satPerKvb, source: 'estimated' }),
      onPublish: (raws) => {
        const entries = raws.map((raw): Published => ({ node, txid: control.parse(raw)?.txid ?? 'no transaction', raw, verdict: undefined }))
        published.push(...entries)
        return (verdicts) => { entries.forEach((entry, index) => { entry.verdict = verdicts[index] }) }
      }
    })
  }
}

interface PortOptions {
  readonly inner: Chain
  readonly queue: EventQueue
  readonly life: ProcessLife
  readonly backend: Backend
  readonly estimate: () => FeeEstimate
  /** Gives what hears the verdicts. */
  readonly onPublish: (raws: readonly Uint8Array[]) => (verdicts: readonly BroadcastVerdict[]) => void
}

const UNREACHABLE = { state: 'unreachable', detail: 'the virtual backend is out of reach' } as const
const UNAVAILABLE: BroadcastVerdict = { status: 'unavailable', text: UNREACHABLE.detail }

/** The chain port of one process: everything takes a while, and comes in the order in which it happened. */
function portOf ({ inner, queue, life, backend, estimate, onPublish }: PortOptions): Chain {
  /** What happened while the backend was out of reach. */
  const held: Array<() => void> = []
  let running = false
  let lastMs = 0
  /** As it was told. */
  let tip: ChainTip | undefined

  const isHeard = (): boolean => running && life.isAlive()
  const delay = (): number => backend.delayMs === 0 ? 0 : backend.random.between(Math.ceil(backend.delayMs / 2), backend.delayMs)
  const later = (action: () => void): void => {
    lastMs = Math.max(lastMs, queue.nowMs + delay())
    queue.schedule(lastMs, () => { if (isHeard()) action() })
  }
  /** Hands on what the chain said, now or when the backend is back. */
  const hand = (deliver: () => void): void => {
    const from = inner.tip()
    later(() => {
      const tell = (): void => { tip = from; deliver() }
      if (backend.isReachable) tell()
      else held.push(tell)
    })
  }
  const ask = <T>(question: (answer: (value: T) => void) => void, unknown: NoInfer<T>, answer: (value: T) => void): void => {
    queue.schedule(queue.nowMs + delay(), () => {
      if (!isHeard()) return
      if (backend.isReachable) question((value) => { hand(() => { answer(value) }) })
      else answer(unknown)
    })
  }

  return {
    parameters: inner.parameters,
    async start (events, resume) {
      running = true
      backend.changed = () => {
        if (!isHeard()) return
        events.status(backend.isReachable ? inner.status() : UNREACHABLE)
        if (backend.isReachable) for (const tell of held.splice(0)) tell()
      }
      if (!backend.isReachable) queue.schedule(queue.nowMs, () => { if (isHeard() && !backend.isReachable) events.status(UNREACHABLE) })
      await inner.start({
        status: (status) => { hand(() => { events.status(status) }) },
        blockConnected: (block, transactions) => { hand(() => { events.blockConnected(block, transactions) }) },
        blockDisconnected: (block, transactions) => { hand(() => { events.blockDisconnected(block, transactions) }) },
        transactionSeen: (transaction) => { hand(() => { events.transactionSeen(transaction) }) }
      }, resume)
    },
    async stop () {
      running = false
      held.length = 0
      await inner.stop()
    },
    status: () => backend.isReachable ? inner.status() : UNREACHABLE,
    tip: () => tip,
    capabilities: () => inner.capabilities(),
    watch: inner.watch,
    unwatch: inner.unwatch,
    history: (watch, fromHeight, answer) => { ask((to) => { inner.history(watch, fromHeight, to) }, undefined, answer) },
    unspent: (outpoint, answer) => { ask((to) => { inner.unspent(outpoint, to) }, undefined, answer) },
    broadcast (raw, answer) {
      if (!life.mayAct()) return
      ask((to) => {
        const judged = onPublish([raw])
        inner.broadcast(raw, (verdict) => { judged([verdict]); to(verdict) })
      }, UNAVAILABLE, answer)
    },
    submitPackage (raws, answer) {
      if (!life.mayAct()) return
      ask((to) => {
        const judged = onPublish(raws)
        inner.submitPackage(raws, (verdicts) => { judged(verdicts); to(verdicts) })
      }, raws.map(() => UNAVAILABLE), answer)
    },
    testAccept: (raw, answer) => { ask((to) => { inner.testAccept(raw, to) }, UNAVAILABLE, answer) },
    feeRate: (_targetBlocks, answer) => { queue.schedule(queue.nowMs + delay(), () => { if (isHeard()) answer(estimate()) }) }
  }
}
