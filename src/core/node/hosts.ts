import type { ClockName, Draw, Env } from '../base/env.js'
import type { AssetId, ChannelId, MeetingPointId, OriginId, PeerId, RequestId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import { asUnits, UNITS_MAX } from '../base/money.js'
import { coin } from '../base/assets.js'
import { invariant } from '../base/invariant.js'
import type { Refusal } from '../base/step.js'
import { cancelOffer, capacity, failLock, fulfilLock, offerLock, offerState } from '../channel/channel.js'
import type { Channel } from '../channel/entity.js'
import type { ChannelMessage } from '../channel/messages.js'
import type { ChannelHost, ChannelOutcome } from '../channel/host.js'
import { feePolicyOf, judgeOpening } from '../link/judge.js'
import { clocksAgree } from '../link/ping.js'
import type { LinkHost } from '../link/host.js'
import type { LinkMessage } from '../link/messages.js'
import type { PaymentHost } from '../payment/host.js'
import type { RouteMessage } from '../payment/messages.js'
import { onHostedStopped } from '../payment/payment.js'
import type { PaymentTables } from '../payment/tables.js'
import { hosted, meetingPoints, nextHops, scored } from '../routing/routing.js'
import type { RoutingHost } from '../routing/host.js'
import type { ChainHost } from '../channel/host.js'
import { kindOf } from '../channel/kinds.js'
import type { ChainName } from '../wallet/chain-facts.js'
import type { WalletHost } from '../wallet/host.js'
import { freshScript } from '../wallet/addresses.js'
import { feeRate } from '../wallet/fees.js'
import { reserveFor } from '../wallet/wallet.js'
import { enforcedOn, heightsOf } from './chain-heights.js'
import type { ChainTables } from './chain-tables.js'
import type { CoreChain, NodeCoreOptions } from './core.js'
import type { Effect, Notice } from './events.js'
import type { NodeState } from './state.js'
import { endWatch, startWatch, WALLET } from './watching.js'
import { createChannelWaits, type ChannelWaits } from './waits.js'

/** The parts of a node, each seen by the others through a narrow host; and the step that is being made. */
export interface Hosts {
  readonly self: PeerId
  readonly channel: ChannelHost
  readonly link: LinkHost
  readonly routing: RoutingHost
  readonly payment: PaymentHost<RouteMessage, PaymentTables>
  readonly waits: ChannelWaits
  readonly connected: Set<PeerId>
  readonly env: Env
  readonly state: NodeState
  readonly chainTables: ChainTables
  readonly chains: ReadonlyMap<ChainName, CoreChain>
  /** Undefined: this node has no phrase, or follows no chain; then it has no enforced channels either. */
  readonly wallet: WalletHost | undefined
  /** Enforced channels at which something happened in this step: what follows from it on the chain is looked at when it ends. */
  readonly moved: Set<ChannelId>
  perform: (effect: Effect) => void
  /** The environment's heights are those of the blocks that were applied: told anew when one was. */
  heightsChanged: () => void
  /** Work that belongs to one channel: should an invariant fail, it is frozen and the others go on. */
  within: (channelId: ChannelId, action: () => void) => void
  begin: (env: Env, draw: Draw) => void
  /** Gives the step's effects. */
  end: () => readonly Effect[]
  nextOutcome: () => ChannelOutcome | undefined
  /** The channel that is being worked on, for the case that an invariant fails. */
  scope: () => string | undefined
  isLinked: (peer: PeerId) => boolean
  notify: (notice: Notice) => void
  drop: (peer: PeerId) => void
  setTimer: (key: string, atMs: number) => void
  clearTimer: (key: string) => void
  /** Answers a request, unless the answer is undefined and comes later. */
  answerNow: (requestId: RequestId, result: object | Refusal | undefined) => void
  answerWaits: (outcome: ChannelOutcome) => void
  /** Answers whoever waits at a channel. */
  endWaits: (channelId: ChannelId, result: Refusal) => void
  /** The routing host as seen at a time, outside a step. */
  routingAt: (env: Env) => RoutingHost
}

export function createHosts (options: NodeCoreOptions, self: PeerId, state: NodeState): Hosts {
  const { identitySecret, network, settings } = options
  const chains = new Map((options.chains ?? []).map((chain) => [chain.facts.chain, chain]))
  const moved = new Set<ChannelId>()
  const connected = new Set<PeerId>()
  const waits = createChannelWaits(state.journal)
  const seen: Seen = { env: undefined }
  let effects: Effect[] = []
  let outcomes: ChannelOutcome[] = []
  let given: Env | undefined
  let draw: Draw | undefined
  let scope: string | undefined

  const perform = (effect: Effect): void => { effects.push(effect) }
  const shared = {
    self,
    seen,
    draw (label: string) {
      invariant(draw !== undefined, 'randomness is drawn inside a step only')
      return draw(label)
    },
    isConnected: (peer: PeerId) => connected.has(peer),
    setTimer: (key: string, atMs: number) => { perform({ type: 'setTimer', key, atMs }) },
    clearTimer: (key: string) => { perform({ type: 'clearTimer', key }) },
    answer: (requestId: RequestId, result: object | Refusal) => { perform({ type: 'answer', requestId, result }) },
    notify: (notice: Notice) => { perform({ type: 'notify', notice }) }
  }
  const sendLink = (peer: PeerId, message: LinkMessage): void => {
    if (connected.has(peer)) perform({ type: 'send', peer, stream: 'link', message })
  }
  const isLinked = (peer: PeerId): boolean => state.link.links.get(peer)?.status === 'open'
  const openChannels = function * (peer?: PeerId): Iterable<Channel> {
    for (const channel of peer === undefined ? state.channel.channels.values() : state.channel.channels.group(peer).values()) {
      if (channel.status === 'open' && channel.frozen === undefined) yield channel
    }
  }
  const channelsWith = (peer: PeerId, asset: AssetId): ReadonlyArray<{ readonly id: ChannelId, readonly spendable: Units, readonly receivable: Units }> => {
    const usable = []
    for (const channel of openChannels(peer)) {
      if (channel.asset !== asset || state.channel.sessions.get(channel.id)?.ready !== true) continue
      const { spendable, receivable } = capacity(channelHost, channel.id)
      usable.push({ id: channel.id, spendable, receivable })
    }
    return usable.sort((a, b) => a.spendable > b.spendable ? -1 : a.spendable < b.spendable ? 1 : 0)
  }

  const sumCapacity = (asset: AssetId): { spendable: Units, receivable: Units } => {
    let spendable = 0n
    let receivable = 0n
    for (const channel of openChannels()) {
      if (channel.asset !== asset) continue
      const one = capacity(channelHost, channel.id)
      spendable += one.spendable
      receivable += one.receivable
    }
    return { spendable: capUnits(spendable), receivable: capUnits(receivable) }
  }
  const clockOf = (channelId: ChannelId): ClockName | undefined => {
    const channel = state.channel.channels.get(channelId)
    return channel === undefined ? undefined : kindOf(channel.state).clock(channel.state)
  }
  const coinMax = new Map((['btc', 'ltc'] as const).map((code) => coin(code, network.kind === 'mainnet' ? 'mainnet' : 'regtest')).map(({ id, max }) => [id, max]))

  const watching = { chainTables: state.chain, perform }
  const wallet: WalletHost | undefined = options.walletKeys === undefined || chains.size === 0
    ? undefined
    : host({
      ...shared,
      keys: options.walletKeys,
      chains: new Map([...chains.values()].map(({ facts }) => [facts.chain, facts])),
      tables: state.wallet,
      dustLimit: (chain: ChainName, script: Uint8Array) => chains.get(chain)?.dustLimit(script) ?? 0n,
      reserve: (chain: ChainName) => reserveFor(enforcedOn(state, chain)),
      watch: (chain: ChainName, watch: Parameters<WalletHost['watch']>[1]) => { startWatch(watching, WALLET, chain, watch) },
      unwatch: (chain: ChainName, watch: Parameters<WalletHost['watch']>[1]) => { endWatch(watching, WALLET, chain, watch) },
      broadcast: (chain: ChainName, txid: string, raw: Uint8Array) => { perform({ type: 'broadcast', chain, txids: [txid], raws: [raw] }) },
      askUnspent: (chain: ChainName, outpoint: Parameters<WalletHost['askUnspent']>[1]) => { perform({ type: 'askOutput', chain, outpoint }) },
      askHistory: (chain: ChainName, script: Uint8Array, fromHeight: number) => { perform({ type: 'askHistory', chain, of: { type: 'script', script }, fromHeight }) },
      askFeeRate: (chain: ChainName, targetBlocks: number) => { perform({ type: 'askFeeRate', chain, targetBlocks }) }
    })
  const chainOf = new Map((['btc', 'ltc'] as const).map((code) => [coin(code, network.kind === 'mainnet' ? 'mainnet' : 'regtest').id, code === 'btc' ? 'bitcoin' : 'litecoin'] as const))
  const chainHost = (of: WalletHost): ChainHost => ({
    terms (asset) {
      const clock = chainOf.get(asset)
      const chain = clock === undefined ? undefined : chains.get(clock)
      return chain === undefined ? undefined : { clock: chain.facts.chain, formats: state.chain.news.get(chain.facts.chain)?.formats ?? [], confirmations: chain.confirmations }
    },
    payoutScript: (clock) => freshScript(of, clock, 'change'),
    feeRatePerKvb (clock, targetBlocks) {
      const facts = of.chains.get(clock)
      invariant(facts !== undefined, 'an enforced channel is of a chain that the node has')
      return feeRate(of, facts, targetBlocks)
    }
  })

  const channelHost: ChannelHost = host({
    ...shared,
    identitySecret,
    ...(wallet === undefined ? {} : { chain: chainHost(wallet) }),
    ...state.channel,
    send: (peer: PeerId, message: ChannelMessage) => {
      if (connected.has(peer)) perform({ type: 'send', peer, stream: 'channel', message })
    },
    outcome: (outcome: ChannelOutcome) => { outcomes.push(outcome) },
    judgeOpening: (peer: PeerId, opening: Parameters<ChannelHost['judgeOpening']>[1]) => judgeOpening(linkHost, peer, opening),
    clocksAgree: (peer: PeerId) => clocksAgree(linkHost, peer)
  })
  const linkHost: LinkHost = host({
    ...shared,
    settings: { pingMs: settings.pingMs, pingTimeoutMs: settings.pingTimeoutMs, acceptLinks: settings.acceptLinks },
    tables: state.link,
    send: sendLink,
    keep: (peer: PeerId, addresses: readonly string[]) => { perform({ type: 'keep', peer, addresses }) },
    release: (peer: PeerId) => { perform({ type: 'release', peer }) },
    drop: (peer: PeerId) => { perform({ type: 'drop', peer }) },
    channelCount: (peer: PeerId) => state.channel.channels.group(peer).size
  })
  const routing = {
    ...shared,
    identitySecret,
    network,
    pacing: settings.pacing,
    duty: settings.duty,
    tables: state.routing,
    send: sendLink,
    linkPeers: () => [...state.link.links.values()].filter(({ status }) => status === 'open').map(({ peer }) => ({ peer, connected: connected.has(peer) })),
    channelsWith,
    assets: () => assetsOf(openChannels()),
    peerOf: (channelId: ChannelId) => state.channel.channels.get(channelId)?.peer,
    announce: (bytes: Uint8Array) => { perform({ type: 'announce', bytes }) },
    ended: (id: MeetingPointId) => { onHostedStopped(payment, id) },
    findMeetingPoint: (id: string) => { perform({ type: 'findMeetingPoint', id }) }
  }
  const routingHost: RoutingHost = host(routing)
  const later: Seen = { env: undefined }
  const routingLater: RoutingHost = host({ ...routing, seen: later })
  const payment: PaymentHost<RouteMessage, PaymentTables> = host({
    ...shared,
    network,
    settings: settings.payment,
    tables: state.payment,
    hostedNow: () => hosted(routingHost),
    sendRoute: (peer: PeerId, message: RouteMessage) => {
      if (!connected.has(peer)) return false
      perform({ type: 'send', peer, stream: 'route', message })
      return true
    },
    nextHops: (query: Parameters<PaymentHost<RouteMessage, PaymentTables>['nextHops']>[0]) => nextHops(routingHost, query),
    meetingPoints: (asset: AssetId, amount: Units, direction: 'to' | 'from') => meetingPoints(routingHost, asset, amount, direction),
    scored: (peer: PeerId, id: Parameters<PaymentHost<RouteMessage, PaymentTables>['scored']>[1], delivered: boolean) => { scored(routingHost, peer, id, delivered) },
    channelsWith,
    assets: () => assetsOf(openChannels()),
    capacity: (asset: AssetId) => sumCapacity(asset),
    assetMax: (asset: AssetId) => coinMax.get(asset) ?? asUnits(UNITS_MAX),
    peerOf: (channelId: ChannelId) => state.channel.channels.get(channelId)?.peer,
    clockOf,
    offer: (channelId: ChannelId, terms: Parameters<typeof offerLock>[2], origin: OriginId) => offerLock(channelHost, channelId, terms, origin),
    cancelOffer: (origin: OriginId) => cancelOffer(channelHost, origin),
    fulfil: (channelId: ChannelId, lockId: number, secret: Uint8Array) => { fulfilLock(channelHost, channelId, lockId, secret) },
    fail: (channelId: ChannelId, lockId: number, reason: Parameters<typeof failLock>[3]) => { failLock(channelHost, channelId, lockId, reason) },
    offerState: (origin: OriginId) => offerState(channelHost, origin),
    feePolicy: (peer: PeerId) => feePolicyOf(linkHost, peer),
    isNeighbour: isLinked
  })
  const own: Omit<Hosts, 'env'> = {
    self,
    state,
    chainTables: state.chain,
    chains,
    wallet,
    moved,
    perform,
    heightsChanged () { if (given !== undefined) seen.env = heightsOf(chains, state.chain, given) },
    within (channelId, action) {
      const before = scope
      scope = channelId
      action()
      scope = before
    },
    channel: channelHost,
    link: linkHost,
    routing: routingHost,
    payment,
    waits,
    connected,
    begin (stepEnv, stepDraw) {
      given = stepEnv
      seen.env = heightsOf(chains, state.chain, stepEnv)
      draw = stepDraw
      moved.clear()
      effects = []
      outcomes = []
      scope = undefined
    },
    end () {
      draw = undefined
      return effects
    },
    nextOutcome () {
      const outcome = outcomes.shift()
      if (outcome !== undefined) scope = outcome.channelId
      return outcome
    },
    scope: () => scope,
    isLinked,
    notify: shared.notify,
    drop: (peer) => { perform({ type: 'drop', peer }) },
    setTimer: shared.setTimer,
    clearTimer: shared.clearTimer,
    answerNow (requestId, result) { if (result !== undefined) shared.answer(requestId, result) },
    endWaits (channelId, result) { waits.end(channelId, result, shared.answer) },
    answerWaits (outcome) { waits.onOutcome(outcome, state.channel.channels.get(outcome.channelId), shared.answer) },
    routingAt (at) {
      later.env = at
      return routingLater
    }
  }
  return host({ ...own, seen })
}

/** A sum over channels can be more than one amount may be. */
const capUnits = (sum: bigint): Units => asUnits(sum > UNITS_MAX ? UNITS_MAX : sum)

function assetsOf (channels: Iterable<Channel>): ReadonlySet<AssetId> {
  const assets = new Set<AssetId>()
  for (const { asset } of channels) assets.add(asset)
  return assets
}

/** What hosts see of a step: its environment, or that of the last one for those who only look. */
interface Seen { env: Env | undefined }

/**
 * Getters of hosts. They are the same functions for every node: objects whose getters differ share no shape, and then
 * each of their properties is looked up by its name, which is slow in a process that runs many nodes.
 */
const GETTERS = {
  get env (): Env {
    const { env } = (this as unknown as { readonly seen: Seen }).seen
    invariant(env !== undefined, 'a node makes a step before it is looked at')
    return env
  },
  get hosted (): ReturnType<typeof hosted> { return (this as unknown as { readonly hostedNow: () => ReturnType<typeof hosted> }).hostedNow() }
}

const host = <H extends { readonly seen: Seen }>(own: H): Omit<H, 'seen'> & typeof GETTERS => Object.setPrototypeOf(own, GETTERS) as H & typeof GETTERS
