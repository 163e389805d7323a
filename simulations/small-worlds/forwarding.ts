import type { AssetId, ChannelId, MeetingPointId, RouteId } from '../../src/core/base/ids.js'
import { asUnits, UNITS_MAX } from '../../src/core/base/money.js'
import { cancelOffer, capacity, failLock, fulfilLock, offerLock, offerState } from '../../src/core/channel/channel.js'
import type { ChannelOutcome } from '../../src/core/channel/host.js'
import { networkOf } from '../../src/core/node/genesis.js'
import { defaultSettings } from '../../src/core/node/settings.js'
import * as payments from '../../src/core/payment/payment.js'
import { RATE_ONE, type Quote } from '../../src/core/payment/quote.js'
import { restart } from '../../src/core/payment/restart.js'
import { routeKey, type Half, type Host } from '../../src/core/payment/tables.js'
import type { Identity, Tools } from './member.js'

const NETWORK = networkOf('simulation', 'regtest')
const { payment: SETTINGS } = defaultSettings('private')
const POINT = new Uint8Array(33).fill(2)

/** The payment machines of a member between two others: the production code, without searches. */
function paymentHost ({ channel, payment: tables, connected }: Tools): Host {
  const channelsWith: Host['channelsWith'] = (peer, asset) => [...channel.channels.group(peer).values()].flatMap((each) => {
    if (each.asset !== asset || each.status !== 'open' || channel.sessions.get(each.id)?.ready !== true) return []
    const { spendable, receivable } = capacity(channel, each.id)
    return [{ id: each.id, spendable, receivable }]
  })
  return {
    env: channel.env,
    draw: channel.draw,
    self: channel.self,
    network: NETWORK,
    settings: SETTINGS,
    tables,
    hosted: new Map(),
    sendRoute: (peer) => connected.has(peer),
    isConnected: (peer) => connected.has(peer),
    setTimer: () => {},
    clearTimer: () => {},
    answer: () => {},
    notify: () => {},
    nextHops: () => [],
    meetingPoints: () => [],
    scored: () => {},
    channelsWith,
    assets: () => new Set(),
    capacity: () => ({ spendable: asUnits(0n), receivable: asUnits(0n) }),
    assetMax: () => asUnits(UNITS_MAX),
    peerOf: (id) => channel.channels.get(id)?.peer,
    offer: (id, terms, origin) => offerLock(channel, id, terms, origin),
    cancelOffer: (origin) => cancelOffer(channel, origin),
    fulfil: (id, lockId, secret) => { fulfilLock(channel, id, lockId, secret) },
    fail: (id, lockId, reason) => { failLock(channel, id, lockId, reason) },
    offerState: (origin) => offerState(channel, origin),
    feePolicy: () => ({ base: asUnits(0n), ppm: 0 })
  }
}

/** What the node step does about an outcome of a channel. */
export function onForwarderOutcome (tools: Tools, outcome: ChannelOutcome): void {
  const host = paymentHost(tools)
  switch (outcome.type) {
    case 'lockReceived': payments.onLockReceived(host, outcome.channelId, outcome.lock); break
    case 'secretLearnt': payments.onSecretLearnt(host, outcome.channelId, outcome.lock, outcome.secret); break
    case 'offerFailed': payments.onOfferFailed(host, outcome.origin, outcome.reason, outcome.sent); break
    case 'offerSettled': payments.onOfferSettled(host, outcome.origin); break
    case 'lockRemoved': payments.onLockRemoved(host, outcome.channelId, outcome.id, outcome.how); break
    default: break
  }
}

export const restartForwarder = (tools: Tools): void => { restart(paymentHost(tools)) }
export const forwarderConnected = (tools: Tools, peer: Identity): void => { payments.onPeerConnected(paymentHost(tools), peer.peer) }
export const forwarderDisconnected = (tools: Tools, peer: Identity): void => { payments.onPeerDisconnected(paymentHost(tools), peer.peer) }

/** What a route that was found leaves at a hop of the payer's half. */
export interface FoundRoute {
  readonly from: Identity
  readonly to: Identity
  readonly channelId: ChannelId
  readonly asset: AssetId
  /** As the neighbour before, and the one behind, know it. */
  readonly routeIn: RouteId
  readonly routeOut: RouteId
  readonly tweak: Uint8Array
  readonly feeBase: bigint
  /** What this hop, and the way behind it, ask for. */
  readonly deltaSeconds: number
  readonly nextDeltaSeconds: number
  readonly validUntil: number
}

/** Puts the half of a route that was found into the tables. */
export function placeRoute ({ payment }: Tools, route: FoundRoute): void {
  const quote = (base: bigint, expiryDeltaSeconds: number): Quote => ({
    assetIn: route.asset, assetOut: route.asset, rate: RATE_ONE, base: asUnits(base), minOut: asUnits(1n), maxOut: asUnits(1_000n), expiryDeltaSeconds, validUntil: route.validUntil
  })
  const own = quote(route.feeBase, route.deltaSeconds)
  const half: Half = {
    id: 'aa'.repeat(16),
    side: 'payer',
    from: { type: 'link', peer: route.from.peer, routeId: route.routeIn, pair: { k1: POINT, k2: POINT }, token: { c1: POINT, c2: POINT }, identity: undefined, waypoints: [], turning: false },
    meetingPoint: '02'.repeat(33) as MeetingPointId,
    asset: route.asset,
    amount: asUnits(1n),
    amountTold: asUnits(1n),
    hopsLeft: 1,
    forwardsLeft: 1,
    detoursLeft: 0,
    deadlineMs: route.validUntil * 1_000,
    tried: [],
    lastReason: 'no-way',
    next: quote(0n, route.nextDeltaSeconds),
    own,
    quote: own,
    place: { status: 'routed', to: { peer: route.to.peer, routeId: route.routeOut, given: 1 }, channelId: route.channelId, own, tweak: route.tweak }
  }
  payment.halves.set(half.id, half)
  payment.inward.set(routeKey(route.from.peer, route.routeIn), { half: half.id })
  payment.outward.set(routeKey(route.to.peer, route.routeOut), { half: half.id })
}
