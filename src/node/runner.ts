import { isFault } from '../core/base/step.js'
import { InvariantError } from '../core/base/invariant.js'
import type { Change } from '../core/base/table.js'
import type { Env } from '../core/base/env.js'
import type { ChannelId, PeerId, RequestId } from '../core/base/ids.js'
import { refuse } from '../core/base/step.js'
import { createOutbox } from '../core/node/outbox.js'
import type { NodeCore, NodeView, StepResult } from '../core/node/core.js'
import type { Effect, NodeEvent, Notice, StreamName } from '../core/node/events.js'
import type { Request } from '../core/node/requests.js'
import type { Clock, Entropy } from '../ports/clock.js'
import type { Logger } from '../ports/logger.js'
import type { Mesh, MeshEvents } from '../ports/mesh.js'
import type { Store } from '../ports/store.js'
import type { ChainDriver } from './chain-driver.js'
import { whenIdle } from './idle.js'
import { decodeChannel, encodeChannel } from '../../protocols/channel/codec.js'
import { decodeLink, encodeLink } from '../../protocols/link/codec.js'
import { decodeRoute, encodeRoute } from '../../protocols/route/codec.js'

/** Events stepped before the timers and the event loop get their turn again. */
export const DRAIN_MAX = 256
/** Frames of one peer that may wait for their step; a peer that floods beyond is cut. */
export const FRAMES_WAITING_MAX = 8_192
/** Requests that may wait for an answer. */
export const REQUESTS_MAX = 4_096

export interface RunnerOptions {
  readonly core: NodeCore
  readonly store: Store
  readonly mesh: Mesh
  readonly clock: Clock
  readonly entropy: Entropy
  readonly logger: Logger
  readonly onNotice: (notice: Notice) => void
  /** The store failed: nothing unsaved was sent, and nothing more is done. */
  readonly onFatal: (error: Error) => void
  /** The chains in use; none without it. */
  readonly chains?: ChainDriver
  /** Does a piece of what only makes later work shorter; gives whether there is more. Called while nothing happens. */
  readonly workAhead?: () => boolean
  /** Where the state of a frozen channel is written to. */
  readonly onFreeze?: (channelId: ChannelId, dump: object) => string
}

/**
 * Feeds events to the core one at a time, stores what it changes, performs its effects, and decides nothing.
 * It is driven by callbacks only, so a simulated world runs it without promises on virtual time.
 */
export interface Runner {
  /** Loads the store, starts the mesh, feeds `started`. */
  start: () => Promise<void>
  /** Feeds a request; `done` is called exactly once with the value or a Refusal. */
  request: (request: Request, done: (result: unknown) => void) => RequestId
  stop: () => Promise<void>
  readonly view: NodeView
}

export function createRunner (options: RunnerOptions): Runner {
  const { core, store, mesh, clock, entropy, logger } = options
  const outbox = createOutbox()
  const idle = options.workAhead === undefined ? undefined : whenIdle(clock, options.workAhead)
  const timersDue: string[] = []
  let events: NodeEvent[] = []
  const framesWaiting = new Map<PeerId, number>()
  const timers = new Map<string, () => void>()
  const waiting = new Map<RequestId, (result: unknown) => void>()
  let requestCount = 0
  let scheduled = false
  let running = false
  /** Changes of the batch being collected, last value of each key, and its number. */
  let open = new Map<string, Change>()
  let openNumber = 1
  let writing = false

  const env = (): Env => ({ nowMs: clock.now(), heights: options.chains?.heights() ?? {}, entropy: entropy() })

  const schedule = (): void => {
    if (scheduled || !running) return
    scheduled = true
    clock.soon(drain)
  }
  const post = (event: NodeEvent): void => {
    if (!running) return
    events.push(event)
    schedule()
  }

  function drain (): void {
    scheduled = false
    if (!running) return
    let budget = DRAIN_MAX
    // Local timers go first, always: input from the network cannot starve them.
    while (timersDue.length > 0 && budget-- > 0) step({ type: 'timerFired', key: timersDue.shift()! })
    const ready = events
    const count = Math.min(Math.max(budget, 1), ready.length)
    events = ready.length > count ? ready.slice(count) : []
    for (let i = 0; i < count; i++) {
      const event = ready[i]!
      if (event.type === 'channelMessage' || event.type === 'routeMessage' || event.type === 'linkMessage' || event.type === 'frameFault') {
        framesWaiting.set(event.peer, (framesWaiting.get(event.peer) ?? 1) - 1)
      } else if (event.type === 'peerDisconnected') framesWaiting.delete(event.peer)
      step(event)
    }
    step({ type: 'flush' })
    commit()
    if (events.length > 0 || timersDue.length > 0) schedule()
    idle?.touch()
  }

  function step (event: NodeEvent): void {
    options.chains?.stepping(event)
    try {
      take(core.step(event, env()))
    } catch (error) {
      fail(event, error)
    }
  }

  /** A bug of ours: the core took the step back; the channel it is in is frozen, the rest goes on. */
  function fail (event: NodeEvent, error: unknown): void {
    const scope = error instanceof InvariantError ? error.scope : undefined
    logger.error('a step failed and was taken back', { event: event.type, channel: scope, error: String(error), stack: error instanceof Error ? error.stack : undefined })
    if (event.type === 'request') answer(event.requestId, refuse('internal', { reason: error instanceof Error ? error.message : String(error) }))
    if (scope === undefined) return
    const channelId = scope as ChannelId
    const dump = { event: event.type, channel: core.view.rawChannels().find((c) => c.id === channelId), locks: core.view.locksOf(channelId) }
    const path = options.onFreeze?.(channelId, dump) ?? 'the log'
    take(core.freeze(channelId, path, env()))
  }

  function take (result: StepResult): void {
    for (const change of result.changes) open.set(change.key, change)
    const changed = result.changes.length > 0
    for (const effect of outbox.add(result.effects, changed ? openNumber : undefined)) perform(effect)
  }

  /** One synced batch in flight; whatever is decided meanwhile goes into the next. */
  function commit (): void {
    if (writing || open.size === 0 || !running) return
    writing = true
    const number = openNumber++
    const batch = [...open.values()].map(({ key, value, layout }) => ({ key, value: value === undefined ? undefined : layout.encode(value) }))
    open = new Map()
    store.write(batch, (error) => {
      writing = false
      if (!running) return
      if (error !== undefined) {
        running = false
        options.onFatal(error)
        return
      }
      for (const effect of outbox.stored(number)) perform(effect)
      commit()
    })
  }

  function perform (effect: Effect): void {
    switch (effect.type) {
      case 'send': send(effect); break
      case 'keep': mesh.keep(effect.peer, effect.addresses); break
      case 'release': mesh.release(effect.peer); break
      case 'drop': mesh.drop(effect.peer); break
      case 'announce': mesh.announce(effect.bytes); break
      case 'findMeetingPoint': mesh.findMeetingPoint(effect.id); break
      case 'setTimer': setTimer(effect.key, effect.atMs); break
      case 'clearTimer': timers.get(effect.key)?.(); timers.delete(effect.key); break
      case 'answer': answer(effect.requestId, effect.result); break
      case 'notify': options.onNotice(effect.notice); break
      default: options.chains?.perform(effect)
    }
  }

  function send (effect: Effect & { type: 'send' }): void {
    const bytes = effect.stream === 'link' ? encodeLink(effect.message) : effect.stream === 'channel' ? encodeChannel(effect.message) : encodeRoute(effect.message)
    mesh.send(effect.peer, effect.stream, bytes)
  }

  function setTimer (key: string, atMs: number): void {
    timers.get(key)?.()
    timers.set(key, clock.at(atMs, () => {
      timers.delete(key)
      timersDue.push(key)
      schedule()
    }))
  }

  function answer (requestId: RequestId, result: unknown): void {
    const done = waiting.get(requestId)
    waiting.delete(requestId)
    done?.(result)
  }

  async function stop (): Promise<void> {
    running = false
    idle?.stop()
    for (const cancel of timers.values()) cancel()
    timers.clear()
    for (const done of waiting.values()) done(refuse('shutting-down'))
    waiting.clear()
    await options.chains?.stop()
    await mesh.stop()
    await store.close()
  }

  function frame (peer: PeerId, stream: StreamName, bytes: Uint8Array): void {
    const waitingFrames = (framesWaiting.get(peer) ?? 0) + 1
    if (waitingFrames > FRAMES_WAITING_MAX) {
      logger.warn('a peer floods; the frame ends its connection', { peer, waiting: waitingFrames })
      mesh.drop(peer)
      return
    }
    framesWaiting.set(peer, waitingFrames)
    post(eventOfFrame(peer, stream, bytes))
  }

  return {
    view: core.view,
    async start () {
      const entries = await store.open()
      try {
        core.load(entries)
      } catch (error) {
        await store.close()
        throw error
      }
      running = true
      // The first step comes before any connection, so that restart work precedes reestablishing.
      step({ type: 'started' })
      commit()
      const heard: MeshEvents = {
        connected: (peer) => { post({ type: 'peerConnected', peer }) },
        disconnected: (peer) => { post({ type: 'peerDisconnected', peer }) },
        frame,
        judge: (bytes) => core.judgeAnnouncement(bytes, env()),
        announcement: (bytes) => { post({ type: 'announcement', bytes }) }
      }
      options.chains?.start(post, core.view.resume)
      // A node that could not start holds nothing: the folder can be started again.
      await mesh.start(heard).catch(async (error: unknown) => {
        await stop()
        throw error
      })
    },
    request (request, done) {
      const requestId = `r${++requestCount}` as RequestId
      if (!running) done(refuse('shutting-down'))
      else if (waiting.size >= REQUESTS_MAX) done(refuse('busy', { what: 'requests', limit: REQUESTS_MAX }))
      else {
        waiting.set(requestId, done)
        post({ type: 'request', requestId, request })
      }
      return requestId
    },
    stop
  }
}

function eventOfFrame (peer: PeerId, stream: StreamName, bytes: Uint8Array): NodeEvent {
  switch (stream) {
    case 'link': {
      const message = decodeLink(bytes)
      return isFault(message) ? { type: 'frameFault', peer, stream, fault: message } : { type: 'linkMessage', peer, message }
    }
    case 'channel': {
      const message = decodeChannel(bytes)
      return isFault(message) ? { type: 'frameFault', peer, stream, fault: message } : { type: 'channelMessage', peer, message }
    }
    case 'route': {
      const message = decodeRoute(bytes)
      return isFault(message) ? { type: 'frameFault', peer, stream, fault: message } : { type: 'routeMessage', peer, message }
    }
  }
}
