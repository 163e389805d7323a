import { toHex, utf8Bytes } from '../../src/core/base/bytes.js'
import { sha256 } from '../../src/core/base/hash.js'
import type { AssetId, ChannelId, OriginId, PeerId, RouteId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { expireLocks, failLock, fulfilLock, offerLock, offerState, onChannelMessage, onPeerConnected, onPeerDisconnected, openTrustLine, restart, startRounds } from '../../src/core/channel/channel.js'
import type { ChannelOutcome } from '../../src/core/channel/host.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import { addScalars, mulG } from '../../src/core/crypto/curve.js'
import { scalarOf } from '../../src/core/crypto/scalar.js'
import type { Action, Space } from './explore.js'
import { forwarderConnected, forwarderDisconnected, onForwarderOutcome, placeRoute, restartForwarder } from './forwarding.js'
import { contentText, createStepper, identityOf, memberNumbers, NEW_MEMBER, reloaded, revealed, sync, type Identity, type Tools } from './member.js'
import { FEE, LIMIT, type LineOptions, type State } from './state.js'
import { checkState, checkLeaf } from './verdict.js'

const ASSET = '11'.repeat(32) as AssetId
const START_SECONDS = 1_767_225_600
/** When locks end: the one that is sent on, and the one before it. */
const [OUT_SECONDS, IN_SECONDS] = [START_SECONDS + 1_800, START_SECONDS + 2_400]
/** The three moments of a world: at the start; when a lock that was sent on is over; when all are. */
const MOMENTS = [START_SECONDS, OUT_SECONDS + 61, IN_SECONDS + 61]
const FORWARD_DELTA_SECONDS = 660
const TWEAK = scalarOf(sha256(utf8Bytes('tweak')))
const SECRETS = [0, 1].map((payment) => scalarOf(sha256(utf8Bytes(`secret ${payment}`))))

const originOf = (payment: number): OriginId => toHex(sha256(utf8Bytes(`origin ${payment}`))).slice(0, 32) as OriginId
const routeOf = (hop: string): RouteId => toHex(sha256(utf8Bytes(`route ${hop}`))).slice(0, 32) as RouteId
const paymentOf = (origin: OriginId, count: number): number => Array.from({ length: count }, (_, index) => index).findIndex((index) => originOf(index) === origin)

/** All that may happen to payments on a line of two or three nodes, and what must hold. */
export function lineSpace (options: LineOptions): Space<State> {
  const { nodes, payments } = options
  const identities = Array.from({ length: nodes }, (_, index) => identityOf(index))
  const indexOf = new Map(identities.map(({ peer, index }) => [peer, index]))
  const links = nodes - 1
  const moments = options.time ? links : 0
  const isForwarder = (index: number): boolean => nodes === 3 && index === 1
  const memberNumber = memberNumbers()
  const messageNumber = new WeakMap<ChannelMessage, string>()
  const textOf = (message: ChannelMessage): string => {
    let text = messageNumber.get(message)
    if (text === undefined) messageNumber.set(message, text = toHex(sha256(utf8Bytes(contentText(message)))).slice(0, 16))
    return text
  }

  // ---- What a node does ----

  function onOutcome (tools: Tools, outcome: ChannelOutcome): void {
    if (isForwarder(tools.identity.index)) { onForwarderOutcome(tools, outcome); return }
    const { channel, marks } = tools
    switch (outcome.type) {
      case 'lockReceived': {
        const { id, amount } = outcome.lock.terms
        const payment = payments.findIndex((each, index) => each.to === tools.identity.index && each.amount === amount && !marks.has(`known/${index}`))
        marks.set(`received/${id}`, { payment })
        marks.set(`known/${payment}`, { payment })
        const { answer } = payments[payment]!
        if (answer === 'fulfil') fulfilLock(channel, outcome.channelId, id, SECRETS[payment]!)
        if (answer === 'fail') failLock(channel, outcome.channelId, id, 'refused')
        break
      }
      case 'lockRemoved': {
        const { payment } = marks.get(`received/${outcome.id}`)!
        marks.delete(`received/${outcome.id}`)
        marks.set(`${outcome.how === 'fulfilled' ? 'gained' : 'lost'}/${payment}`, { payment })
        break
      }
      case 'secretLearnt': case 'offerSettled': case 'offerFailed': {
        const origin = outcome.type === 'secretLearnt' ? outcome.lock.origin! : outcome.origin
        const payment = paymentOf(origin, payments.length)
        marks.set(`${outcome.type === 'secretLearnt' ? 'learnt' : outcome.type === 'offerSettled' ? 'settled' : 'failed'}/${payment}`, { payment })
        break
      }
      default: break
    }
  }

  function offer (tools: Tools, index: number): void {
    const { channel, marks } = tools
    const { to, amount } = payments[index]!
    const next = identities[nodes === 3 ? 1 : to]!
    const line = [...channel.channels.group(next.peer).values()][0]!
    if (marks.has(`offered/${index}`) || channel.sessions.get(line.id)?.ready !== true) return
    const secret = nodes === 3 ? addScalars(SECRETS[index]!, TWEAK) : SECRETS[index]!
    const terms = {
      amount: asUnits(nodes === 3 ? amount + FEE : amount),
      expiry: { clock: 'unix', value: nodes === 3 ? IN_SECONDS : OUT_SECONDS },
      point: mulG(secret),
      routeId: routeOf('in'),
      message: new Uint8Array(160),
      onion: new Uint8Array(0)
    } as const
    marks.set(`offered/${index}`, { payment: index })
    if (isRefusal(offerLock(channel, line.id, terms, originOf(index)))) marks.set(`failed/${index}`, { payment: index })
  }

  function restartMember (tools: Tools): void {
    restart(tools.channel)
    if (isForwarder(tools.identity.index)) { restartForwarder(tools); return }
    for (const index of payments.keys()) {
      const ended = tools.marks.has(`settled/${index}`) || tools.marks.has(`failed/${index}`)
      if (tools.marks.has(`offered/${index}`) && !ended && offerState(tools.channel, originOf(index)) === 'none') tools.marks.set(`failed/${index}`, { payment: index })
    }
  }

  const claim = (tools: Tools, payment: number): void => {
    for (const { channelId, terms, offeredBy } of [...tools.channel.locks.values()]) {
      if (offeredBy === 'remote' && tools.marks.get(`received/${terms.id}`)?.payment === payment) fulfilLock(tools.channel, channelId, terms.id, SECRETS[payment]!)
    }
  }

  const steppers = identities.map((identity) => createStepper(identity, onOutcome))

  // ---- What happens in the world ----

  const connectedTo = (state: State, index: number): ReadonlySet<PeerId> => {
    const peers = new Set<PeerId>()
    if (index > 0 && state.up[index - 1] === true) peers.add(identities[index - 1]!.peer)
    if (state.up[index] === true) peers.add(identities[index + 1]!.peer)
    return peers
  }
  const stepped = (state: State, index: number, action: (tools: Tools) => void): State => {
    const before = state.members[index]!
    const after = steppers[index]!(before, MOMENTS[state.time]! * 1_000, connectedTo(state, index), action)
    return after === before ? state : { ...state, members: state.members.with(index, after) }
  }
  /** What waits becomes durable, and what it held back leaves. */
  const synced = (state: State, index: number): State => {
    const waiting = state.members[index]!
    const { member, sends } = options.plant === undefined ? sync(waiting) : revealed(waiting)
    if (member === state.members[index]) return state
    const wires = state.wires.map((wire) => [...wire])
    for (const { to, message } of sends) {
      const other = indexOf.get(to)!
      const link = Math.min(index, other)
      if (state.up[link] === true) wires[2 * link + (other > index ? 0 : 1)]!.push(message)
    }
    return { ...state, members: state.members.with(index, member), wires }
  }
  const flushed = (state: State, index: number): State => {
    const started = stepped(state, index, ({ channel }) => { startRounds(channel) })
    // The ends that a round could not take are handled, and may start another channel's round.
    return synced(isForwarder(index) ? stepped(started, index, ({ channel }) => { startRounds(channel) }) : started, index)
  }
  const delivered = (state: State, wire: number): State => {
    const [message, ...rest] = state.wires[wire]!
    const link = wire >> 1
    const [from, to] = wire % 2 === 0 ? [link, link + 1] : [link + 1, link]
    return stepped({ ...state, wires: state.wires.with(wire, rest) }, to, ({ channel }) => { onChannelMessage(channel, identities[from]!.peer, message!) })
  }
  const told = (state: State, index: number, other: Identity, up: boolean): State => stepped(state, index, (tools) => {
    if (up) onPeerConnected(tools.channel, other.peer)
    else onPeerDisconnected(tools.channel, other.peer)
    if (isForwarder(index)) up ? forwarderConnected(tools, other) : forwarderDisconnected(tools, other)
  })
  const isolated = (state: State, link: number): State => ({
    ...state, up: state.up.with(link, false), wires: state.wires.map((wire, index) => index >> 1 === link ? [] : wire)
  })
  const cut = (state: State, link: number): State => {
    const down = isolated(state, link)
    return told(told(down, link, identities[link + 1]!, false), link + 1, identities[link]!, false)
  }
  const connect = (state: State, link: number): State => {
    const up = { ...state, up: state.up.with(link, true) }
    return told(told(up, link, identities[link + 1]!, true), link + 1, identities[link]!, true)
  }
  /** The process dies, and another one starts from what the medium holds. */
  const crashed = (state: State, index: number): State => {
    let after: State = { ...state, members: state.members.with(index, reloaded(state.members[index]!)) }
    for (const link of [index - 1, index]) {
      if (link < 0 || link >= links || state.up[link] !== true) continue
      const other = link === index ? index + 1 : link
      after = told(isolated(after, link), other, identities[index]!, false)
    }
    return synced(stepped(after, index, restartMember), index)
  }

  const isQuiet = (state: State): boolean => state.up.every(Boolean) && state.wires.every(({ length }) => length === 0) && identities.every(({ index }) =>
    flushed(state, index) === state && stepped(state, index, ({ channel }) => { expireLocks(channel) }) === state)

  function * actions (state: State): Generator<Action<State>, undefined> {
    const happens = (name: string, next: () => State, isFault = false): Action<State> => ({ name, next, isFault })
    for (const [wire, { length }] of state.wires.entries()) if (length > 0) yield happens(`deliver ${wire}`, () => delivered(state, wire))
    for (let index = 0; index < nodes; index++) {
      yield happens(`flush ${index}`, () => flushed(state, index))
      if (state.time > 0) yield happens(`expire ${index}`, () => stepped(state, index, ({ channel }) => { expireLocks(channel) }))
      if (state.crashes > 0) {
        const less = { ...state, crashes: state.crashes - 1 }
        yield happens(`crash ${index}`, () => crashed(less, index), true)
        // The batch that waited has reached the medium, and nobody was told.
        if (state.members[index]!.pending !== undefined) yield happens(`crash ${index} written`, () => crashed({ ...less, members: state.members.with(index, sync(state.members[index]!).member) }, index), true)
      }
    }
    for (let link = 0; link < links; link++) {
      if (state.up[link] !== true) yield happens(`connect ${link}`, () => connect(state, link))
      else if (state.cuts > 0) yield happens(`cut ${link}`, () => cut({ ...state, cuts: state.cuts - 1 }, link), true)
    }
    for (const [index, { from, to, answer }] of payments.entries()) {
      yield happens(`offer ${index}`, () => stepped(state, from, (tools) => { offer(tools, index) }))
      if (answer === 'late') yield happens(`claim ${index}`, () => stepped(state, to, (tools) => { claim(tools, index) }))
    }
    // Between the two ends lie ten minutes: what can happen without a fault has happened by then.
    if (state.time < moments && (state.time === 0 || isQuiet(state))) yield happens('time', () => ({ ...state, time: state.time + 1 }))
  }

  function opened (): State {
    let state: State = { members: identities.map(() => NEW_MEMBER), wires: Array.from({ length: 2 * links }, () => []), up: Array.from({ length: links }, () => true), time: 0, cuts: options.cuts, crashes: options.crashes }
    const channels: ChannelId[] = []
    for (let link = 0; link < links; link++) {
      const { peer } = identities[link + 1]!
      state = synced(stepped(state, link, ({ channel }) => {
        const id = openTrustLine(channel, { peer, asset: ASSET, limit: asUnits(LIMIT), amount: asUnits(LIMIT) })
        if (isRefusal(id)) throw new Error(id.refused)
        channels.push(id)
      }), link)
      state = synced(delivered(state, 2 * link), link + 1)
      state = synced(delivered(state, 2 * link + 1), link)
    }
    return nodes === 2 ? state : synced(stepped(state, 1, (tools) => {
      placeRoute(tools, {
        from: identities[0]!, to: identities[2]!, channelId: channels[1]!, asset: ASSET, routeIn: routeOf('in'), routeOut: routeOf('out'), tweak: TWEAK, feeBase: FEE, deltaSeconds: FORWARD_DELTA_SECONDS, nextDeltaSeconds: 900, validUntil: IN_SECONDS
      })
    }), 1)
  }

  return {
    start: opened(),
    keyOf: (state) => `${state.members.map(memberNumber).join(' ')}|${state.wires.map((wire) => wire.map(textOf).join(' ')).join('|')}|${state.up.map(Number).join('')} ${state.time} ${state.cuts} ${state.crashes}`,
    actions,
    check: (state, isLeaf) => checkState(state, identities) ?? (isLeaf ? checkLeaf(state, identities, options) : undefined)
  }
}
