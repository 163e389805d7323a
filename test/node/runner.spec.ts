import assert from 'node:assert/strict'
import type { Env } from '../../src/core/base/env.js'
import type { PeerId } from '../../src/core/base/ids.js'
import { InvariantError } from '../../src/core/base/invariant.js'
import { entity, record, u8 } from '../../src/core/base/struct.js'
import type { NodeCore, StepResult } from '../../src/core/node/core.js'
import type { NodeEvent } from '../../src/core/node/events.js'
import type { Request } from '../../src/core/node/requests.js'
import type { ChainDriver } from '../../src/node/chain-driver.js'
import { DRAIN_MAX, FRAMES_WAITING_MAX, createRunner, type Runner } from '../../src/node/runner.js'
import type { Clock } from '../../src/ports/clock.js'
import type { Logger } from '../../src/ports/logger.js'
import type { Mesh, MeshEvents } from '../../src/ports/mesh.js'
import type { Store, StoreWrite } from '../../src/ports/store.js'

const layout = entity('thing', 1, record({ n: u8 }))
const change = (id: string, n: number) => ({ key: `thing/${id}`, value: { n }, layout })
const peer = 'peer' as PeerId
const silent: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, child: () => silent }

/** A runner around a core that does what the test says, with a store and a clock that the test drives. */
async function rig (onEvent: (event: NodeEvent, env: Env) => StepResult, chains?: ChainDriver): Promise<{
  runner: Runner
  events: NodeEvent[]
  writes: Array<{ batch: readonly StoreWrite[], done: (error?: Error) => void }>
  frozen: string[]
  fatal: Error[]
  dropped: PeerId[]
  mesh: () => MeshEvents
  turn: () => void
  tick: (ms: number) => void
}> {
  const events: NodeEvent[] = []
  const writes: Array<{ batch: readonly StoreWrite[], done: (error?: Error) => void }> = []
  const frozen: string[] = []
  const fatal: Error[] = []
  const dropped: PeerId[] = []
  let soon: Array<() => void> = []
  let timers: Array<{ atMs: number, callback: () => void }> = []
  let nowMs = 0
  let meshEvents: MeshEvents | undefined
  const core = {
    self: 'self' as PeerId,
    load: () => {},
    step: (event: NodeEvent, env: Env) => { events.push(event); return onEvent(event, env) },
    freeze: (channelId: string) => { frozen.push(channelId); return { changes: [], effects: [] } },
    judgeAnnouncement: () => 'accept',
    view: { rawChannels: () => [], locksOf: () => [], resume: () => [] }
  } as unknown as NodeCore
  const store: Store = { open: async () => [], write: (batch, done) => { writes.push({ batch, done }) }, close: async () => {} }
  const mesh = { start: async (given: MeshEvents) => { meshEvents = given }, stop: async () => {}, drop: (dropping: PeerId) => { dropped.push(dropping) } } as unknown as Mesh
  const clock: Clock = {
    now: () => nowMs,
    soon: (callback) => { soon.push(callback) },
    at: (atMs, callback) => {
      const timer = { atMs, callback }
      timers.push(timer)
      return () => { timers = timers.filter((one) => one !== timer) }
    }
  }
  const runner = createRunner({ core, store, mesh, clock, entropy: () => new Uint8Array(32), logger: silent, onNotice: () => {}, onFatal: (error) => { fatal.push(error) }, ...(chains === undefined ? {} : { chains }) })
  await runner.start()
  return {
    runner, events, writes, frozen, fatal, dropped,
    mesh: () => meshEvents!,
    turn: () => { const now = soon; soon = []; for (const callback of now) callback() },
    tick: (ms) => {
      nowMs += ms
      const due = timers.filter(({ atMs }) => atMs <= nowMs)
      timers = timers.filter(({ atMs }) => atMs > nowMs)
      for (const { callback } of due) callback()
    }
  }
}

const request = { type: 'meetingPoint.host' } as Request
const nothing: StepResult = { changes: [], effects: [] }

describe('runner', () => {
  describe('with chains', () => {
    const chainsOf = (told: string[], heights: () => Env['heights']): ChainDriver & { post: (event: NodeEvent) => void } => {
      let post: (event: NodeEvent) => void = () => {}
      return {
        start: (to, resume) => { told.push(`start ${resume('bitcoin').length}`); post = to },
        stepping: ({ type }) => { told.push(type) },
        perform: ({ type }) => { told.push(`perform ${type}`) },
        heights,
        stop: async () => { told.push('stop') },
        post: (event) => { post(event) }
      }
    }

    it('every step has their heights as they stand when it is made; without chains there are none', async () => {
      const seen: unknown[] = []
      let height = 5
      const { runner, turn } = await rig((_event, { heights }) => { seen.push(heights); return nothing }, chainsOf([], () => ({ bitcoin: height })))
      height = 6
      runner.request(request, () => {})
      turn()
      assert.deepEqual([...seen], [{ bitcoin: 5 }, { bitcoin: 6 }, { bitcoin: 6 }])
      await rig((_event, { heights }) => { seen.push(heights); return nothing })
      assert.deepEqual(seen.at(-1), {})
    })

    it('they begin after the first step, hear of each event before it is stepped, and end with the runner', async () => {
      const told: string[] = []
      const chains = chainsOf(told, () => ({}))
      const { runner, turn } = await rig(({ type }) => { told.push(`step ${type}`); return nothing }, chains)
      chains.post({ type: 'chainStatus', chain: 'bitcoin', state: 'ok', formats: [] })
      turn()
      await runner.stop()
      assert.deepEqual(told, ['started', 'step started', 'start 0', 'chainStatus', 'step chainStatus', 'flush', 'step flush', 'stop'])
    })

    it('what they are asked is performed at once, what is published waits for the batch [I13]', async () => {
      const told: string[] = []
      const chains = chainsOf(told, () => ({}))
      const { writes, turn } = await rig((event) => event.type === 'chainStatus'
        ? { changes: [change('a', 1)], effects: [{ type: 'askFeeRate', chain: 'bitcoin', targetBlocks: 6 }, { type: 'broadcast', chain: 'bitcoin', txids: ['aa'], raws: [Uint8Array.of(1)] }] }
        : nothing, chains)
      chains.post({ type: 'chainStatus', chain: 'bitcoin', state: 'ok', formats: [] })
      turn()
      assert.deepEqual(told.filter((line) => line.startsWith('perform')), ['perform askFeeRate'])
      writes[0]!.done()
      assert.deepEqual(told.filter((line) => line.startsWith('perform')), ['perform askFeeRate', 'perform broadcast'])
    })
  })

  describe('on several events at once', () => {
    it('writes one batch for all of them, the last value of each key', async () => {
      let n = 0
      const r = await rig((event) => event.type === 'request' ? { changes: [change('a', ++n)], effects: [] } : nothing)
      r.runner.request(request, () => {})
      r.runner.request(request, () => {})
      r.turn()
      assert.equal(r.writes.length, 1)
      assert.deepEqual(r.writes[0]!.batch, [{ key: 'thing/a', value: layout.encode({ n: 2 }) }])
    })

    it('ends the drain with a flush, so that one round takes all that waited', async () => {
      const r = await rig(() => nothing)
      r.runner.request(request, () => {})
      r.runner.request(request, () => {})
      r.turn()
      assert.deepEqual(r.events.map(({ type }) => type), ['started', 'request', 'request', 'flush'])
    })
  })

  describe('on an answer of a step that changed something', () => {
    it('gives it only when the batch is durable [I13]', async () => {
      const r = await rig((event) => event.type === 'request' ? { changes: [change('a', 1)], effects: [{ type: 'answer', requestId: event.requestId, result: { fine: true } }] } : nothing)
      const answers: unknown[] = []
      r.runner.request(request, (result) => { answers.push(result) })
      r.turn()
      assert.deepEqual(answers, [])
      r.writes[0]!.done()
      assert.deepEqual(answers, [{ fine: true }])
    })

    it('never gives it when the write failed, and does nothing more [I13, S26]', async () => {
      const r = await rig((event) => event.type === 'request' ? { changes: [change('a', 1)], effects: [{ type: 'answer', requestId: event.requestId, result: {} }] } : nothing)
      const answers: unknown[] = []
      r.runner.request(request, (result) => { answers.push(result) })
      r.turn()
      r.writes[0]!.done(new Error('no space left'))
      assert.deepEqual(answers, [])
      assert.equal(r.fatal.length, 1)
      const before = r.events.length
      r.mesh().connected(peer)
      r.turn()
      assert.equal(r.events.length, before)
    })
  })

  describe('while a batch is being written', () => {
    it('collects the next one and writes it after', async () => {
      const r = await rig((event) => event.type === 'request' ? { changes: [change('a', 1)], effects: [] } : nothing)
      r.runner.request(request, () => {}); r.turn()
      r.runner.request(request, () => {}); r.turn()
      assert.equal(r.writes.length, 1)
      r.writes[0]!.done()
      assert.equal(r.writes.length, 2)
    })
  })

  describe('on a timer and much input', () => {
    it('steps the timer first: input cannot starve it', async () => {
      const r = await rig((event) => event.type === 'started' ? { changes: [], effects: [{ type: 'setTimer', key: 'k', atMs: 10 }] } : nothing)
      for (let i = 0; i < 3 * DRAIN_MAX; i++) r.mesh().connected(peer)
      r.tick(10)
      r.turn()
      assert.equal(r.events[1]!.type, 'timerFired')
      assert.equal(r.events.length, 1 + DRAIN_MAX + 1, 'one turn steps a bounded number of events')
      r.turn(); r.turn(); r.turn()
      assert.equal(r.events.filter(({ type }) => type === 'peerConnected').length, 3 * DRAIN_MAX)
    })
  })

  describe('on a failed invariant', () => {
    it('freezes the channel it names, answers the request, and goes on', async () => {
      const r = await rig((event) => {
        if (event.type !== 'request') return nothing
        const error = new InvariantError('a bug')
        error.scope = 'channel-1'
        throw error
      })
      const answers: unknown[] = []
      r.runner.request(request, (result) => { answers.push(result) })
      r.turn()
      assert.deepEqual(r.frozen, ['channel-1'])
      assert.equal((answers[0] as { refused: string }).refused, 'internal')
      r.mesh().connected(peer)
      r.turn()
      assert.equal(r.events.at(-2)!.type, 'peerConnected')
    })
  })

  describe('on a flood of frames of one peer', () => {
    it('cuts the peer at the bound [V22]', async () => {
      const r = await rig(() => nothing)
      for (let i = 0; i <= FRAMES_WAITING_MAX; i++) r.mesh().frame(peer, 'link', new Uint8Array(1))
      assert.deepEqual(r.dropped, [peer])
    })
  })
})
