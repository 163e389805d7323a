import { toHex, utf8Bytes } from '../../../src/core/base/bytes.js'
import { drawFrom } from '../../../src/core/base/env.js'
import { sha256 } from '../../../src/core/base/hash.js'
import { peerIdOfPublicKey, type AssetId, type ChannelId, type OriginId, type PeerId, type RouteId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isFault, isRefusal } from '../../../src/core/base/step.js'
import { newJournal, rollBack, type Change, type Journal } from '../../../src/core/base/table.js'
import { onChannelMessage, onPeerConnected, onPeerDisconnected, openTrustLine, restart, startRounds } from '../../../src/core/channel/channel.js'
import type { Channel, TrustLineState } from '../../../src/core/channel/entity.js'
import type { ChainHost, ChannelHost, ChannelOutcome } from '../../../src/core/channel/host.js'
import { channelLayout } from '../../../src/core/channel/layout.js'
import { lockLayout, type Lock, type LockKey, type LockTerms } from '../../../src/core/channel/lock.js'
import type { ChannelMessage } from '../../../src/core/channel/messages.js'
import { createChannelTables, type ChannelTables } from '../../../src/core/channel/tables.js'
import { mulG } from '../../../src/core/crypto/curve.js'
import { scalarOf } from '../../../src/core/crypto/scalar.js'
import { decodeChannel, encodeChannel } from '../../../protocols/channel/codec.js'

export const ASSET = '11'.repeat(32) as AssetId
/** 2026-01-01, in seconds. */
export const START_SECONDS = 1_767_225_600

/** What one step left to be made durable, and what is held back until then. */
interface Batch {
  readonly changes: ReadonlyArray<{ readonly key: string, readonly value: Uint8Array | undefined }>
  readonly sends: readonly ChannelMessage[]
  readonly outcomes: readonly ChannelOutcome[]
}

/** One end of a link: a channel host over tables, with a store that may lag behind. */
export interface End {
  readonly name: string
  readonly self: PeerId
  host: ChannelHost
  /** Outcomes whose step is durable. */
  readonly outcomes: ChannelOutcome[]
  /** Outcomes of all steps, also of those that a crash took back. */
  readonly seen: ChannelOutcome[]
  readonly store: Map<string, Uint8Array>
  /** Called in the same step as the outcome. */
  onOutcome: (outcome: ChannelOutcome) => void
  accepts: boolean
  /** The chain that this end follows, if any; its height is the world's. */
  chain: ChainHost | undefined
  clocksAgree: boolean
  /** Seconds that this end's clock is ahead. */
  aheadSeconds: number
  /** Runs one step; what it sends waits for {@link End.sync}. */
  step: <T>(action: (host: ChannelHost) => T) => T
  readonly unsynced: Batch[]
  /** Makes the oldest batches durable and lets out what they hold back. */
  sync: (count?: number) => void
  /** Forgets all that is not durable, and loads what is. */
  reload: () => void
}

export interface TwoEnds {
  readonly alice: End
  readonly bob: End
  /** Encoded frames on their way, oldest first. */
  readonly toBob: Uint8Array[]
  readonly toAlice: Uint8Array[]
  connected: boolean
  seconds: number
  /** Of the chain, for ends that follow one. */
  height: number
  /** The chain that they follow. */
  clock: 'bitcoin' | 'litecoin'
  /** Every message that left an end. */
  readonly sent: Array<{ readonly from: End, readonly message: ChannelMessage }>
  connect: () => void
  disconnect: () => void
  /** One end loses all that is not durable; the other sees the connection go. */
  crash: (end: End) => void
  /** Delivers the oldest frame to an end; false when there is none. */
  deliver: (to: End) => boolean
  /** Syncs, delivers and starts rounds until nothing moves. */
  settle: () => void
  peerOf: (end: End) => End
}

const secretNumbered = (n: number): Uint8Array => scalarOf(sha256(utf8Bytes(`secret ${n}`)))

/** The secret of the lock with a number, and its terms without id. */
export function lockNumbered (n: number, amount: bigint, expirySeconds: number): { readonly secret: Uint8Array, readonly terms: Omit<LockTerms, 'id'>, readonly origin: OriginId } {
  const secret = secretNumbered(n)
  const mark = toHex(sha256(utf8Bytes(`mark ${n}`)))
  return {
    secret,
    origin: mark.slice(0, 32) as OriginId,
    terms: {
      amount: asUnits(amount),
      expiry: { clock: 'unix', value: expirySeconds },
      point: mulG(secret),
      routeId: mark.slice(32) as RouteId,
      message: new Uint8Array(160).fill(n & 0xff),
      onion: new Uint8Array(0)
    }
  }
}

function createEnd (name: string, world: TwoEnds, deliverTo: () => Uint8Array[]): End {
  const identitySecret = scalarOf(sha256(utf8Bytes(name)))
  const self = peerIdOfPublicKey(mulG(identitySecret))
  let steps = 0
  let journal: Journal
  let sends: ChannelMessage[] = []
  let outcomes: ChannelOutcome[] = []

  const newHost = (): ChannelHost => {
    journal = newJournal()
    const tables: ChannelTables = createChannelTables(journal)
    for (const [key, bytes] of end.store) {
      const [table, id] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]
      if (table === 'channel') tables.channels.load(id as ChannelId, channelLayout.decode(bytes))
      else tables.locks.load(id as LockKey, lockLayout.decode(bytes))
    }
    return {
      ...tables,
      get env () { return { nowMs: (world.seconds + end.aheadSeconds) * 1000, heights: end.chain === undefined ? {} : { [world.clock]: world.height }, entropy: sha256(utf8Bytes(`${name} ${steps}`)) } },
      draw: (label) => drawFrom(sha256(utf8Bytes(`${name} ${steps}`)))(label),
      self,
      identitySecret,
      send: (_peer, message) => { sends.push(message) },
      outcome: (outcome) => { outcomes.push(outcome) },
      judgeOpening: () => end.accepts ? { accept: true } : { accept: false, reason: 'not-accepted' },
      clocksAgree: () => end.clocksAgree,
      ...(end.chain === undefined ? {} : { chain: end.chain })
    }
  }
  const end: End = {
    name,
    self,
    host: undefined as unknown as ChannelHost,
    outcomes: [],
    seen: [],
    store: new Map(),
    onOutcome: () => {},
    accepts: true,
    chain: undefined,
    clocksAgree: true,
    aheadSeconds: 0,
    unsynced: [],
    step (action) {
      steps++
      sends = []
      outcomes = []
      let result
      try {
        result = action(end.host)
        for (let i = 0; i < outcomes.length; i++) end.onOutcome(outcomes[i]!)
      } catch (error) {
        rollBack(journal)
        throw error
      }
      const changes = [...journal.changes.values()].map((change: Change) => ({ key: change.key, value: change.value === undefined ? undefined : change.layout.encode(change.value) }))
      journal.undo.length = 0
      journal.changes.clear()
      end.seen.push(...outcomes)
      end.unsynced.push({ changes, sends, outcomes })
      return result
    },
    sync (count = end.unsynced.length) {
      for (const { changes, sends, outcomes } of end.unsynced.splice(0, count)) {
        for (const { key, value } of changes) value === undefined ? end.store.delete(key) : end.store.set(key, value)
        end.outcomes.push(...outcomes)
        for (const message of sends) {
          if (!world.connected) continue
          world.sent.push({ from: end, message })
          deliverTo().push(encodeChannel(message))
        }
      }
    },
    reload () {
      end.unsynced.length = 0
      end.host = newHost()
      end.step(restart)
    }
  }
  end.host = newHost()
  return end
}

/** Two ends with nothing between them yet. */
export function twoEnds (names: readonly [string, string] = ['alice', 'bob']): TwoEnds {
  /** Cuts the connection, which the ends given notice. */
  const cut = (ends: readonly End[]): void => {
    if (!world.connected) return
    world.connected = false
    world.toBob.length = 0
    world.toAlice.length = 0
    for (const end of ends) {
      end.step((host) => { onPeerDisconnected(host, world.peerOf(end).self) })
      // What a step of the old connection still holds back is not sent on the next one.
      end.sync()
    }
  }
  const world: TwoEnds = {
    alice: undefined as unknown as End,
    bob: undefined as unknown as End,
    toBob: [],
    toAlice: [],
    connected: false,
    seconds: START_SECONDS,
    height: 1_000,
    clock: 'bitcoin',
    sent: [],
    connect () {
      if (world.connected) return
      world.connected = true
      for (const end of [world.alice, world.bob]) end.step((host) => { onPeerConnected(host, world.peerOf(end).self) })
    },
    disconnect () { cut([world.alice, world.bob]) },
    crash (end) {
      cut([world.peerOf(end)])
      end.reload()
    },
    deliver (to) {
      const frame = (to === world.bob ? world.toBob : world.toAlice).shift()
      if (frame === undefined) return false
      const message = decodeChannel(frame)
      if (isFault(message)) throw new Error(`${message.requirement}: ${message.detail}`)
      to.step((host) => { onChannelMessage(host, world.peerOf(to).self, message) })
      return true
    },
    settle () {
      for (let turn = 0; turn < 1_000; turn++) {
        for (const end of [world.alice, world.bob]) end.sync()
        const moved = [world.deliver(world.bob), world.deliver(world.alice)].includes(true)
        for (const end of [world.alice, world.bob]) end.step(startRounds)
        if (!moved && [world.alice, world.bob].every(({ unsynced }) => unsynced.every(({ sends }) => sends.length === 0))) {
          for (const end of [world.alice, world.bob]) end.sync()
          return
        }
      }
      throw new Error('the two ends do not come to rest')
    },
    peerOf: (end) => end === world.alice ? world.bob : world.alice
  }
  return Object.assign(world, {
    alice: createEnd(names[0], world, () => world.toBob),
    bob: createEnd(names[1], world, () => world.toAlice)
  })
}

/** Two connected ends with an open trust line: the acceptor may owe alice `limit`, alice may owe bob `amount`. */
export function openLine (limit = 1_000n, amount = 1_000n, world = twoEnds()): { readonly world: TwoEnds, readonly alice: End, readonly bob: End, readonly id: ChannelId } {
  const { alice, bob } = world
  world.connect()
  const id = alice.step((host) => openTrustLine(host, { peer: bob.self, asset: ASSET, limit: asUnits(limit), amount: asUnits(amount) }))
  if (isRefusal(id)) throw new Error(id.refused)
  world.settle()
  return { world, alice, bob, id }
}

export function channelOf (end: End, id: ChannelId): Channel {
  const channel = end.host.channels.get(id)
  if (channel === undefined) throw new Error(`${end.name} has no channel ${id}`)
  return channel
}

export function stateOf (end: End, id: ChannelId): TrustLineState {
  const { state } = channelOf(end, id)
  if (state.kind !== 'trust-line') throw new Error('not a trust line')
  return state
}

export const locksOf = (end: End, id: ChannelId): Lock[] => [...end.host.locks.group(id).values()]

/** Outcomes of one type, told by durable steps. */
export const told = <T extends ChannelOutcome['type']>(end: End, type: T): Array<Extract<ChannelOutcome, { type: T }>> =>
  end.outcomes.filter((outcome): outcome is Extract<ChannelOutcome, { type: T }> => outcome.type === type)

/** One end gets a message as if the other had sent it. */
export function inject (world: TwoEnds, to: End, message: ChannelMessage): void {
  to.step((host) => { onChannelMessage(host, world.peerOf(to).self, message) })
}

/** Starts rounds and delivers until an end has sent a message of a type, which is taken off the wire and given. */
export function intercept<T extends ChannelMessage['type']> (world: TwoEnds, from: End, type: T): Extract<ChannelMessage, { type: T }> {
  const wire = from === world.alice ? world.toBob : world.toAlice
  for (let turn = 0; turn < 100; turn++) {
    for (const end of [world.alice, world.bob]) {
      end.step(startRounds)
      end.sync()
    }
    const message = wire.length === 0 ? undefined : decodeChannel(wire[0]!)
    if (message !== undefined && !isFault(message) && message.type === type) {
      wire.shift()
      return message as Extract<ChannelMessage, { type: T }>
    }
    if (wire.length > 0 && from === world.alice) world.deliver(world.bob)
    else if (wire.length > 0) world.deliver(world.alice)
    else world.deliver(from)
  }
  throw new Error(`${from.name} never sent ${type}`)
}

/** The requirement that an end found broken, if any. */
export const faultOf = (end: End): string | undefined => end.seen.flatMap((outcome) => outcome.type === 'fault' ? [outcome.fault.requirement] : [])[0]
