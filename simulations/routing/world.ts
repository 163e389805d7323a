import type { Env } from '../../src/core/base/env.js'
import { coin } from '../../src/core/base/assets.js'
import type { ChannelId, MeetingPointId, OriginId, RequestId, RouteId } from '../../src/core/base/ids.js'
import { invariant } from '../../src/core/base/invariant.js'
import { asUnits, ZERO, type Units } from '../../src/core/base/money.js'
import { isFault, refuse, type Refusal } from '../../src/core/base/step.js'
import { createTable, newJournal, type Journal, type Table } from '../../src/core/base/table.js'
import type { FailReason, Lock, LockTerms } from '../../src/core/channel/lock.js'
import { MEETING_POINTS_LISTED, PAYMENT_DEFAULTS } from '../../src/core/payment/limits.js'
import type { RouteMessage } from '../../src/core/payment/messages.js'
import * as payments from '../../src/core/payment/payment.js'
import { createPaymentTables, type Host } from '../../src/core/payment/tables.js'
import { bucketOf } from '../../src/core/routing/bucket.js'
import type { RoutingHost } from '../../src/core/routing/host.js'
import { BUCKET_BELOW_HOPS, BUCKETS } from '../../src/core/routing/limits.js'
import { nextHops, scored } from '../../src/core/routing/next-hop.js'
import type { PacingProfile } from '../../src/core/routing/pacing.js'
import type { Score } from '../../src/core/routing/tables.js'
import { decodeRoute, encodeRoute } from '../../protocols/route/codec.js'
import { createEventQueue, WORLD_START_MS } from '../harness/virtual-clock.js'
import type { Random } from '../harness/random.js'
import type { Faults } from './faults.js'
import { ASSET } from './buckets.js'
import type { Hints } from './hints.js'
import { ASSETS, channelsOf, nodeOf, peerOf, placesOf, routingView, slotOf, type ViewContext } from './views.js'

/** One message or lock operation between neighbours takes this long. */
const LATENCY_MS_MIN = 10
const LATENCY_MS_MAX = 60
/** In larger networks a node with enough meeting points in the amount's bucket looks for no others. */
const LISTED_WHOLE_MAX = 100_000
const FREE = { base: ZERO, ppm: 0 }
const MAX = coin('btc', 'regtest').max

/** What happened on behalf of one payment, at any node. */
export interface Deed {
  readonly tag: number
  readonly ends: ReadonlySet<number>
  /** MakeRoute and HaveNoRoute, by meeting point. */
  readonly asked: Map<MeetingPointId, { requests: number, refusals: number, payer: boolean }>
  /** All route messages, and their bytes. */
  messages: number
  bytes: number
  /** Locks that were settled. */
  settled: number
  /** Slots whose balances changed. */
  readonly touched: Set<number>
  /** Meeting points of its invoices. */
  readonly listed: Set<MeetingPointId>
  /** Meeting points of its requests, by the ids they had on a link. */
  readonly routes: Map<RouteId, MeetingPointId>
  /** Nodes that took part. */
  readonly nodes: Set<number>
  /** No part is smaller than this. */
  readonly least: number
}

export const newDeed = (tag: number, ends: readonly number[], least = 0): Deed =>
  ({ tag, ends: new Set(ends), asked: new Map(), messages: 0, bytes: 0, settled: 0, touched: new Set(), listed: new Set(), routes: new Map(), nodes: new Set(), least })

interface Actor {
  readonly host: Host
  readonly routing: RoutingHost
  readonly journal: Journal
  readonly timers: Map<string, () => void>
}

interface LiveLock { readonly lock: Lock, readonly slot: number, readonly amount: number, readonly origin: OriginId, over: boolean }

/** Payment layers of all nodes of a graph under one clock: real halves, quotes, reservations and locks; rounds take no more than their time. */
export interface RouteWorld {
  readonly nowMs: () => number
  /** Runs something at one node in the name of a payment. */
  act: <R>(node: number, deed: Deed, action: (host: Host) => R) => R
  pay: (node: number, deed: Deed, invoice: string, timeoutMs: number | undefined, done: (result: object | Refusal) => void) => void
  later: (delayMs: number, action: () => void) => void
  /** Runs the next event; false when nothing waits. */
  next: () => boolean
  /** Forgets the nodes of a payment at which nothing is left of any. */
  forget: (deed: Deed) => void
  /** Whether this payment may go through a node. */
  serves: (node: number, deed: Deed) => boolean
}

export interface WorldOptions {
  readonly hints: Hints
  readonly pacing: PacingProfile
  readonly faults: Faults
  readonly random: Random
}

export function createRouteWorld ({ hints, pacing, faults, random }: WorldOptions): RouteWorld {
  const { graph, roster } = hints
  const { balance, mate, tail, head } = graph
  const queue = createEventQueue()
  const actors = new Map<number, Actor>()
  const scores = new Map<number, Table<string, Score>>()
  const scoreJournal = newJournal()
  const places = placesOf(hints)
  const roles = new Map(roster.map(({ node, id, secret }) => [node, new Map([[id, secret]])]))
  const locks = new Map<number, LiveLock>()
  const answers = new Map<string, (result: object | Refusal) => void>()
  const chance = random.fork('draws')
  const latency = random.fork('latency')
  let counter = 0
  /** In whose name the present step is made. */
  let deed: Deed | undefined
  const now = (): number => WORLD_START_MS + queue.nowMs
  const present = (): Deed => {
    invariant(deed !== undefined, 'every step is made in the name of a payment')
    return deed
  }
  const faultOf = (node: number): string | undefined => deed?.ends.has(node) === true ? undefined : faults.get(node)
  const scoresOf = (node: number): Table<string, Score> => {
    let table = scores.get(node)
    if (table === undefined) scores.set(node, table = createTable<string, Score>(scoreJournal, 'hint-score'))
    return table
  }
  const context: ViewContext = { hints, pacing, scoresOf, nowMs: now, isUp: (node) => faultOf(node) !== 'dead' }

  /** Runs `action` later, in the name of the payment that this step belongs to. */
  const later = (delayMs: number, action: () => void): (() => void) => {
    const cause = deed
    return queue.schedule(queue.nowMs + delayMs, () => {
      deed = cause
      action()
      deed = undefined
    })
  }
  const travel = (): number => latency.between(LATENCY_MS_MIN, LATENCY_MS_MAX)

  const step = <R>(node: number, action: (host: Host) => R): R => {
    const actor = actorOf(node)
    present().nodes.add(node)
    const result = action(actor.host)
    actor.journal.undo.length = 0
    actor.journal.changes.clear()
    scoreJournal.undo.length = 0
    return result
  }

  const sendRoute = (from: number, to: number, message: RouteMessage): boolean => {
    if (!context.isUp(to)) return false
    const bytes = encodeRoute(message)
    count(message, bytes.length)
    later(travel(), () => {
      const received = decodeRoute(bytes)
      invariant(!isFault(received), 'what a node encodes, its neighbour can read')
      const fault = faultOf(to)
      if (fault === 'drop') return
      if (received.type === 'makeRoute' && (fault === 'refuse' || fault === 'lie')) {
        sendRoute(to, from, { type: 'haveNoRoute', routeId: received.routeId, reason: 'no-way', forwardsLeft: fault === 'lie' ? 0 : received.forwardsLeft })
        return
      }
      step(to, (host) => { payments.onRouteMessage(host, peerOf(from), received) })
    })
    return true
  }

  const count = (message: RouteMessage, length: number): void => {
    const mine = present()
    mine.messages++
    mine.bytes += length
    if (message.type === 'makeRoute') {
      mine.routes.set(message.routeId, message.meetingPoint)
      const asked = mine.asked.get(message.meetingPoint) ?? { requests: 0, refusals: 0, payer: false }
      asked.requests++
      if (message.side === 'payer') asked.payer = true
      mine.asked.set(message.meetingPoint, asked)
    } else if (message.type === 'haveNoRoute') {
      const point = mine.routes.get(message.routeId)
      const asked = point === undefined ? undefined : mine.asked.get(point)
      if (asked !== undefined) asked.refusals++
    }
  }

  const offer = (node: number, channelId: ChannelId, terms: Omit<LockTerms, 'id'>, origin: OriginId): Refusal | undefined => {
    const low = slotOf(channelId)
    const slot = tail[low] === node ? low : mate[low]!
    const amount = Number(terms.amount)
    if (balance[slot]! < amount) return refuse('insufficient-funds')
    const id = counter++
    balance[slot]! -= amount
    present().touched.add(slot)
    const lock: Lock = { channelId, offeredBy: 'remote', terms: { ...terms, id }, leaf: EMPTY, origin: undefined, secret: undefined, irrevocable: true, failing: undefined, ended: false }
    locks.set(id, { lock, slot, amount, origin, over: false })
    const other = head[slot]!
    if (context.isUp(other)) {
      later(2 * travel(), () => { if (faultOf(other) !== 'stall' && faultOf(other) !== 'drop') step(other, (host) => { payments.onLockReceived(host, channelId, lock) }) })
    }
    return undefined
  }

  const end = (lockId: number, how: { readonly secret: Uint8Array } | { readonly reason: FailReason }): void => {
    const live = locks.get(lockId)
    if (live === undefined || live.over) return
    live.over = true
    locks.delete(lockId)
    const { lock, slot, amount, origin } = live
    const [offerer, receiver] = [tail[slot]!, head[slot]!]
    present().touched.add(slot)
    if ('secret' in how) {
      balance[mate[slot]!]! += amount
      present().settled++
    } else balance[slot]! += amount
    later(travel(), () => {
      step(offerer, (host) => {
        if ('secret' in how) {
          payments.onSecretLearnt(host, lock.channelId, { ...lock, offeredBy: 'local', origin }, how.secret)
          payments.onOfferSettled(host, origin)
        } else payments.onOfferFailed(host, origin, how.reason, true)
      })
      step(receiver, (host) => { payments.onLockRemoved(host, lock.channelId, lockId, 'secret' in how ? 'fulfilled' : 'failed') })
    })
  }

  const meetingPoints = (node: number, amount: Units, direction: 'to' | 'from'): ReadonlyArray<{ readonly id: MeetingPointId, readonly hops: number }> => {
    const bucket = bucketOf(ASSET, amount)
    // A payer looks for those that are listed; in a large network it looks no farther than that.
    const wanted = direction === 'to' ? new Set([...present().listed].map((id) => places.get(id)!)) : undefined
    const at = bucket === BUCKETS ? undefined : hints.reached(node, direction, bucket, wanted)
    const enough = graph.nodes > LISTED_WHOLE_MAX && at !== undefined && at.filter((hops) => hops > 0).length >= (wanted?.size ?? MEETING_POINTS_LISTED)
    const below = bucket === 0 || enough ? undefined : hints.reached(node, direction, bucket - 1, wanted)
    const found: Array<{ id: MeetingPointId, hops: number }> = []
    for (const { id, node: where, place } of roster) {
      if (where === node) found.push({ id, hops: 0 })
      else if (at !== undefined && at[place] !== 0) found.push({ id, hops: at[place]! })
      else if (below !== undefined && below[place] !== 0) found.push({ id, hops: BUCKET_BELOW_HOPS + below[place]! })
    }
    return found.sort((a, b) => a.hops - b.hops || (a.id < b.id ? -1 : 1))
  }

  const actorOf = (node: number): Actor => {
    let actor = actors.get(node)
    if (actor === undefined) actors.set(node, actor = makeActor(node))
    return actor
  }

  const makeActor = (node: number): Actor => {
    const journal = newJournal()
    const tables = createPaymentTables(journal)
    const routing = routingView(context, node)
    const timers = new Map<string, () => void>()
    const channelsWith = channelsOf(context, node)
    const host: Host = {
      get env (): Env { return { nowMs: now(), heights: {}, entropy: EMPTY } },
      draw: () => chance.bytes(32),
      self: peerOf(node),
      network: { id: EMPTY.subarray(0, 8), name: 'study', kind: 'regtest' },
      settings: PAYMENT_DEFAULTS,
      tables,
      hosted: roles.get(node) ?? NO_ROLES,
      sendRoute: (peer, message) => sendRoute(node, nodeOf(peer), message),
      isConnected: (peer) => context.isUp(nodeOf(peer)),
      setTimer: (key, atMs) => {
        timers.get(key)?.()
        timers.set(key, later(Math.max(0, atMs - now()), () => {
          timers.delete(key)
          step(node, (mine) => { payments.onPaymentTimer(mine, key) })
        }))
      },
      clearTimer: (key) => {
        timers.get(key)?.()
        timers.delete(key)
      },
      answer: (requestId, result) => {
        const done = answers.get(requestId)
        answers.delete(requestId)
        done?.(result)
      },
      notify: () => undefined,
      nextHops: (query) => query.amount < (deed?.least ?? 0) ? [] : nextHops(routing, query),
      meetingPoints: (_asset, amount, direction) => meetingPoints(node, amount, direction),
      scored: (peer, id, delivered) => { scored(routing, peer, id, delivered) },
      channelsWith,
      assets: () => ASSETS,
      capacity: () => capacityOf(node),
      assetMax: () => MAX,
      peerOf: (channelId) => {
        const slot = slotOf(channelId)
        return peerOf(tail[slot] === node ? head[slot]! : tail[slot]!)
      },
      offer: (channelId, terms, origin) => offer(node, channelId, terms, origin),
      cancelOffer: () => false,
      fulfil: (_channelId, lockId, secret) => { end(lockId, { secret }) },
      fail: (_channelId, lockId, reason) => { end(lockId, { reason }) },
      offerState: () => 'live',
      feePolicy: () => FREE
    }
    return { host, routing, journal, timers }
  }

  const capacityOf = (node: number): { readonly spendable: Units, readonly receivable: Units } => {
    let spendable = 0
    let receivable = 0
    for (let slot = graph.offset[node]!; slot < graph.offset[node + 1]!; slot++) {
      spendable += balance[slot]!
      receivable += balance[mate[slot]!]!
    }
    return { spendable: asUnits(BigInt(spendable)), receivable: asUnits(BigInt(receivable)) }
  }

  return {
    nowMs: () => queue.nowMs,
    act: (node, mine, action) => {
      const before = deed
      deed = mine
      try {
        return step(node, action)
      } finally {
        deed = before
      }
    },
    pay: (node, mine, invoice, timeoutMs, done) => {
      const requestId = `r${counter++}` as RequestId
      answers.set(requestId, done)
      const before = deed
      deed = mine
      step(node, (host) => { payments.pay(host, requestId, { invoice, feeMax: ZERO, via: [], timeoutMs }) })
      deed = before
    },
    later: (delayMs, action) => { queue.schedule(queue.nowMs + delayMs, action) },
    next: () => queue.runNext(Infinity),
    forget: ({ nodes }) => {
      for (const node of nodes) {
        const actor = actors.get(node)
        if (actor === undefined || Object.values(payments.leftovers(actor.host)).some((left) => left > 0)) continue
        for (const clear of actor.timers.values()) clear()
        actors.delete(node)
      }
    },
    serves: (node, { ends }) => ends.has(node) || !faults.has(node)
  }
}

const EMPTY = new Uint8Array(32)
const NO_ROLES: ReadonlyMap<MeetingPointId, Uint8Array> = new Map()
