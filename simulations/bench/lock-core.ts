import { drawFrom, type Draw, type Env } from '../../src/core/base/env.js'
import { taggedHash } from '../../src/core/base/hash.js'
import { peerIdOfPublicKey, type ChannelId, type OriginId, type PeerId, type RequestId, type RouteId } from '../../src/core/base/ids.js'
import { invariant } from '../../src/core/base/invariant.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal, refuse } from '../../src/core/base/step.js'
import { newJournal, rollBack } from '../../src/core/base/table.js'
import { fulfilLock, offerLock, onChannelMessage, onPeerConnected, onPeerDisconnected, openTrustLine, restart, startRounds } from '../../src/core/channel/channel.js'
import type { ChannelHost, ChannelOutcome } from '../../src/core/channel/host.js'
import { LOCK_MESSAGE_BYTES } from '../../src/core/channel/lock.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import { createChannelTables } from '../../src/core/channel/tables.js'
import { mulG, scalarOf } from '../../src/core/crypto/curve.js'
import type { NodeCore, StepResult } from '../../src/core/node/core.js'
import type { Effect, NodeEvent } from '../../src/core/node/events.js'
import { benchChain, confirmFundings, fund, HEIGHT, LIFE_BLOCKS, openOnChain } from './lock-chain.js'

/**
 * A node that has channels and nothing else, for measuring rounds: the payer offers locks over a route that stands
 * already, the payee settles each at once. Both know the secrets from a seed, so what is left of a payment is its locks.
 *
 * A request `pay` with the text `COUNT/IN-FLIGHT` offers so many locks; it is answered with {@link LocksDone}.
 */

export interface LocksDone { readonly latencyMs: readonly number[] }

export interface LockCoreOptions {
  readonly identitySecret: Uint8Array
  /** Of the payee, or of nobody when this side waits. */
  readonly keep: { readonly peer: PeerId, readonly addresses: readonly string[] } | undefined
  /** Made by the bench before the time runs, by number of the lock. */
  readonly points: readonly Uint8Array[]
  /** In smallest units: what each lock carries. */
  readonly amount: bigint
}

/** Rounds of this process, and how many locks with outputs of their own were in the commitments of them all. */
export interface Rounds { readonly rounds: number, readonly members: number }
let counted: Rounds = { rounds: 0, members: 0 }
/** What was counted since the last time. */
export function takeRounds (): Rounds {
  const taken = counted
  counted = { rounds: 0, members: 0 }
  return taken
}

/** Every round has one `commit`: it carries a signature of the commitment, and one more for each lock that has an output. */
function countRound (message: ChannelMessage): void {
  if (message.type !== 'commit') return
  const { signatures, preSignatures } = message.evidence
  counted = { rounds: counted.rounds + 1, members: counted.members + signatures.length + preSignatures.length - 1 }
}

const LIFE_SECONDS = 3_600
const NO_ONION = new Uint8Array(0)

/** The secret of a lock, which both sides know. */
export const secretOf = (index: number): Uint8Array =>
  scalarOf(taggedHash('amiko/bench/lock', Uint8Array.of(index >>> 24, index >>> 16 & 0xff, index >>> 8 & 0xff, index & 0xff)))

export const pointsOf = (count: number): readonly Uint8Array[] => Array.from({ length: count }, (_none, index) => mulG(secretOf(index)))

export function createLockCore (options: LockCoreOptions): NodeCore {
  const self = peerIdOfPublicKey(mulG(options.identitySecret))
  const journal = newJournal()
  const tables = createChannelTables(journal)
  const connected = new Set<PeerId>()
  let effects: Effect[] = []
  let outcomes: ChannelOutcome[] = []
  let env: Env
  let draw: Draw
  let channelId: ChannelId | undefined
  let opening: RequestId | undefined
  let paying: { readonly requestId: RequestId, readonly until: number, readonly inFlight: number } | undefined
  let offered = 0
  let settled = 0
  let latencyMs: number[] = []
  const startedMs: number[] = []

  const host: ChannelHost = {
    get env () { return env },
    draw: (label) => draw(label),
    self,
    identitySecret: options.identitySecret,
    ...tables,
    chain: benchChain,
    send: (peer, message) => {
      if (!connected.has(peer)) return
      countRound(message)
      effects.push({ type: 'send', peer, stream: 'channel', message })
    },
    outcome: (outcome) => { outcomes.push(outcome) },
    judgeOpening: () => ({ accept: true }),
    clocksAgree: () => true
  }

  const amount = asUnits(options.amount)
  const offerMore = (): void => {
    if (paying === undefined || channelId === undefined) return
    const expiry = tables.channels.get(channelId)?.state.kind === 'chain'
      ? { clock: 'bitcoin', value: HEIGHT + LIFE_BLOCKS } as const
      : { clock: 'unix', value: Math.floor(env.nowMs / 1000) + LIFE_SECONDS } as const
    while (offered < paying.until && offered - settled < paying.inFlight) {
      const terms = {
        amount,
        expiry,
        point: options.points[offered]!,
        routeId: routeIdOf(offered),
        message: new Uint8Array(LOCK_MESSAGE_BYTES),
        onion: NO_ONION
      }
      if (offerLock(host, channelId, terms, originOf(offered)) !== undefined) return // full for now: the next end of a lock asks again
      startedMs[offered++] = performance.now()
    }
  }
  const onOutcome = (outcome: ChannelOutcome): void => {
    switch (outcome.type) {
      case 'opened': {
        channelId = outcome.channelId
        if (opening !== undefined) effects.push({ type: 'answer', requestId: opening, result: { channelId } })
        break
      }
      case 'fundingWanted': fund(host, outcome.channelId); break
      case 'lockReceived': fulfilLock(host, outcome.channelId, outcome.lock.terms.id, secretOf(outcome.lock.terms.id)); break
      case 'secretLearnt': {
        latencyMs.push(performance.now() - startedMs[settled++]!)
        if (paying === undefined || settled < paying.until) break
        effects.push({ type: 'answer', requestId: paying.requestId, result: { latencyMs } satisfies LocksDone })
        paying = undefined
        latencyMs = []
        break
      }
      case 'openRefused': case 'offerFailed': case 'fault': case 'closed': case 'limitRefused': throw new Error(`a channel of the benchmark: ${JSON.stringify(outcome)}`)
      default: break // an end of a lock, or of capacity
    }
  }
  const handle = (event: NodeEvent): void => {
    switch (event.type) {
      case 'started': {
        restart(host)
        if (options.keep !== undefined) effects.push({ type: 'keep', ...options.keep })
        break
      }
      case 'peerConnected': connected.add(event.peer); onPeerConnected(host, event.peer); break
      case 'peerDisconnected': connected.delete(event.peer); onPeerDisconnected(host, event.peer); break
      case 'channelMessage': onChannelMessage(host, event.peer, event.message); break
      case 'flush': confirmFundings(host); offerMore(); startRounds(host); break
      case 'request': {
        const { request, requestId } = event
        if (request.type === 'channel.open') {
          opening = requestId
          if (request.kind === 'chain') openOnChain(host, request.peer, request.asset)
          else invariant(!isRefusal(openTrustLine(host, request)), 'the channel of the benchmark opens')
        } else if (request.type === 'pay') {
          const [count, inFlight] = request.invoice.split('/').map(Number)
          paying = { requestId, until: settled + count!, inFlight: inFlight! }
        }
        break
      }
      case 'linkMessage': case 'routeMessage': case 'frameFault': case 'announcement': case 'timerFired':
      case 'chainStatus': case 'blockConnected': case 'blockDisconnected': case 'transactionSeen': case 'chainHistory': case 'outputFound': case 'broadcastVerdict': case 'feeRate':
        throw new Error(`an event of the benchmark: ${event.type}`)
    }
  }
  const run = (stepEnv: Env, action: () => void): StepResult => {
    env = { ...stepEnv, heights: { bitcoin: HEIGHT } }
    draw = drawFrom(env.entropy)
    effects = []
    outcomes = []
    try {
      action()
      for (const outcome of outcomes) onOutcome(outcome) // which may bring another one
      const changes = [...journal.changes.values()]
      journal.undo.length = 0
      journal.changes.clear()
      return { changes, effects }
    } catch (error) {
      rollBack(journal)
      console.error(error)
      process.exit(1)
    }
  }
  return {
    self,
    load: () => {},
    step: (event, stepEnv) => run(stepEnv, () => { handle(event) }),
    freeze: () => ({ changes: [], effects: [] }),
    judgeAnnouncement: () => 'ignore',
    view: {
      links: () => [], channels: () => [], invoices: () => [], invoice: () => undefined, payments: () => [], payment: () => undefined,
      paymentOfInvoice: () => undefined, readInvoice: () => refuse('bad-invoice', { reason: 'there are no invoices here' }), meetingPoints: () => [], waypoints: () => [], roster: () => refuse('no-meeting-point') as never, warnings: () => [],
      rawChannels: () => [...tables.channels.values()],
      locksOf: (id) => [...tables.locks.group(id).values()],
      leftovers: () => ({ locks: tables.locks.size }),
      walletBalances: () => [], walletSends: () => [], resume: () => [],
      backupContent: (createdMs) => ({ network: '', peerId: self, identity: undefined, peers: [], chains: [], channels: [], createdMs })
    }
  }
}

const hexOfNumber = (value: number): string => value.toString(16).padStart(32, '0')
const originOf = (index: number): OriginId => hexOfNumber(index) as OriginId
const routeIdOf = (index: number): RouteId => hexOfNumber(index) as RouteId
