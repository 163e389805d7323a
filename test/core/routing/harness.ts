import type { Draw, Env } from '../../../src/core/base/env.js'
import { drawFrom } from '../../../src/core/base/env.js'
import { coin } from '../../../src/core/base/assets.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { peerIdOfPublicKey, type ChannelId, type MeetingPointId, type PeerId } from '../../../src/core/base/ids.js'
import { asUnits, type Units } from '../../../src/core/base/money.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { newJournal, rollBack, type Journal } from '../../../src/core/base/table.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { RoutingMessage } from '../../../src/core/link/messages.js'
import type { BeaconChain, Duty, RoutingHost, RoutingNotice } from '../../../src/core/routing/host.js'
import type { PacingProfile } from '../../../src/core/routing/pacing.js'
import * as routing from '../../../src/core/routing/routing.js'
import { createRoutingTables } from '../../../src/core/routing/tables.js'

/** The asset of the tests: bitcoin on a chain of their own. */
export const BTC = coin('btc', 'regtest').id
/** Five seconds into a slot of a minute, six minutes into one of an hour, in the middle of a day. */
export const NOON_MS = 1_749_999_965_000

/** A channel between two nodes of the harness; amounts in msat. */
export interface FakeChannel {
  readonly id: ChannelId
  readonly ends: readonly [number, number]
  /** What the first end can offer, and the second. */
  spendable: [bigint, bigint]
}

export interface VirtualNode {
  readonly index: number
  readonly peer: PeerId
  readonly host: RoutingHost
  readonly journal: Journal
  readonly notices: RoutingNotice[]
  /** Meeting points that ended here. */
  readonly ended: MeetingPointId[]
  readonly timers: Map<string, number>
  /** Everything sent: how many messages and records. */
  readonly sent: { messages: number, records: number, requests: number, announcements: number, finds: number }
}

/** Routing of several nodes on virtual time, with channels that only have amounts. Messages take 5 ms. */
export class VirtualNetwork {
  readonly nodes: VirtualNode[] = []
  readonly channels: FakeChannel[] = []
  /** Every announcement that was made, oldest first. */
  readonly announcements: Uint8Array[] = []
  nowMs: number
  readonly latencyMs = 5
  /** Whether announcements reach all other nodes. */
  gossip = true
  readonly #queue: Array<{ readonly atMs: number, readonly run: () => void }> = []
  readonly #linked = new Set<string>()
  readonly #byPeer = new Map<PeerId, number>()
  #counter = 0

  /** Heights of the chains, the same for all. */
  heights: Env['heights'] = {}

  constructor (count: number, readonly pacing: PacingProfile = 'private', readonly seed = 1, readonly duty: (index: number) => Duty = () => 'forwarder', readonly beaconChain?: BeaconChain, startMs = NOON_MS) {
    this.nowMs = startMs
    for (let index = 0; index < count; index++) this.#addNode(index)
    for (const node of this.nodes) this.step(node, () => { routing.restart(node.host) })
  }

  #addNode (index: number): void {
    const secret = scalarOf(taggedHash('amiko/test/identity', encodeLayout(u32, this.seed), encodeLayout(u32, index)))
    const peer = peerIdOfPublicKey(mulG(secret))
    const journal = newJournal()
    const sent = { messages: 0, records: 0, requests: 0, announcements: 0, finds: 0 }
    const timers = new Map<string, number>()
    const notices: RoutingNotice[] = []
    const ended: MeetingPointId[] = []
    const network = this
    const { duty, beaconChain } = this
    let draw: Draw | undefined
    const host: RoutingHost = {
      get env (): Env { return { nowMs: network.nowMs, heights: network.heights, entropy: new Uint8Array(32) } },
      draw: (label) => {
        draw ??= drawFrom(taggedHash('amiko/test/entropy', encodeLayout(u32, network.seed), encodeLayout(u32, index)))
        return draw(label)
      },
      self: peer,
      identitySecret: secret,
      network: { id: new Uint8Array(8).fill(7), name: 'test', beaconChain },
      duty: duty(index),
      ended: (id) => { ended.push(id) },
      pacing: this.pacing,
      tables: createRoutingTables(journal),
      send: (to, message) => {
        sent.messages++
        if (message.type === 'hints') sent.records += message.records.length
        else if (message.type === 'hintRequest') sent.requests++
        const target = network.#byPeer.get(to)!
        if (network.isLinked(index, target)) network.#later(network.latencyMs, () => { if (network.isLinked(index, target)) network.deliver(index, target, message) })
      },
      linkPeers: () => network.nodes.filter((other) => network.isLinked(index, other.index)).map((other) => ({ peer: other.peer, connected: true })),
      channelsWith: (to, asset) => asset !== BTC ? [] : network.channelsBetween(index, network.#byPeer.get(to)!).map((channel) => {
        const mine = channel.ends[0] === index ? 0 : 1
        return { id: channel.id, spendable: asUnits(channel.spendable[mine]), receivable: asUnits(channel.spendable[1 - mine]!) }
      }),
      assets: () => new Set([BTC]),
      peerOf: (id) => {
        const channel = network.channels.find((each) => each.id === id)
        return channel === undefined ? undefined : network.nodes[channel.ends[0] === index ? channel.ends[1] : channel.ends[0]]!.peer
      },
      setTimer: (key, atMs) => {
        timers.set(key, atMs)
        network.#later(Math.max(0, atMs - network.nowMs), () => {
          if (timers.get(key) !== atMs) return
          timers.delete(key)
          network.step(network.nodes[index]!, () => { routing.onRoutingTimer(host, key) })
        })
      },
      clearTimer: (key) => { timers.delete(key) },
      announce: (bytes) => {
        sent.announcements++
        network.announcements.push(bytes)
        if (!network.gossip) return
        for (const other of network.nodes) if (other.index !== index) network.#later(network.latencyMs, () => { network.publish(other, bytes) })
      },
      findMeetingPoint: () => { sent.finds++ },
      notify: (notice) => { notices.push(notice) }
    }
    this.#byPeer.set(peer, index)
    this.nodes.push({ index, peer, host, journal, notices, ended, timers, sent })
  }

  node (index: number): VirtualNode { return this.nodes[index]! }
  isLinked (a: number, b: number): boolean { return this.#linked.has(a < b ? `${a}-${b}` : `${b}-${a}`) }
  channelsBetween (a: number, b: number): FakeChannel[] {
    if (!this.isLinked(a, b)) return []
    return this.channels.filter(({ ends }) => ends.includes(a) && ends.includes(b))
  }

  /** Two nodes get a link and a channel. */
  connect (a: number, b: number, fromA: bigint, fromB: bigint): FakeChannel {
    const id = (this.#counter++).toString(16).padStart(64, '0') as ChannelId
    const channel: FakeChannel = { id, ends: [a, b], spendable: [fromA, fromB] }
    this.channels.push(channel)
    this.reconnect(a, b)
    return channel
  }

  reconnect (a: number, b: number): void {
    this.#linked.add(a < b ? `${a}-${b}` : `${b}-${a}`)
    for (const [me, other] of [[a, b], [b, a]] as const) this.step(this.node(me), () => { routing.onPeerConnected(this.node(me).host, this.node(other).peer) })
  }

  disconnect (a: number, b: number): void {
    this.#linked.delete(a < b ? `${a}-${b}` : `${b}-${a}`)
    for (const [me, other] of [[a, b], [b, a]] as const) this.step(this.node(me), () => { routing.onPeerDisconnected(this.node(me).host, this.node(other).peer) })
  }

  /** Balances move; both ends notice. */
  move (channel: FakeChannel, amount: bigint): void {
    channel.spendable = [channel.spendable[0] - amount, channel.spendable[1] + amount]
    for (const end of channel.ends) this.step(this.node(end), () => { routing.onCapacityChanged(this.node(end).host, channel.id) })
  }

  close (channel: FakeChannel): void {
    this.channels.splice(this.channels.indexOf(channel), 1)
    for (const end of channel.ends) this.step(this.node(end), () => { routing.onCapacityChanged(this.node(end).host, channel.id) })
  }

  hostAt (index: number): MeetingPointId {
    let id: MeetingPointId | undefined
    this.step(this.node(index), () => {
      const result = routing.hostMeetingPoint(this.node(index).host)
      if ('id' in result) id = result.id
    })
    return id!
  }

  stopAt (index: number): void {
    this.step(this.node(index), () => { routing.stopMeetingPoint(this.node(index).host, undefined) })
  }

  deliver (from: number, to: number, message: RoutingMessage): void {
    this.step(this.node(to), () => { routing.onRoutingMessage(this.node(to).host, this.node(from).peer, message) })
  }

  publish (node: VirtualNode, bytes: Uint8Array): void {
    if (routing.judgeAnnouncement(node.host, bytes) === 'accept') this.step(node, () => { routing.onAnnouncement(node.host, bytes) })
  }

  /** One step of a node: the journal is emptied after it, as the node's core does. */
  step (node: VirtualNode, action: () => void): void {
    try {
      action()
      node.journal.undo.length = 0
      node.journal.changes.clear()
    } catch (error) {
      rollBack(node.journal)
      throw error
    }
  }

  /** Lets time pass: everything that happens until then, in order. */
  run (forMs: number): void {
    const untilMs = this.nowMs + forMs
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined || next.atMs > untilMs) break
      this.#queue.shift()
      this.nowMs = next.atMs
      next.run()
    }
    this.nowMs = untilMs
  }

  #later (delayMs: number, run: () => void): void {
    const atMs = this.nowMs + delayMs
    let low = 0
    let high = this.#queue.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#queue[middle]!.atMs <= atMs) low = middle + 1
      else high = middle
    }
    this.#queue.splice(low, 0, { atMs, run })
  }
}

export const NOTHING_RESERVED = (): Units => asUnits(0n)
