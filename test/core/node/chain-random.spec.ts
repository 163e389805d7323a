import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { BTC, chainNodes, sat, type ChainNodes, type TestNode } from './chain-nodes.js'

const START_SAT = 2_000_000n
/** Fees of all transactions that one schedule may cause. */
const FEES_MAX_SAT = 150_000n
const RUNS = 5

type Action =
  | { readonly type: 'pay', readonly from: number, readonly to: number, readonly amount: number }
  | { readonly type: 'mine', readonly blocks: number }
  | { readonly type: 'wait', readonly seconds: number }
  | { readonly type: 'crash' | 'revive', readonly node: number }
  | { readonly type: 'crashAt', readonly node: number, readonly batch: number, readonly place: 'before' | 'after' }
  | { readonly type: 'cut' | 'connect', readonly link: number }
  | { readonly type: 'close', readonly channel: number, readonly side: number, readonly force: boolean }
  | { readonly type: 'reorg', readonly depth: number }
  | { readonly type: 'open', readonly link: number, readonly side: number }

const node = fc.integer({ min: 0, max: 2 })
const link = fc.integer({ min: 0, max: 1 })
const side = fc.integer({ min: 0, max: 1 })
const actions = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('pay' as const), from: node, to: node, amount: fc.integer({ min: 200, max: 60_000 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('mine' as const), blocks: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('crash' as const, 'revive' as const), node }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('crashAt' as const), node, batch: fc.integer({ min: 1, max: 8 }), place: fc.constantFrom('before' as const, 'after' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('cut' as const, 'connect' as const), link }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close' as const), channel: fc.integer({ min: 0, max: 3 }), side, force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reorg' as const), depth: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('open' as const), link, side }) }
) as fc.Arbitrary<Action>

interface Line { readonly world: ChainNodes, readonly ends: ReadonlyArray<readonly [TestNode, TestNode]>, readonly channels: ChannelId[] }

/** Three nodes in a line, an enforced channel on each link. */
function line (): Line {
  const world = chainNodes(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.nodes as readonly [TestNode, TestNode, TestNode]
  const ends = [[alice, bob], [bob, carol]] as const
  for (const [a, b] of ends) world.link(a, b)
  for (const one of world.nodes) world.fund(one, START_SAT / 4n, 4)
  const channels = ends.map(([a, b]) => world.open(a, b, 400_000n, 150_000n))
  world.ask(bob, { type: 'meetingPoint.host' })
  world.clock.advance(60_000)
  return { world, ends, channels }
}

function act ({ world, ends, channels }: Line, action: Action): void {
  switch (action.type) {
    case 'pay': {
      const [from, to] = [world.nodes[action.from]!, world.nodes[action.to]!]
      if (from === to || !from.isUp || !to.isUp) return
      const asked = to.request({ type: 'invoice.create', asset: BTC, amount: sat(action.amount), description: '', expiryMs: undefined, meetingPoints: undefined })
      world.clock.advance(2_000)
      const invoice = (to.answers.get(asked) as { invoice?: string } | undefined)?.invoice
      if (invoice === undefined || !from.isUp) return
      from.request({ type: 'pay', invoice, feeMax: undefined, via: [], timeoutMs: undefined })
      world.clock.advance(1_000)
      return
    }
    case 'mine': return world.mine(action.blocks)
    case 'wait': return world.clock.advance(action.seconds * 1_000)
    case 'crash': world.nodes[action.node]!.crash(); return world.settle()
    case 'revive': return revive(world, world.nodes[action.node]!)
    case 'crashAt': return world.nodes[action.node]!.crashAt(action.batch, action.place)
    case 'cut': return world.disconnect(...ends[action.link]!)
    case 'connect': return world.connect(...ends[action.link]!)
    case 'close': {
      const [channelId, closer] = [channels[action.channel], ends[action.channel % 2]![action.side]!]
      if (channelId === undefined || !closer.isUp) return
      closer.request({ type: 'channel.close', channelId, force: action.force })
      return world.settle()
    }
    case 'reorg': world.chain.reorg(action.depth); return world.settle()
    case 'open': {
      const [opener, other] = [ends[action.link]![action.side]!, ends[action.link]![1 - action.side]!]
      if (!opener.isUp || channels.length > 3) return
      opener.request({ type: 'channel.open', peer: other.peer, kind: 'chain', asset: BTC, amount: sat(100_000), push: sat(20_000) })
      return world.settle()
    }
  }
}

function revive (world: ChainNodes, one: TestNode): void {
  one.spare()
  world.revive(one)
}

/** Everybody is up and connected for so long that everything has ended that can. */
function calm ({ world, ends }: Line): void {
  for (const one of world.nodes) revive(world, one)
  for (let i = 0; i < 60; i++) {
    for (const [a, b] of ends) world.connect(a, b)
    world.mine(10)
    world.clock.advance(20_000)
  }
}

function assertSums ({ world }: Line): void {
  const held = world.nodes.reduce((sum, one) => sum + world.money(one) + one.core.view.channels().reduce((all, { owedToUs }) => all + owedToUs, 0n) / 1000n, 0n)
  const missing = 3n * START_SAT - held
  assert.ok(missing >= 0n && missing <= FEES_MAX_SAT, `${missing} sat are missing`)
  for (const one of world.nodes) {
    for (const channel of one.core.view.channels()) {
      assert.equal(channel.next, 'Ready.', `${one.name}: ${channel.status} ${channel.next}`)
      assert.deepEqual(channel.locks, [])
    }
    for (const { status } of one.core.view.payments()) assert.ok(status === 'paid' || status === 'failed', `${one.name}: a payment is ${status}`)
    assert.deepEqual(one.core.view.walletSends('bitcoin').filter(({ status }) => status !== 'confirmed' && status !== 'abandoned'), [])
    assert.equal(one.core.view.leftovers()['fundings'], 0)
  }
}

describe('nodes with enforced channels', function () {
  this.timeout(600_000)

  it('lose nothing and keep nothing locked, whatever happens to them and to the chain', () => {
    fc.assert(fc.property(fc.array(actions, { minLength: 10, maxLength: 30 }), (schedule) => {
      const all = line()
      for (const action of schedule) act(all, action)
      calm(all)
      assertSums(all)
    }), { numRuns: RUNS })
  })
})
