import { asUnits, type Units } from '../../src/core/base/money.js'
import { coin } from '../../src/core/base/assets.js'
import { peerIdOfPublicKey, type AssetId, type PeerId } from '../../src/core/base/ids.js'
import { isFault } from '../../src/core/base/step.js'
import { curve, mulG, scalarOf, tinyCurve, useCurve } from '../../src/core/crypto/curve.js'
import type { NodeCore, NodeCoreOptions } from '../../src/core/node/core.js'
import type { Notice } from '../../src/core/node/events.js'
import { networkOf } from '../../src/core/node/genesis.js'
import { createNodeCore } from '../../src/core/node/node.js'
import type { Request } from '../../src/core/node/requests.js'
import type { StoreWrite } from '../../src/ports/store.js'
import { readAnnouncement } from '../../src/core/routing/announcement.js'
import type { Duty } from '../../src/core/routing/host.js'
import type { PacingProfile } from '../../src/core/routing/pacing.js'
import { defaultSettings } from '../../src/core/node/settings.js'
import { dustLimit } from '../../src/ports/chain-parameters.js'
import { walletKeys } from '../../src/core/wallet/keys.js'
import { fakeCurve } from './fake-curve.js'
import { fateOf, type Misbehaviour } from './frame-messages.js'
import { randomOf, type Random } from './random.js'
import { createSimulatedNode, type Asked, type SimulatedNode } from './simulated-node.js'
import { createTrace, shortHash, type Trace, type TraceOptions } from './trace.js'
import { createVirtualChain, type VirtualChain } from './virtual-chain.js'
import { createEventQueue } from './virtual-clock.js'
import type { WriteFate } from './virtual-store.js'
import { createVirtualNetwork, LOCAL_LATENCY, type Frame, type LatencyModel } from './virtual-network.js'

/** Violations kept of one run: after so many the picture is clear. */
export const VIOLATIONS_MAX = 64
/** Events of one run, unless said otherwise: more is a world that never gets quiet. */
export const EVENTS_MAX = 20_000_000

export interface WorldOptions {
  readonly seed: bigint
  readonly nodes: number
  /** `fake`: cheap algebra without secrecy, the default. `real`: the curve. */
  readonly curve?: 'fake' | 'real'
  readonly latency?: LatencyModel
  /** How long a write takes until it is durable, drawn between the two for each. */
  readonly writeMs?: { readonly min: number, readonly max: number }
  /** Payment settings by name, see `core/payment/limits.ts`. */
  readonly payment?: Readonly<Record<string, number>>
  /** What each node does for others; it stands for no election unless said otherwise, so that scenarios choose the meeting points. */
  readonly duty?: (index: number) => Duty
  /** How fast hints travel; `private` unless said otherwise. */
  readonly pacing?: PacingProfile
  /** How far each node's wall clock is ahead of the world's. */
  readonly skewMs?: (index: number) => number
  /** Gives the nodes one chain, which asks for so many confirmations of a funding, and wallets on it. Only with the real curve. */
  readonly chain?: { readonly confirmations: number }
  /** How often neighbours ask for a sign of life; the node's own setting without it. */
  readonly pingMs?: number
  /** More events than this end the run with an error; {@link EVENTS_MAX} unless said otherwise. */
  readonly eventsMax?: number
  readonly trace?: TraceOptions
  /** The node under test; the production core unless a test of the harness needs less. */
  readonly createCore?: (options: NodeCoreOptions) => NodeCore
}

/** A crash of the process that comes after a crash: so many acts after it began to start. */
export interface SecondCrash { readonly acts: number, readonly restartAfterMs: number }

/** What a checker found. */
export interface Violation {
  /** Such as `I7`; see `quality.md` of the design and `checkers/`. */
  readonly invariant: string
  readonly detail: string
}

/** Called after each event in which a node may have changed. */
export type Watcher = (node: SimulatedNode) => void

/** A network of nodes on virtual time: one queue, one seed, the production core behind production codecs. */
export interface World {
  readonly seed: bigint
  readonly random: Random
  readonly curve: 'fake' | 'real'
  readonly nodes: readonly SimulatedNode[]
  /** Whole milliseconds since the world began. */
  readonly nowMs: number
  readonly events: number
  readonly trace: Trace
  /** The chain of all nodes; undefined in a world without one. */
  readonly chain: WorldChain | undefined
  /** What the nodes of this world trade in unless a scenario says otherwise: bitcoin of regtest. */
  readonly asset: AssetId
  readonly violations: readonly Violation[]
  readonly notices: ReadonlyArray<{ readonly node: SimulatedNode, readonly notice: Notice }>
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Runs events for so long, or until the condition holds, which is looked at after each event. */
  readonly run: (forMs: number, until?: () => boolean) => Promise<boolean>
  /** Makes a request now; its answer comes while the world runs. */
  readonly request: (index: number, request: Request, onAnswer?: (result: unknown) => void) => Asked
  /** Makes a request and runs until it is answered; undefined when it was not within `forMs`. */
  readonly ask: (index: number, request: Request, forMs?: number) => Promise<unknown>
  readonly nodeOf: (peer: PeerId) => SimulatedNode
  readonly cut: (a: number, b: number, forMs: number) => void
  readonly partition: (groups: ReadonlyArray<readonly number[]>, forMs: number) => void
  /** Ends all cuts and partitions, and takes back crashes that are armed: from now on nothing more goes wrong by itself. */
  readonly heal: () => void
  readonly crash: (index: number, restartAfterMs: number) => void
  /** Crashes in the middle of a step: after `acts` more sends, writes or answers. */
  readonly crashAfter: (index: number, acts: number, restartAfterMs: number, again?: SecondCrash) => void
  /** Crashes while a batch is written, after so many others of this process; see {@link WriteFate}. */
  readonly crashAtWrite: (index: number, write: number, fate: WriteFate, part: number, restartAfterMs: number) => void
  /** Sets how far the wall clock of a node is ahead, from its next process on. */
  readonly setClock: (index: number, skewMs: number) => void
  /** Makes a node misbehave, or behave again. */
  readonly misbehave: (index: number, misbehaviour: Misbehaviour | undefined) => void
  readonly isHonest: (index: number) => boolean
  /** Sees every frame that leaves a node. */
  readonly record: (recorder: ((frame: Frame, atMs: number) => void) | undefined) => void
  /** Sees every frame that leaves a node, beside the recorder and other listeners. */
  readonly listen: (listener: (frame: Frame) => void) => void
  readonly watch: (watcher: Watcher) => void
  /** Sees each batch of a node when it has become durable. */
  readonly onStored: (listener: (node: SimulatedNode, batch: readonly StoreWrite[]) => void) => void
  /** Sees what a node publishes to all. */
  readonly onAnnounced: (listener: (node: SimulatedNode, bytes: Uint8Array) => void) => void
  /** Sees each line of a node's log. */
  readonly onLog: (listener: (node: SimulatedNode, text: string) => void) => void
  /** Runs `action` at a moment to come, as an event of the world. */
  readonly later: (afterMs: number, action: () => void) => void
  readonly violate: (violation: Violation) => void
}

/** The chain of a world: what a scenario does to it, each an event in the trace. */
export interface WorldChain extends Pick<VirtualChain, 'control' | 'published' | 'setFeeRate' | 'setReach' | 'setDelay'> {
  readonly mine: (blocks: number) => void
  /** Takes the last blocks back, and makes one more than those on another branch. */
  readonly reorg: (depth: number) => void
  /** The mempool drops a transaction, and what hangs on it. */
  readonly evict: (txid: string) => void
  /** Pays from the faucet; the payment waits for a block. */
  readonly fund: (address: string, sat: bigint) => void
}

/** Amounts of scenarios are whole satoshi; units are thousandths. */
export const sat = (count: number): Units => asUnits(BigInt(count) * 1000n)

export function createWorld (options: WorldOptions): World {
  const engine = options.curve === 'real' ? tinyCurve : fakeCurve
  const random = randomOf(options.seed)
  const eventsMax = options.eventsMax ?? EVENTS_MAX
  const queue = createEventQueue()
  const trace = createTrace(options.trace)
  const violations: Violation[] = []
  const notices: Array<{ node: SimulatedNode, notice: Notice }> = []
  const watchers: Watcher[] = []
  const byPeer = new Map<PeerId, SimulatedNode>()
  const misbehaviours = new Map<PeerId, Misbehaviour>()
  const misbehaved = new Set<number>()
  const touched = new Set<SimulatedNode>()
  const starting = new Set<Promise<void>>()
  const listeners: Array<(frame: Frame) => void> = []
  const storeListeners: Array<(node: SimulatedNode, batch: readonly StoreWrite[]) => void> = []
  const announcementListeners: Array<(node: SimulatedNode, bytes: Uint8Array) => void> = []
  const logListeners: Array<(node: SimulatedNode, text: string) => void> = []
  let recorder: ((frame: Frame, atMs: number) => void) | undefined

  const nameOf = (peer: PeerId): string => byPeer.get(peer)?.name ?? peer
  // The first byte of a message in protobuf form is its field's tag: it tells the message's type without decoding.
  const label = (frame: Frame): string => `${frame.stream}/${(frame.bytes[0] ?? 0) >> 3}`
  const note = (node: string, ...fields: Parameters<Trace['line']> extends [number, string, ...infer R] ? R : never): void => { trace.line(queue.nowMs, node, ...fields) }
  const violate = (violation: Violation): void => {
    note('-', 'v', violation.invariant)
    if (violations.length < VIOLATIONS_MAX) violations.push(violation)
  }

  const network = createVirtualNetwork({
    queue,
    random: random.fork('network'),
    latency: options.latency ?? LOCAL_LATENCY,
    recordId: (bytes) => {
      const read = readAnnouncement(bytes)
      return isFault(read) ? undefined : read.announcement.id
    },
    observer: {
      sent: (frame) => {
        note(nameOf(frame.from), '>', nameOf(frame.to), label(frame), frame.bytes.length, shortHash(frame.bytes))
        recorder?.(frame, queue.nowMs)
        for (const listener of listeners) listener(frame)
      },
      received: (frame) => { note(nameOf(frame.to), '<', nameOf(frame.from), label(frame), frame.bytes.length, shortHash(frame.bytes)) },
      connected: (a, b) => { note(nameOf(a), 'c', nameOf(b)) },
      disconnected: (self, peer) => { note(nameOf(self), 'd', nameOf(peer)) },
      announced: (self, bytes) => {
        note(nameOf(self), 'g', bytes.length, shortHash(bytes))
        for (const listener of announcementListeners) listener(byPeer.get(self)!, bytes)
      },
      heard: (self, bytes) => { note(nameOf(self), 'h', bytes.length, shortHash(bytes)) },
      fate: (frame, direction) => {
        const misbehaviour = misbehaviours.get(direction === 'out' ? frame.from : frame.to)
        if (misbehaviour === undefined) return 'pass'
        const fate = fateOf(misbehaviour, frame, direction)
        if (fate !== 'pass') note(nameOf(direction === 'out' ? frame.from : frame.to), '!', typeof fate === 'string' ? fate : 'delayMs' in fate ? 'delay' : 'frames' in fate ? `frames ${fate.frames.length}` : 'alter', nameOf(direction === 'out' ? frame.to : frame.from), label(frame))
        return fate
      }
    }
  })

  /** The engine is a setting of the process; a world borrows it while it runs. */
  async function withEngine<T> (action: () => Promise<T>): Promise<T> {
    const before = curve()
    useCurve(engine)
    try {
      return await action()
    } finally {
      useCurve(before)
    }
  }

  const chain = options.chain === undefined ? undefined : createVirtualChain(queue, random.fork('chain'), options.nodes)

  function makeNode (index: number): SimulatedNode {
    const nodeRandom = random.fork(`node ${index}`)
    const identitySecret = scalarOf(nodeRandom.fork('identity').bytes(32))
    const peer = peerIdOfPublicKey(mulG(identitySecret))
    const writes = nodeRandom.fork('writes')
    const write = options.writeMs ?? { min: 1, max: 1 }
    const name = `n${index}`
    const settings = defaultSettings(options.pacing ?? 'private', options.payment, 'all', options.duty?.(index) ?? 'forwarder')
    const node: SimulatedNode = createSimulatedNode({
      index,
      name,
      peer,
      coreOptions: {
        identitySecret,
        network: networkOf('simulation', 'regtest'),
        settings: options.pingMs === undefined ? settings : { ...settings, pingMs: options.pingMs, pingTimeoutMs: 3 * options.pingMs },
        ...(chain === undefined || options.chain === undefined ? {} : {
          chains: [{ facts: chain.parameters, dustLimit: (script) => dustLimit(chain.parameters, script), confirmations: options.chain.confirmations }],
          walletKeys: walletKeys(nodeRandom.fork('wallet').bytes(32))
        })
      },
      chainFor: chain === undefined ? undefined : (life) => chain.portFor(index, life),
      createCore: options.createCore ?? createNodeCore,
      queue,
      network,
      trace,
      random: nodeRandom,
      skewMs: options.skewMs?.(index) ?? 0,
      writeMs: () => writes.between(write.min, write.max),
      onTouched: () => { touched.add(node) },
      onNotice: (notice) => { notices.push({ node, notice }) },
      onStored: (batch) => { for (const listener of storeListeners) listener(node, batch) },
      onLog: (text) => { for (const listener of logListeners) listener(node, text) },
      onTrouble: (what) => { violate({ invariant: 'no-bug', detail: `${name}: ${what}` }) }
    })
    byPeer.set(peer, node)
    return node
  }

  const before = curve()
  useCurve(engine)
  const nodes = Array.from({ length: options.nodes }, (_, index) => makeNode(index))
  useCurve(before)

  const at = (index: number): SimulatedNode => {
    const node = nodes[index]
    if (node === undefined) throw new RangeError(`there is no node ${index}: the world has ${nodes.length}`)
    return node
  }
  const restart = (node: SimulatedNode, afterMs: number, again?: SecondCrash): void => {
    queue.schedule(queue.nowMs + afterMs, () => {
      const started = node.start()
      starting.add(started)
      if (again !== undefined) node.crashAfter(again.acts, () => { restart(node, again.restartAfterMs) })
    })
  }

  async function run (forMs: number, until?: () => boolean): Promise<boolean> {
    return await withEngine(async () => {
      const endMs = queue.nowMs + forMs
      for (;;) {
        if (starting.size > 0) {
          const waited = [...starting]
          starting.clear()
          await Promise.all(waited)
        }
        if (until?.() === true) return true
        if (!queue.runNext(endMs)) {
          queue.advance(endMs)
          return until === undefined
        }
        if (queue.count > eventsMax) throw new Error(`more than ${eventsMax} events: the world never gets quiet`)
        if (touched.size > 0) {
          for (const node of touched) if (node.isUp) for (const watcher of watchers) watcher(node)
          touched.clear()
        }
      }
    })
  }

  /** An action of the harness is an event like any other; it may come between two runs, when the engine is another. */
  const acting = (what: string, action: () => void): void => {
    note('-', '#', what)
    const engineBefore = curve()
    useCurve(engine)
    try {
      action()
    } finally {
      useCurve(engineBefore)
    }
  }
  const worldChain: WorldChain | undefined = chain === undefined ? undefined : {
    control: chain.control,
    published: chain.published,
    setFeeRate (rate) { acting(`fee rate ${rate}`, () => { chain.setFeeRate(rate) }) },
    setReach (node, isReachable) { acting(`chain of n${node} ${isReachable ? 'within' : 'out of'} reach`, () => { chain.setReach(node, isReachable) }) },
    setDelay (node, delayMs) { acting(`chain of n${node} late by ${delayMs}`, () => { chain.setDelay(node, delayMs) }) },
    mine (blocks) { acting(`mine ${blocks} on ${chain.control.ledger.tip.height}`, () => { chain.control.mine(blocks) }) },
    reorg (depth) { acting(`reorg ${depth} at ${chain.control.ledger.tip.height}`, () => { chain.control.reorg(depth) }) },
    evict (txid) { acting(`evict ${txid.slice(0, 16)}`, () => { chain.control.forget(txid) }) },
    fund (address, value) { acting(`fund ${value}`, () => { chain.control.fund(address, value) }) }
  }

  const world: World = {
    seed: options.seed,
    random,
    curve: options.curve ?? 'fake',
    nodes,
    get nowMs () { return queue.nowMs },
    get events () { return queue.count },
    trace,
    chain: worldChain,
    asset: coin('btc', 'regtest').id,
    violations,
    notices,
    start: async () => { await withEngine(async () => { for (const node of nodes) await node.start() }) },
    stop: async () => { await withEngine(async () => { for (const node of nodes) await node.stop() }) },
    run,
    request: (index, request, onAnswer) => at(index).request(request, onAnswer),
    async ask (index, request, forMs = 60_000) {
      const asked = at(index).request(request)
      await run(forMs, () => asked.answers.length > 0 || asked.lost)
      return asked.answers[0]
    },
    nodeOf (peer) {
      const node = byPeer.get(peer)
      if (node === undefined) throw new RangeError(`no node has the peer id ${peer}`)
      return node
    },
    cut (a, b, forMs) {
      note('-', '#', `cut n${a} n${b} ${forMs}`)
      network.cut(at(a).peer, at(b).peer, forMs)
    },
    partition (groups, forMs) {
      note('-', '#', `partition ${groups.map((group) => group.map((index) => `n${index}`).join('+')).join(' ')} ${forMs}`)
      network.partition(groups.map((group) => group.map((index) => at(index).peer)), forMs)
    },
    heal () {
      note('-', '#', 'heal')
      network.heal()
      for (const node of nodes) node.disarm()
    },
    crash (index, restartAfterMs) {
      const node = at(index)
      if (!node.isUp) return
      node.crash()
      restart(node, restartAfterMs)
    },
    crashAfter (index, acts, restartAfterMs, again) {
      const node = at(index)
      node.crashAfter(acts, () => { restart(node, restartAfterMs, again) })
    },
    crashAtWrite (index, write, fate, part, restartAfterMs) {
      const node = at(index)
      node.crashAtWrite(write, fate, part, () => { restart(node, restartAfterMs) })
    },
    setClock: (index, skewMs) => { at(index).setClock(skewMs) },
    misbehave (index, misbehaviour) {
      note('-', '#', `${misbehaviour === undefined ? 'behave' : 'misbehave'} n${index}`)
      if (misbehaviour === undefined) misbehaviours.delete(at(index).peer)
      else {
        misbehaviours.set(at(index).peer, misbehaviour)
        misbehaved.add(index)
      }
    },
    isHonest: (index) => !misbehaved.has(index),
    record: (next) => { recorder = next },
    listen: (listener) => { listeners.push(listener) },
    watch: (watcher) => { watchers.push(watcher) },
    onStored: (listener) => { storeListeners.push(listener) },
    onAnnounced: (listener) => { announcementListeners.push(listener) },
    onLog: (listener) => { logListeners.push(listener) },
    later: (afterMs, action) => { queue.schedule(queue.nowMs + afterMs, action) },
    violate
  }
  return world
}
