import assert from 'node:assert/strict'
import type { NodeCore, NodeCoreOptions, StepResult } from '../../src/core/node/core.js'
import type { Effect, NodeEvent } from '../../src/core/node/events.js'
import { bytes32, entity, record } from '../../src/core/base/struct.js'
import { peerIdOfPublicKey } from '../../src/core/base/ids.js'
import { curve, mulG, tinyCurve } from '../../src/core/crypto/curve.js'
import { createWorld, type World, type WorldOptions } from '../../simulations/harness/world.js'

const note = entity('note', 1, record({ entropy: bytes32 }))

interface Stub { readonly core: NodeCore, readonly loaded: readonly string[], readonly events: readonly string[] }

/**
 * A core that does as little as a core can: it answers each request after storing a note with the step's entropy,
 * keeps the peers it is told to link to, and throws at `channel.close`.
 */
function stubCore (options: NodeCoreOptions): Stub {
  const loaded: string[] = []
  const events: string[] = []
  let count = 0
  const step = (event: NodeEvent, entropy: Uint8Array): StepResult => {
    events.push(event.type)
    if (event.type !== 'request') return { changes: [], effects: [] }
    const { requestId, request } = event
    if (request.type === 'channel.close') throw new Error('a planted bug')
    const effects: Effect[] = [{ type: 'answer', requestId, result: { number: ++count } }, { type: 'notify', notice: { type: 'stub:answered' } }]
    if (request.type === 'link.open') effects.push({ type: 'keep', peer: request.peer, addresses: [] })
    return { changes: [{ key: `note/${count}`, value: { entropy }, layout: note }], effects }
  }
  const core = {
    self: peerIdOfPublicKey(mulG(options.identitySecret)),
    load (entries: Iterable<readonly [string, Uint8Array]>) { for (const [key] of entries) loaded.push(key) },
    step: (event: NodeEvent, env: { entropy: Uint8Array }) => step(event, env.entropy),
    freeze: () => ({ changes: [], effects: [] }),
    judgeAnnouncement: () => 'accept',
    view: { rawChannels: () => [] }
  } as unknown as NodeCore
  return { core, loaded, events }
}

function stubWorld (options: Partial<WorldOptions> = {}): { readonly world: World, readonly stubs: readonly Stub[] } {
  const stubs: Stub[] = []
  const world = createWorld({
    seed: 1n,
    nodes: 2,
    trace: { keep: true },
    ...options,
    createCore (coreOptions) {
      const stub = stubCore(coreOptions)
      stubs.push(stub)
      return stub.core
    }
  })
  return { world, stubs }
}

const HOST = { type: 'meetingPoint.host' } as const

describe('world', () => {
  it('runs requests through the runner: stored first, then answered', async () => {
    const { world } = stubWorld({ writeMs: { min: 5, max: 5 } })
    await world.start()
    const asked = world.request(0, HOST)
    await world.run(4)
    assert.deepEqual([asked.answers, world.nodes[0]!.disk.entries.size], [[], 0])
    await world.run(2)
    assert.deepEqual([asked.answers, [...world.nodes[0]!.disk.entries.keys()]], [[{ number: 1 }], ['note/1']])
    assert.deepEqual(world.notices.map(({ node, notice }) => [node.name, notice.type]), [['n0', 'stub:answered']])
    await world.stop()
  })

  it('gives nodes identities and entropy that follow from the seed alone', async () => {
    const once = async (seed: bigint, nodes: number): Promise<readonly unknown[]> => {
      const { world } = stubWorld({ seed, nodes })
      await world.start()
      await world.ask(1, HOST)
      const [node] = world.nodes.slice(1)
      await world.stop()
      return [node!.peer, [...node!.disk.entries.values()].map((value) => Buffer.from(value).toString('hex'))]
    }
    assert.deepEqual(await once(4n, 2), await once(4n, 3), 'a node more changes nothing for the others')
    assert.notDeepEqual(await once(4n, 2), await once(5n, 2))
  })

  it('loses what a crashed process had not stored, and starts the next from the disk', async () => {
    const { world, stubs } = stubWorld({ writeMs: { min: 5, max: 5 } })
    await world.start()
    await world.ask(0, HOST)
    const lost = world.request(0, HOST)
    await world.run(1)
    world.crash(0, 100)
    assert.equal(lost.lost, true)
    assert.equal(world.nodes[0]!.isUp, false)
    assert.throws(() => world.nodes[0]!.view, /is down/)
    await world.run(200)
    assert.deepEqual(lost.answers, [])
    assert.deepEqual([world.nodes[0]!.isUp, world.nodes[0]!.processes], [true, 2])
    const next = stubs.at(-1)!
    assert.ok(next.loaded.includes('note/1'))
    assert.equal(next.events[0], 'started')
    await world.stop()
  })

  it('crashes in the middle of a step, after so many acts', async () => {
    // A request is three acts: the write, hearing that it is durable, and the answer.
    for (const [acts, durable, answered] of [[0, false, false], [1, true, false], [2, true, false], [3, true, true]] as const) {
      const { world } = stubWorld()
      await world.start()
      world.crashAfter(0, acts, 1_000)
      const asked = world.request(0, HOST)
      await world.run(10)
      assert.deepEqual([world.nodes[0]!.disk.entries.size > 0, asked.answers.length > 0], [durable, answered], `${acts} acts`)
      await world.stop()
    }
  })

  it('takes an armed crash back when all faults end', async () => {
    const { world } = stubWorld()
    await world.start()
    world.crashAfter(0, 0, 10)
    world.heal()
    await world.ask(0, HOST)
    assert.equal(world.nodes[0]!.processes, 1)
    await world.stop()
  })

  it('stops a node whose disk fails, before it answers', async () => {
    const { world } = stubWorld()
    await world.start()
    world.nodes[0]!.disk.failing = true
    const asked = world.request(0, HOST)
    await world.run(1_000)
    assert.deepEqual(asked.answers, [])
    await world.stop()
  })

  it('reports a bug of a node as a violation, with the request answered once', async () => {
    const { world } = stubWorld()
    await world.start()
    const asked = world.request(0, { type: 'channel.close', channelId: '00' as never })
    await world.run(10)
    assert.deepEqual(world.violations.map(({ invariant }) => invariant), ['no-bug'])
    assert.match(world.violations[0]!.detail, /a planted bug/)
    assert.equal(asked.answers.length, 1)
    await world.stop()
  })

  it('connects nodes that keep each other, cuts them, and traces both', async () => {
    const { world, stubs } = stubWorld()
    await world.start()
    world.request(0, { type: 'link.open', peer: world.nodes[1]!.peer, addresses: [], accept: undefined })
    await world.run(100)
    assert.ok(stubs[1]!.events.includes('peerConnected'))
    world.cut(0, 1, 500)
    await world.run(100)
    assert.ok(stubs[1]!.events.includes('peerDisconnected'))
    await world.run(5_000)
    assert.equal(stubs[1]!.events.filter((type) => type === 'peerConnected').length, 2)
    const lines = world.trace.lines.map((line) => line.slice(line.indexOf(' ') + 1))
    for (const line of ['n0 c n1', '- # cut n0 n1 500', 'n0 d n1', 'n1 d n0']) assert.ok(lines.includes(line), line)
    await world.stop()
  })

  it('calls watchers after each event of a node, and answers when they come', async () => {
    const { world } = stubWorld()
    const seen: string[] = []
    await world.start()
    world.watch((node) => { seen.push(node.name) })
    world.request(1, HOST, (result) => { seen.push(JSON.stringify(result)) })
    await world.run(100)
    assert.ok(seen.includes('n1'))
    assert.ok(!seen.includes('n0'))
    assert.ok(seen.includes('{"number":1}'))
    await world.stop()
  })

  it('borrows the curve engine only while it runs', async () => {
    const { world } = stubWorld()
    assert.equal(curve(), tinyCurve)
    await world.start()
    let during = ''
    world.later(1, () => { during = curve().name })
    await world.run(10)
    await world.stop()
    assert.equal(during, 'fake')
    assert.equal(curve(), tinyCurve)
  })
})
