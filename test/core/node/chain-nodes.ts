import assert from 'node:assert/strict'
import { coin } from '../../../src/core/base/assets.js'
import type { Env } from '../../../src/core/base/env.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { peerIdOfPublicKey, type ChannelId, type PeerId, type RequestId } from '../../../src/core/base/ids.js'
import { asUnits, type Units } from '../../../src/core/base/money.js'
import { isFault, isRefusal } from '../../../src/core/base/step.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import type { Change } from '../../../src/core/base/table.js'
import type { ChannelView } from '../../../src/core/channel/entity.js'
import { mulG } from '../../../src/core/crypto/curve.js'
import { scalarOf } from '../../../src/core/crypto/scalar.js'
import type { NodeCore } from '../../../src/core/node/core.js'
import type { ChainEffect, Effect, NodeEvent, Notice } from '../../../src/core/node/events.js'
import { networkOf } from '../../../src/core/node/genesis.js'
import { createNodeCore } from '../../../src/core/node/node.js'
import { createOutbox } from '../../../src/core/node/outbox.js'
import type { Request } from '../../../src/core/node/requests.js'
import { defaultSettings } from '../../../src/core/node/settings.js'
import { walletKeys, type WalletKeys } from '../../../src/core/wallet/keys.js'
import { embeddedChain, type ChainControl } from '../../../src/adapters/chain-embedded/embedded-chain.js'
import { virtualClock, type VirtualClock } from '../../../src/adapters/memory/clock.js'
import type { Chain } from '../../../src/ports/chain.js'
import { dustLimit } from '../../../src/ports/chain-parameters.js'
import { decodeChannel, encodeChannel } from '../../../protocols/channel/codec.js'
import { decodeLink, encodeLink } from '../../../protocols/link/codec.js'
import { decodeRoute, encodeRoute } from '../../../protocols/route/codec.js'

export const BTC = coin('btc', 'regtest').id
export const sat = (count: number | bigint): Units => asUnits(BigInt(count) * 1000n)
/** Confirmations that the nodes of these tests want. */
export const CONFIRMATIONS = 3

/** Blocks that are there when the nodes start: enough for several payments of the faucet. */
const BLOCKS_BEFORE = 150

/** Where a process dies: before a batch is on the disk, or when it is and nothing of it was said. */
export type CrashPlace = 'before' | 'after'

/** A node on an embedded chain: its disk outlives its processes. */
export interface TestNode {
  readonly name: string
  readonly peer: PeerId
  readonly core: NodeCore
  readonly disk: Map<string, Uint8Array>
  readonly notices: Notice[]
  readonly answers: ReadonlyMap<string, object>
  readonly isUp: boolean
  /** Batches that were written so far. */
  readonly writes: number
  /** Every broadcast the chain was asked for: txids. */
  readonly broadcasts: string[]
  start: () => void
  crash: () => void
  /** Dies at the batch of this number, counted from now. */
  crashAt: (batch: number, place: CrashPlace) => void
  /** Takes `crashAt` back. */
  spare: () => void
  request: (request: Request) => string
  /** The answer of a request, which must be there. */
  answer: (id: string) => object
  post: (event: NodeEvent) => void
  /** Messages of its peers that are lost, by what they are. */
  deaf: (event: NodeEvent) => boolean
  /** What its chain tells is lost. */
  blind: boolean
}

export interface ChainNodes {
  readonly clock: VirtualClock
  readonly chain: Chain & ChainControl
  readonly nodes: readonly TestNode[]
  settle: () => void
  /** Mines block by block; everybody acts after each. */
  mine: (blocks: number) => void
  connect: (a: TestNode, b: TestNode) => void
  disconnect: (a: TestNode, b: TestNode) => void
  /** Starts a node again and connects it to those that are up. */
  revive: (node: TestNode) => void
  /** Makes a link with rules that accept channels of the chain. */
  link: (a: TestNode, b: TestNode) => void
  fund: (node: TestNode, sat: bigint, coins?: number) => void
  ask: (node: TestNode, request: Request) => object
  /** Opens a channel and waits until it carries locks. */
  open: (a: TestNode, b: TestNode, amount: bigint, push?: bigint, format?: 'v3-zero-fee' | 'v2-fee') => ChannelId
  channel: (node: TestNode, id: ChannelId) => ChannelView
  /** Confirmed and unconfirmed satoshis of a node's wallet. */
  money: (node: TestNode) => bigint
}

export interface ChainNodesOptions {
  readonly withoutWallet?: readonly string[]
  /** Nodes that follow no chain. */
  readonly withoutChain?: readonly string[]
  /** Hears what every step stores. */
  readonly onChanges?: (changes: readonly Change[]) => void
}

const keys = new Map<string, WalletKeys>()
const keysOf = (name: string): WalletKeys => {
  let found = keys.get(name)
  if (found === undefined) keys.set(name, found = walletKeys(taggedHash('amiko/test/seed', encodeLayout(u32, name.charCodeAt(0)))))
  return found
}

/** Cores back to back on one chain; time moves only when it is told to. */
export function chainNodes (names: readonly string[], options: ChainNodesOptions = {}): ChainNodes {
  const clock = virtualClock()
  const chain = embeddedChain({ chain: 'bitcoin', clock })
  // The faucet's first coins are ripe before anybody looks.
  chain.mine(BLOCKS_BEFORE)
  const connections = new Set<string>()
  const pair = (a: TestNode, b: TestNode): string => [a.peer, b.peer].sort().join(' ')
  const deliver = (from: TestNode, to: PeerId, event: NodeEvent): void => {
    const other = nodes.find(({ peer }) => peer === to)
    if (other?.isUp === true && connections.has(pair(from, other)) && !other.deaf(event)) other.post(event)
  }
  const disconnect = (a: TestNode, b: TestNode): void => {
    if (!connections.delete(pair(a, b))) return
    a.post({ type: 'peerDisconnected', peer: b.peer })
    b.post({ type: 'peerDisconnected', peer: a.peer })
  }
  const nodes: TestNode[] = names.map((name) => testNode({
    name,
    clock,
    chain,
    wallet: options.withoutWallet?.includes(name) === true ? undefined : keysOf(name),
    follows: options.withoutChain?.includes(name) !== true,
    onChanges: options.onChanges ?? (() => {}),
    send: (self, effect) => { deliver(self, effect.peer, received(self, effect)) },
    gone: (self) => { for (const other of nodes) if (other !== self) disconnect(self, other) },
    dropped: (self, peer) => { const other = nodes.find((one) => one.peer === peer); if (other !== undefined) disconnect(self, other) }
  }))
  const settle = (): void => { clock.settle() }
  const world: ChainNodes = {
    clock,
    chain,
    nodes,
    settle,
    mine (blocks) {
      for (let i = 0; i < blocks; i++) {
        chain.mine(1)
        settle()
      }
    },
    connect (a, b) {
      if (!a.isUp || !b.isUp || connections.has(pair(a, b))) return
      connections.add(pair(a, b))
      a.post({ type: 'peerConnected', peer: b.peer })
      b.post({ type: 'peerConnected', peer: a.peer })
      settle()
      // Clocks agree after the first pong.
      clock.advance(1_000)
    },
    disconnect (a, b) {
      disconnect(a, b)
      settle()
    },
    revive (node) {
      node.start()
      settle()
      for (const other of nodes) if (other !== node) world.connect(node, other)
    },
    link (a, b) {
      world.connect(a, b)
      const accept = [{ kind: 'chain' as const, asset: BTC, limit: sat(100_000_000) }]
      for (const node of [a, b]) world.ask(node, { type: 'link.set', peer: 'default', accept, fee: undefined })
      world.ask(a, { type: 'link.open', peer: b.peer, addresses: [], accept: undefined })
    },
    fund (node, value, coins = 1) {
      for (let i = 0; i < coins; i++) {
        const { address } = world.ask(node, { type: 'wallet.address', chain: 'bitcoin' }) as { address: string }
        chain.fund(address, value)
      }
      settle()
      world.mine(1)
    },
    ask (node, request) {
      const id = node.request(request)
      settle()
      const answer = node.answer(id)
      assert.ok(!isRefusal(answer), JSON.stringify(answer, plain))
      return answer
    },
    open (a, b, amount, push = 0n, format = undefined) {
      const { channelId } = world.ask(a, { type: 'channel.open', peer: b.peer, kind: 'chain', asset: BTC, amount: sat(amount), push: sat(push), format }) as { channelId: ChannelId }
      world.mine(CONFIRMATIONS)
      assert.equal(world.channel(a, channelId).next, 'Ready.')
      assert.equal(world.channel(b, channelId).next, 'Ready.')
      return channelId
    },
    channel (node, id) {
      const found = node.core.view.channels().find((one) => one.id === id)
      assert.ok(found !== undefined, `${node.name} has no channel ${id}`)
      return found
    },
    money: (node) => node.core.view.walletBalances().reduce((sum, { totalSat }) => sum + totalSat, 0n)
  }
  for (const node of nodes) node.start()
  settle()
  return world
}

export const plain = (_key: string, value: unknown): unknown => typeof value === 'bigint' ? value.toString() : value

/** What a peer makes of the bytes of a message. */
function received ({ peer }: TestNode, effect: Effect & { type: 'send' }): NodeEvent {
  switch (effect.stream) {
    case 'link': { const message = decodeLink(encodeLink(effect.message)); return isFault(message) ? { type: 'frameFault', peer, stream: 'link', fault: message } : { type: 'linkMessage', peer, message } }
    case 'channel': { const message = decodeChannel(encodeChannel(effect.message)); return isFault(message) ? { type: 'frameFault', peer, stream: 'channel', fault: message } : { type: 'channelMessage', peer, message } }
    case 'route': { const message = decodeRoute(encodeRoute(effect.message)); return isFault(message) ? { type: 'frameFault', peer, stream: 'route', fault: message } : { type: 'routeMessage', peer, message } }
  }
}

interface Parts {
  readonly name: string
  readonly clock: VirtualClock
  readonly chain: Chain & ChainControl
  readonly wallet: WalletKeys | undefined
  readonly follows: boolean
  readonly onChanges: (changes: readonly Change[]) => void
  readonly send: (self: TestNode, effect: Effect & { type: 'send' }) => void
  readonly gone: (self: TestNode) => void
  readonly dropped: (self: TestNode, peer: PeerId) => void
}

function testNode (parts: Parts): TestNode {
  const { name, clock, chain } = parts
  const identitySecret = scalarOf(taggedHash('amiko/test/identity', encodeLayout(u32, name.charCodeAt(0))))
  const disk = new Map<string, Uint8Array>()
  let process: { core: NodeCore, alive: boolean, events: NodeEvent[], outbox: ReturnType<typeof createOutbox>, view: Chain, batch: number, timers: Map<string, () => void>, scheduled: boolean } | undefined
  let entropyCount = 0
  let writes = 0
  let requests = 0
  let crash: { at: number, place: CrashPlace } | undefined
  const answers = new Map<string, object>()
  const env = (): Env => ({ nowMs: clock.now(), heights: {}, entropy: taggedHash('amiko/test/entropy', encodeLayout(u32, name.charCodeAt(0)), encodeLayout(u32, ++entropyCount)) })

  const die = (): void => {
    const self = process
    if (self === undefined) return
    process = undefined
    self.alive = false
    for (const cancel of self.timers.values()) cancel()
    void self.view.stop()
    parts.gone(node)
  }
  const schedule = (): void => {
    const self = process
    if (self === undefined || self.scheduled) return
    self.scheduled = true
    clock.soon(() => { self.scheduled = false; if (self.alive) drain(self) })
  }
  function drain (self: NonNullable<typeof process>): void {
    const open = new Map<string, Change>()
    const number = self.batch + 1
    const now: Effect[] = []
    for (const event of [...self.events.splice(0), { type: 'flush' } as const]) {
      const { changes, effects } = self.core.step(event, env())
      parts.onChanges(changes)
      for (const change of changes) open.set(change.key, change)
      now.push(...self.outbox.add(effects, changes.length > 0 ? number : undefined))
    }
    for (const effect of now) if (self.alive) perform(self, effect)
    if (open.size === 0) return
    writes++
    const dying = crash !== undefined && writes === crash.at ? crash.place : undefined
    if (dying === 'before') return die()
    for (const { key, value, layout } of open.values()) {
      if (value === undefined) disk.delete(key)
      else disk.set(key, layout.encode(value))
    }
    self.batch = number
    if (dying === 'after') return die()
    for (const effect of self.outbox.stored(number)) if (self.alive) perform(self, effect)
  }
  function perform (self: NonNullable<typeof process>, effect: Effect): void {
    switch (effect.type) {
      case 'send': parts.send(node, effect); break
      case 'drop': parts.dropped(node, effect.peer); break
      case 'answer': answers.set(effect.requestId, effect.result as object); break
      case 'notify': node.notices.push(effect.notice); break
      case 'setTimer': {
        self.timers.get(effect.key)?.()
        self.timers.set(effect.key, clock.at(effect.atMs, () => { self.timers.delete(effect.key); if (self.alive) node.post({ type: 'timerFired', key: effect.key }) }))
        break
      }
      case 'clearTimer': self.timers.get(effect.key)?.(); self.timers.delete(effect.key); break
      case 'watchChain': case 'unwatchChain': case 'askHistory': case 'askOutput': case 'askFeeRate': case 'broadcast': ask(self, effect); break
      default: break
    }
  }
  function ask ({ view }: NonNullable<typeof process>, effect: ChainEffect): void {
    switch (effect.type) {
      case 'watchChain': view.watch(effect.watch); break
      case 'unwatchChain': view.unwatch(effect.watch); break
      case 'askHistory': view.history(effect.of, effect.fromHeight, (history) => { node.post({ type: 'chainHistory', chain: 'bitcoin', of: effect.of, history }) }); break
      case 'askOutput': view.unspent(effect.outpoint, (found) => { node.post({ type: 'outputFound', chain: 'bitcoin', outpoint: effect.outpoint, found }) }); break
      case 'askFeeRate': view.feeRate(effect.targetBlocks, ({ satPerKvb }) => { node.post({ type: 'feeRate', chain: 'bitcoin', targetBlocks: effect.targetBlocks, satPerKvb }) }); break
      case 'broadcast': {
        node.broadcasts.push(...effect.txids)
        const [first, ...more] = effect.raws
        if (more.length === 0) view.broadcast(first!, (verdict) => { node.post({ type: 'broadcastVerdict', chain: 'bitcoin', txids: effect.txids, verdicts: [verdict] }) })
        else view.submitPackage(effect.raws, (verdicts) => { node.post({ type: 'broadcastVerdict', chain: 'bitcoin', txids: effect.txids, verdicts }) })
        break
      }
    }
  }
  const node: TestNode = {
    name,
    peer: peerIdOfPublicKey(mulG(identitySecret)),
    get core () {
      assert.ok(process !== undefined, `${name} is down`)
      return process.core
    },
    disk,
    notices: [],
    answers,
    get isUp () { return process !== undefined },
    get writes () { return writes },
    broadcasts: [],
    start () {
      if (process !== undefined) return
      const core = createNodeCore({
        identitySecret,
        network: networkOf('chain-test', 'regtest'),
        settings: defaultSettings('private'),
        chains: parts.follows ? [{ facts: chain.parameters, dustLimit: (script) => dustLimit(chain.parameters, script), confirmations: CONFIRMATIONS }] : [],
        ...(parts.wallet === undefined ? {} : { walletKeys: parts.wallet })
      })
      core.load(disk)
      const view = chain.view()
      const self = process = { core, alive: true, events: [], outbox: createOutbox(), view, batch: 0, timers: new Map(), scheduled: false }
      node.post({ type: 'started' })
      drain(self)
      if (!self.alive || !parts.follows) return
      const resume = core.view.resume('bitcoin')
      const post = (event: NodeEvent): void => { if (self.alive && !node.blind) node.post(event) }
      void view.start({
        status: ({ state }) => { post({ type: 'chainStatus', chain: 'bitcoin', state, formats: ['v3-zero-fee', 'v2-fee'] }) },
        blockConnected: (tip, transactions) => { post({ type: 'blockConnected', chain: 'bitcoin', tip, transactions }) },
        blockDisconnected: (block) => { post({ type: 'blockDisconnected', chain: 'bitcoin', block }) },
        transactionSeen: (transaction) => { post({ type: 'transactionSeen', chain: 'bitcoin', transaction }) }
      }, resume)
      post({ type: 'chainStatus', chain: 'bitcoin', state: 'ok', formats: ['v3-zero-fee', 'v2-fee'] })
      const tip = view.tip()
      if (resume.length === 0 && tip !== undefined) post({ type: 'blockConnected', chain: 'bitcoin', tip, transactions: [] })
    },
    crash: die,
    crashAt (batch, place) { crash = { at: writes + batch, place } },
    spare () { crash = undefined },
    request (request) {
      const requestId = `${++requests}` as RequestId
      node.post({ type: 'request', requestId, request })
      return requestId
    },
    answer (id) {
      const found = answers.get(id)
      assert.ok(found !== undefined, `${name} has not answered request ${id}`)
      return found
    },
    post (event) {
      process?.events.push(event)
      schedule()
    },
    deaf: () => false,
    blind: false
  }
  return node
}
