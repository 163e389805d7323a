import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { toHex } from '../../../src/core/base/bytes.js'
import { coin } from '../../../src/core/base/assets.js'
import { drawFrom, type ClockName, type Env, type Expiry } from '../../../src/core/base/env.js'
import { sha256, taggedHash } from '../../../src/core/base/hash.js'
import { peerIdOfPublicKey, type ChannelId, type MeetingPointId, type OriginId, type PeerId, type RequestId } from '../../../src/core/base/ids.js'
import { asUnits, type Units } from '../../../src/core/base/money.js'
import { isFault, isRefusal, refuse, type Refusal } from '../../../src/core/base/step.js'
import { newJournal, rollBack } from '../../../src/core/base/table.js'
import type { FailReason, Lock, LockTerms } from '../../../src/core/channel/lock.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { FeePolicy } from '../../../src/core/link/rules.js'
import type { PaymentSettings } from '../../../src/core/payment/host.js'
import { PAYMENT_DEFAULTS } from '../../../src/core/payment/limits.js'
import type { RouteMessage } from '../../../src/core/payment/messages.js'
import * as payments from '../../../src/core/payment/payment.js'
import { createPaymentTables, PAYMENT_LAYOUTS, type Host } from '../../../src/core/payment/tables.js'
import { decodeRoute, encodeRoute } from '../../../protocols/route/codec.js'
import type { FakeChannel, FakeNode, Faults, NetworkOptions } from './fake-parts.js'

/**
 * A small network of payment layers under one clock: real route messages through the real codec, and channels that
 * agree at once instead of by rounds. What may go wrong is in {@link Faults}.
 */

export const BTC = coin('btc', 'regtest')
const LATENCY_MS = 5
export const START_MS = 1_700_000_000_000

/** The height of all chains when a network starts. */
export const START_HEIGHT = 800_000

export const FREE: FeePolicy = { base: asUnits(0n), ppm: 0 }
/** Seconds in place of minutes. */
export const QUICK: PaymentSettings = {
  ...PAYMENT_DEFAULTS,
  forwardDeltaSeconds: 40,
  forwardDeltaRandomSeconds: 8,
  finalDeltaSeconds: 30,
  freezeMaxSeconds: 3_600
}

export class FakeNetwork {
  nowMs = START_MS
  readonly nodes: FakeNode[] = []
  readonly channels: FakeChannel[] = []
  readonly faults: Faults = { route: (_from, _to, message) => message, lock: (_from, _to, terms) => ({ terms, delayMs: 0 }), fulfil: () => true, queue: () => false, offer: () => undefined }
  /** Values of 16 and more bytes that were seen, by link. */
  readonly seen: Array<{ readonly link: string, readonly bytes: Uint8Array, readonly what: string }> = []
  readonly sent: Array<{ readonly from: number, readonly to: number, readonly message: RouteMessage }> = []
  readonly offered: Array<{ readonly from: number, readonly to: number, readonly terms: LockTerms }> = []
  private readonly queue: Array<{ readonly atMs: number, readonly order: number, readonly action: () => void }> = []
  private order = 0
  private steps = 0
  private readonly settings: PaymentSettings
  private readonly seed: Uint8Array

  constructor (readonly options: NetworkOptions) {
    this.settings = { ...QUICK, ...options.settings }
    this.seed = sha256(new TextEncoder().encode(options.seed ?? 'network'))
    const count = Math.max(...options.edges.flat(), ...options.hosts) + 1
    for (let index = 0; index < count; index++) this.nodes.push(this.makeNode(index))
    for (const ends of options.edges) {
      const id = toHex(taggedHash('amiko/test/channel', Uint8Array.of(this.channels.length))) as ChannelId
      const balance = options.balance ?? 1_000n
      this.channels.push({ id, ends, clock: options.clocks?.[this.channels.length] ?? 'unix', balance: new Map([[ends[0], balance], [ends[1], balance]]), locks: [] })
    }
    for (const index of options.hosts) {
      const secret = scalarOf(taggedHash('amiko/test/role', Uint8Array.of(index)))
      this.nodes[index]!.hosted.set(toHex(mulG(secret)) as MeetingPointId, secret)
    }
  }

  /** A whole number below `below`, of the network's own seed. */
  chance (label: string, below: number): number {
    const bytes = taggedHash('amiko/test/chance', this.seed, new TextEncoder().encode(`${label}${this.steps}/${this.order++}`))
    return (bytes[0]! * 65_536 + bytes[1]! * 256 + bytes[2]!) % below
  }

  node (index: number): FakeNode { return this.nodes[index]! }
  meetingPointOf (index: number): MeetingPointId { return [...this.node(index).hosted.keys()][0]! }
  private indexOf (peer: PeerId): number { return this.nodes.findIndex((node) => node.peer === peer) }

  // ---- What a test does ----

  invoice (index: number, amount: bigint, more: { readonly expiryMs?: number, readonly meetingPoints?: readonly MeetingPointId[], readonly via?: readonly string[], readonly times?: number } = {}): { readonly invoice: string, readonly id: string } {
    const made = this.step(index, (host) => payments.createInvoice(host, {
      asset: BTC.id, amount: amount as Units, description: 'receipt', expiryMs: more.expiryMs ?? 3_600_000, meetingPoints: more.meetingPoints, via: more.via, times: more.times
    }))
    assert.ok(!isRefusal(made), inspect(made))
    this.run(LATENCY_MS * 20)
    return made
  }

  /** Publishes an entry of a node and lets its half come to its meeting point. */
  publish (index: number, meetingPoint?: MeetingPointId, expiryMs?: number): payments.EntryView {
    const made = this.step(index, (host) => payments.publishEntry(host, { asset: BTC.id, meetingPoint, expiryMs }))
    assert.ok(!isRefusal(made), inspect(made))
    this.run(LATENCY_MS * 20)
    return made
  }

  /** Starts a payment; gives the name its answer will have. */
  startPay (index: number, invoice: string, more: Partial<payments.PayRequest> = {}): RequestId {
    const requestId = `request-${this.order++}` as RequestId
    this.step(index, (host) => { payments.pay(host, requestId, { invoice, feeMax: undefined, via: [], timeoutMs: undefined, ...more }) })
    return requestId
  }

  /** Pays and runs until the answer. */
  pay (index: number, invoice: string, more: Partial<payments.PayRequest> = {}): object {
    const requestId = this.startPay(index, invoice, more)
    this.until(() => this.node(index).answers.has(requestId), 'an answer')
    return this.node(index).answers.get(requestId)!
  }

  /** Runs until something holds; fails after a day of the network's time. */
  until (condition: () => boolean, what: string): void {
    const endMs = this.nowMs + 86_400_000
    while (!condition()) assert.ok(this.next(endMs), `${what} came within a day`)
  }

  run (forMs: number): void {
    const endMs = this.nowMs + forMs
    while (this.next(endMs));
    this.nowMs = endMs
  }

  private next (endMs: number): boolean {
    let best: { readonly atMs: number, readonly run: () => void } | undefined
    // Local timers run before input of the same time.
    for (const node of this.nodes) {
      if (!node.up) continue
      for (const [key, atMs] of node.timers) {
        if (best === undefined || atMs < best.atMs) best = { atMs, run: () => { node.timers.delete(key); this.step(node.index, (host) => { payments.onPaymentTimer(host, key) }) } }
      }
    }
    let first = -1
    for (let i = 0; i < this.queue.length; i++) {
      const item = this.queue[i]!
      const ahead = first < 0 ? undefined : this.queue[first]!
      if (ahead === undefined || item.atMs < ahead.atMs || (item.atMs === ahead.atMs && item.order < ahead.order)) first = i
    }
    if (first >= 0 && (best === undefined || this.queue[first]!.atMs < best.atMs)) {
      const item = this.queue[first]!
      best = { atMs: item.atMs, run: () => { this.queue.splice(first, 1); item.action() } }
    }
    if (best === undefined || best.atMs > endMs) return false
    this.nowMs = Math.max(this.nowMs, best.atMs)
    best.run()
    return true
  }

  private later (delayMs: number, action: () => void): void {
    this.queue.push({ atMs: this.nowMs + delayMs, order: this.order++, action })
  }

  /** Stops a node and starts it again: volatile state is lost, stored state is read back. */
  restart (index: number): void {
    const node = this.node(index)
    for (const other of this.nodes) if (this.channels.some(({ ends }) => ends.includes(index) && ends.includes(other.index))) this.step(other.index, (host) => { payments.onPeerDisconnected(host, node.peer) })
    node.timers.clear()
    node.journal = newJournal()
    node.tables = createPaymentTables(node.journal)
    for (const [key, bytes] of node.store) {
      const [name, ...rest] = key.split('/')
      const table = [node.tables.invoices, node.tables.payments, node.tables.parts, node.tables.hops, node.tables.held, node.tables.entries, node.tables.streams, node.tables.signedPoints].find((one) => one.name === name)
      const layout = PAYMENT_LAYOUTS[name as keyof typeof PAYMENT_LAYOUTS]
      ;(table as unknown as { load: (key: string, value: object) => void }).load(rest.join('/'), layout.decode(bytes))
    }
    this.step(index, (host) => { payments.restart(host) })
    for (const other of this.nodes) if (other.index !== index && this.channels.some(({ ends }) => ends.includes(index) && ends.includes(other.index))) {
      this.step(other.index, (host) => { payments.onPeerConnected(host, node.peer) })
      this.step(index, (host) => { payments.onPeerConnected(host, other.peer) })
    }
  }

  /** Heights of the chains, if any channel runs on one. */
  get heights (): Env['heights'] {
    const height = (clock: ClockName): number => START_HEIGHT + Math.floor((this.nowMs - START_MS) / this.blockMs(clock))
    return this.options.clocks === undefined ? {} : { bitcoin: height('bitcoin'), litecoin: height('litecoin') }
  }

  private blockMs (clock: ClockName): number { return (this.options.blockMs ?? 600_000) / (clock === 'litecoin' ? 4 : 1) }

  /** When the offerer of a lock takes it back. */
  overMs ({ clock, value }: Expiry): number {
    return clock === 'unix' ? value * 1_000 + 60_000 : START_MS + (value + 1 - START_HEIGHT) * this.blockMs(clock)
  }

  // ---- What a test looks at ----

  /** What a node has over all its channels, less what it had at the start; live locks count for who offered them. */
  gain (index: number): bigint {
    let sum = 0n
    for (const { ends, balance, locks } of this.channels) {
      if (!ends.includes(index)) continue
      sum += balance.get(index)! - (this.options.balance ?? 1_000n)
      for (const { amount, from, status } of locks) if (from === index && status === 'live') sum += amount
    }
    return sum
  }

  gains (): bigint[] { return this.nodes.map(({ index }) => this.gain(index)) }
  liveLocks (): number { return this.channels.reduce((sum, { locks }) => sum + locks.filter(({ status }) => status === 'live').length, 0) }

  /** K4: nothing is left anywhere. */
  assertNothingLeft (): void {
    assert.equal(this.liveLocks(), 0, 'no lock is left')
    for (const { index, tables, timers } of this.nodes) {
      const left = Object.entries(payments.leftovers({ tables })).filter(([, count]) => count !== 0)
      assert.deepEqual(left, [], `nothing is left at node ${index}`)
      assert.deepEqual([...timers.keys()], [], `no timer is left at node ${index}`)
    }
  }

  // ---- The node around the payment layer ----

  step<R> (index: number, action: (host: Host) => R): R {
    const node = this.node(index)
    this.steps++
    try {
      const result = action(node.host)
      for (const { key, value, layout } of node.journal.changes.values()) {
        if (value === undefined) node.store.delete(key)
        else node.store.set(key, layout.encode(value))
      }
      node.journal.undo.length = 0
      node.journal.changes.clear()
      return result
    } catch (error) {
      rollBack(node.journal)
      throw error
    }
  }

  private makeNode (index: number): FakeNode {
    const net = this
    const journal = newJournal()
    const node: FakeNode = {
      index,
      peer: peerIdOfPublicKey(mulG(scalarOf(taggedHash('amiko/test/peer', Uint8Array.of(index))))),
      journal,
      tables: createPaymentTables(journal),
      host: undefined as unknown as Host,
      store: new Map(),
      timers: new Map(),
      hosted: new Map(),
      answers: new Map(),
      notices: [],
      queued: new Set(),
      up: true
    }
    let drawsOfStep = -1
    let draw = drawFrom(this.seed)
    const host: Host = {
      get env (): Env { return { nowMs: net.nowMs, heights: net.heights, entropy: new Uint8Array(32) } },
      draw (label) {
        if (drawsOfStep !== net.steps) {
          drawsOfStep = net.steps
          draw = drawFrom(taggedHash('amiko/test/entropy', net.seed, Uint8Array.of(index, net.steps >> 16 & 255, net.steps >> 8 & 255, net.steps & 255)))
        }
        return draw(label)
      },
      self: node.peer,
      network: { id: new Uint8Array(8).fill(7), name: 'test', kind: 'regtest' },
      settings: this.settings,
      get tables () { return node.tables },
      hosted: node.hosted,
      sendRoute: (peer, message) => net.sendRoute(index, net.indexOf(peer), message),
      isConnected: (peer) => node.up && net.nodes[net.indexOf(peer)]!.up,
      setTimer: (key, atMs) => { node.timers.set(key, atMs) },
      clearTimer: (key) => { node.timers.delete(key) },
      answer: (requestId, result) => { node.answers.set(requestId, result) },
      notify: (notice) => { node.notices.push(notice) },
      nextHops: (query) => {
        const distances = net.distances(net.nodes.findIndex(({ hosted }) => hosted.has(query.meetingPoint)))
        const own = distances.get(index) ?? Infinity
        return net.channels.filter(({ ends }) => ends.includes(index)).flatMap((channel) => {
          const other = channel.ends[0] === index ? channel.ends[1] : channel.ends[0]
          const { peer } = net.node(other)
          const hops = distances.get(other)
          const free = query.direction === 'to' ? channel.balance.get(index)! : channel.balance.get(other)!
          if (hops === undefined || hops > own || query.exclude.has(peer) || free - query.reserved(channel.id, query.direction) < query.amount) return []
          return [{ peer, channelId: channel.id, hops, detour: hops === own }]
        }).sort((a, b) => a.hops - b.hops)
      },
      meetingPoints: () => net.nodes.flatMap(({ index: at, hosted }) => [...hosted.keys()].flatMap((id) => {
        const hops = net.distances(at).get(index)
        return hops === undefined ? [] : [{ id, hops }]
      })).sort((a, b) => a.hops - b.hops),
      scored: () => {},
      channelsWith: (peer, asset) => net.channels.filter(({ ends }) => asset === BTC.id && ends.includes(index) && ends.includes(net.indexOf(peer)))
        .map((channel) => ({ id: channel.id, spendable: asUnits(channel.balance.get(index)!), receivable: asUnits(channel.balance.get(net.indexOf(peer))!) }))
        .sort((a, b) => Number(b.spendable - a.spendable)),
      assets: () => new Set(net.channels.some(({ ends }) => ends.includes(index)) ? [BTC.id] : []),
      capacity: () => {
        const own = net.channels.filter(({ ends }) => ends.includes(index))
        const sum = (of: (channel: FakeChannel) => bigint): Units => asUnits(own.reduce((all, channel) => all + of(channel), 0n))
        return { spendable: sum((channel) => channel.balance.get(index)!), receivable: sum((channel) => channel.balance.get(channel.ends.find((end) => end !== index)!)!) }
      },
      assetMax: () => BTC.max,
      peerOf: (channelId) => {
        const channel = net.channels.find(({ id, ends }) => id === channelId && ends.includes(index))
        return channel === undefined ? undefined : net.node(channel.ends.find((end) => end !== index)!).peer
      },
      clockOf: (channelId) => net.channels.find(({ id }) => id === channelId)?.clock,
      offer: (channelId, terms, origin) => net.offer(index, channelId, terms, origin),
      cancelOffer: (origin) => node.queued.delete(origin),
      fulfil: (channelId, lockId, secret) => { net.fulfil(index, channelId, lockId, secret) },
      fail: (channelId, lockId, reason) => { net.endLock(index, channelId, lockId, reason) },
      offerState: (origin) => node.queued.has(origin) ? 'queued' : net.channels.some(({ locks }) => locks.some(({ lock, from, offererKnows }) => from === index && lock.origin === origin && !offererKnows)) ? 'live' : 'none',
      feePolicy: () => this.options.fees?.[index] ?? FREE
    }
    return Object.assign(node, { host })
  }

  private distances (from: number): Map<number, number> {
    const found = new Map([[from, 0]])
    if (from < 0) return new Map()
    for (const [index, hops] of found) {
      for (const { ends } of this.channels) {
        if (!ends.includes(index)) continue
        const other = ends[0] === index ? ends[1] : ends[0]
        if (!found.has(other)) found.set(other, hops + 1)
      }
    }
    return found
  }

  private record (from: number, to: number, what: string, bytes: Uint8Array): void {
    this.seen.push({ link: [from, to].sort((a, b) => a - b).join('-'), bytes, what })
  }

  private sendRoute (from: number, to: number, message: RouteMessage): boolean {
    const receiver = this.nodes[to]
    if (receiver === undefined || !receiver.up || !this.channels.some(({ ends }) => ends.includes(from) && ends.includes(to))) return false
    const { host } = receiver
    const changed = this.faults.route(from, to, message)
    if (changed === undefined) return true
    const decoded = decodeRoute(encodeRoute(changed))
    assert.ok(!isFault(decoded), `a message of node ${from} can be read`)
    this.sent.push({ from, to, message: decoded })
    this.record(from, to, 'route id', Uint8Array.from(Buffer.from(decoded.routeId, 'hex')))
    if (decoded.type === 'makeRoute') {
      const { pair, token, identity, waypoints } = decoded
      for (const one of [pair, token, ...(identity === undefined ? [] : [identity]), ...waypoints.flatMap(({ next, identity }) => [next, identity])]) {
        for (const [what, bytes] of Object.entries<Uint8Array>({ ...one })) this.record(from, to, what, bytes)
      }
    }
    if (decoded.type === 'haveRoute') this.record(from, to, 'onion', decoded.onion)
    if (decoded.type === 'answer') this.record(from, to, 'answer', decoded.bytes)
    const { tables } = receiver
    this.later(LATENCY_MS, () => {
      // What was under way when the receiver stopped is lost with its connection.
      if (receiver.up && receiver.tables === tables) this.step(to, () => { payments.onRouteMessage(host, this.node(from).peer, decoded) })
    })
    return true
  }

  private offer (from: number, channelId: ChannelId, terms: Omit<LockTerms, 'id'>, origin: OriginId): Refusal | undefined {
    const channel = this.channels.find(({ id }) => id === channelId)!
    const to = channel.ends.find((end) => end !== from)!
    const refused = this.faults.offer(from)
    if (refused !== undefined) return refused
    if (this.faults.queue(from)) {
      this.node(from).queued.add(origin)
      return undefined
    }
    const spendable = channel.balance.get(from)!
    if (terms.amount > spendable) return refuse('limit-exceeded', { wanted: terms.amount, possible: spendable })
    const id = channel.locks.length
    const full: LockTerms = { ...terms, id }
    const lock = (offeredBy: 'local' | 'remote', seen: LockTerms): Lock => ({ channelId, offeredBy, terms: seen, leaf: new Uint8Array(32), origin: offeredBy === 'local' ? origin : undefined, secret: undefined, irrevocable: true, failing: undefined, ended: false })
    channel.balance.set(from, spendable - terms.amount)
    this.offered.push({ from, to, terms: full })
    this.record(from, to, 'lock point', full.point)
    this.record(from, to, 'lock message', full.message)
    if (full.onion.length > 0) this.record(from, to, 'lock onion', full.onion)
    const arriving = this.faults.lock(from, to, full)
    channel.locks.push({ lock: lock('local', arriving?.terms ?? full), amount: full.amount, from, status: 'live', offererKnows: false })
    if (arriving !== undefined) this.later(LATENCY_MS + arriving.delayMs, () => { this.whenUp(to, () => { this.step(to, (host) => { payments.onLockReceived(host, channelId, lock('remote', arriving.terms)) }) }) })
    assert.equal(full.expiry.clock, channel.clock, 'a lock expires by the clock of its channel')
    this.later(this.overMs(full.expiry) - this.nowMs, () => { this.endLock(to, channelId, id, 'expired') })
    return undefined
  }

  private whenUp (index: number, action: () => void): void {
    if (this.node(index).up) action()
    else this.later(1_000, () => { this.whenUp(index, action) })
  }

  private fulfil (to: number, channelId: ChannelId, lockId: number, secret: Uint8Array): void {
    const channel = this.channels.find(({ id }) => id === channelId)!
    const entry = channel.locks[lockId]!
    if (!this.faults.fulfil(to) || entry.status !== 'live') return
    assert.deepEqual(mulG(secret), entry.lock.terms.point, 'a secret opens its lock')
    entry.status = 'fulfilled'
    channel.balance.set(to, channel.balance.get(to)! + entry.amount)
    this.record(entry.from, to, 'secret', secret)
    const { origin } = entry.lock
    this.later(LATENCY_MS, () => { this.whenUp(entry.from, () => { this.step(entry.from, (host) => { payments.onSecretLearnt(host, channelId, { ...entry.lock, secret }, secret) }) }) })
    this.later(3 * LATENCY_MS, () => { this.whenUp(to, () => { this.step(to, (host) => { payments.onLockRemoved(host, channelId, lockId, 'fulfilled') }) }) })
    this.later(4 * LATENCY_MS, () => { this.whenUp(entry.from, () => { entry.offererKnows = true; this.step(entry.from, (host) => { payments.onOfferSettled(host, origin!) }) }) })
  }

  private endLock (to: number, channelId: ChannelId, lockId: number, reason: FailReason): void {
    const channel = this.channels.find(({ id }) => id === channelId)!
    const entry = channel.locks[lockId]!
    if (entry.status !== 'live') return
    entry.status = reason === 'expired' ? 'expired' : 'failed'
    channel.balance.set(entry.from, channel.balance.get(entry.from)! + entry.amount)
    const { origin } = entry.lock
    this.later(2 * LATENCY_MS, () => { this.whenUp(entry.from, () => { entry.offererKnows = true; this.step(entry.from, (host) => { payments.onOfferFailed(host, origin!, reason, true) }) }) })
    this.later(3 * LATENCY_MS, () => { this.whenUp(to, () => { this.step(to, (host) => { payments.onLockRemoved(host, channelId, lockId, reason === 'expired' ? 'expired' : 'failed') }) }) })
  }
}

/** The twelve nodes of the first prototype's scenarios; node 4 hosts the meeting point. */
export const TWELVE: ReadonlyArray<readonly [number, number]> = [[0, 1], [1, 2], [2, 3], [2, 4], [2, 8], [8, 9], [4, 5], [5, 6], [5, 7], [5, 10], [10, 11]]

export const twelve = (more: Partial<NetworkOptions> = {}): FakeNetwork => new FakeNetwork({ edges: TWELVE, hosts: [4], ...more })

/** The name of a refusal, or what else was answered. */
export const nameOf = (answer: object): string => isRefusal(answer) ? answer.refused : 'status' in answer ? String(answer.status) : 'nothing known'
