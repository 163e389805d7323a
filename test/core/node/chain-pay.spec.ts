import assert from 'node:assert/strict'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { CLOSE_AFTER_EXPIRY_BLOCKS } from '../../../src/core/channel/enforced/limits.js'
import type { ChainState, NodeEvent } from '../../../src/core/node/events.js'
import { CHAIN_SILENCE_MAX_MS } from '../../../src/core/node/limits.js'
import { revertTo } from './chain-deaths.js'
import { BTC, chainNodes, sat, type ChainNodes, type TestNode } from './chain-nodes.js'

const START_SAT = 1_000_000n
const PAID_SAT = 20_000n

interface Line {
  readonly world: ChainNodes
  readonly alice: TestNode
  readonly bob: TestNode
  readonly carol: TestNode
  readonly ab: ChannelId
  readonly bc: ChannelId
}

/** alice – bob – carol, with an enforced channel of 500,000 sat on either side of bob, 100,000 of them the farther end's. */
function line (): Line {
  const world = chainNodes(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = world.nodes as readonly [TestNode, TestNode, TestNode]
  world.link(alice, bob)
  world.link(bob, carol)
  world.fund(alice, START_SAT / 2n, 2)
  world.fund(bob, START_SAT / 2n, 2)
  world.fund(carol, START_SAT / 2n, 2)
  const ab = world.open(alice, bob, 400_000n, 100_000n)
  const bc = world.open(bob, carol, 400_000n, 100_000n)
  world.ask(bob, { type: 'meetingPoint.host' })
  world.clock.advance(60_000)
  return { world, alice, bob, carol, ab, bc }
}

/** Asks carol for an invoice and alice to pay it; time passes. */
function pay ({ world, alice, carol }: Line): void {
  const { invoice } = world.ask(carol, { type: 'invoice.create', asset: BTC, amount: sat(PAID_SAT), description: '', expiryMs: undefined, meetingPoints: undefined }) as { invoice: string }
  world.clock.advance(5_000)
  alice.request({ type: 'pay', invoice, feeMax: undefined, via: [], timeoutMs: undefined })
  world.clock.advance(20_000)
}

/** Of the only payment. */
const statusOf = ({ alice }: Line): unknown => alice.core.view.payments()[0]?.status
const owed = (world: ChainNodes, node: TestNode, id: ChannelId): bigint => world.channel(node, id).owedToUs

/** What the wallets and the channels of all three hold together, in satoshis; what is missing went to miners. */
const everything = ({ world, alice, bob, carol }: Line): bigint => [alice, bob, carol].reduce((sum, node) =>
  sum + world.money(node) + node.core.view.channels().reduce((all, { owedToUs }) => all + owedToUs, 0n) / 1000n, 0n)

const FEES_MAX_SAT = 60_000n

function assertQuiet (all: Line): void {
  for (const node of [all.alice, all.bob, all.carol]) for (const channel of node.core.view.channels()) assert.deepEqual(channel.locks, [], `${node.name} holds locks`)
  const missing = 3n * START_SAT - everything(all)
  assert.ok(missing >= 0n && missing < FEES_MAX_SAT, `${missing} sat are missing`)
}

describe('node, payments over enforced channels', function () {
  this.timeout(60_000)

  it('go through a node between, and back', () => {
    const all = line()
    const { world, alice, bob, carol, ab, bc } = all
    pay(all)
    assert.equal(statusOf(all), 'paid')
    assert.equal(owed(world, alice, ab), sat(280_000))
    assert.equal(owed(world, bob, ab), sat(120_000))
    assert.equal(owed(world, carol, bc), sat(120_000))
    assertQuiet(all)
  })

  it('are what a close pays out', () => {
    const all = line()
    const { world, alice, bob, carol, ab, bc } = all
    pay(all)
    world.ask(alice, { type: 'channel.close', channelId: ab })
    world.ask(bob, { type: 'channel.close', channelId: bc, force: true })
    world.mine(160)
    assert.deepEqual([alice, bob, carol].flatMap((node) => node.core.view.channels()), [])
    const paid = START_SAT + 100_000n + PAID_SAT - world.money(carol)
    assert.ok(paid >= 0n && paid < 2_000n, `carol misses ${paid}`)
    assertQuiet(all)
  })

  it('are settled on the chain when the payee cannot tell its secret: the node between learns it there', () => {
    const all = line()
    const { world, alice, bob, carol, ab, bc } = all
    // Bob hears nothing of carol any more as soon as she holds the lock.
    const isSecret = (event: NodeEvent): boolean => event.type === 'channelMessage' && event.peer === carol.peer && (event.message.type === 'secret' || event.message.type === 'propose')
    bob.deaf = isSecret
    pay(all)
    assert.equal(statusOf(all), 'locked')
    assert.equal(world.channel(carol, bc).locks.length, 1)
    for (let blocks = 0; statusOf(all) === 'locked'; blocks++) {
      assert.ok(blocks < 200, 'carol closes before the lock expires')
      world.mine(1)
      world.clock.advance(1_000)
    }
    assert.equal(statusOf(all), 'paid')
    assert.equal(world.channel(bob, bc).status, 'failed')
    assert.equal(owed(world, alice, ab), sat(280_000))
    world.mine(320)
    assert.deepEqual(carol.core.view.channels(), [])
    assertQuiet(all)
  })

  it('are taken back on the chain when the payee is gone: the payer hears it when that is certain', () => {
    const all = line()
    const { world, bob, carol, bc } = all
    carol.deaf = (event) => event.type === 'channelMessage' && event.peer === bob.peer && event.message.type === 'commit'
    pay(all)
    assert.equal(statusOf(all), 'locked')
    carol.crash()
    for (let blocks = 0; statusOf(all) === 'locked'; blocks++) {
      assert.ok(blocks < 400, 'bob takes the lock back')
      world.mine(1)
      world.clock.advance(1_000)
    }
    assert.equal(statusOf(all), 'failed')
    world.revive(carol)
    world.mine(320)
    assert.ok(!bob.core.view.channels().some((channel) => channel.id === bc))
    assertQuiet(all)
  })

  it('are taken back at once when a chain that was long out of reach answers again, though no block follows', () => {
    const all = line()
    const { world, bob, carol, bc } = all
    bob.deaf = (event) => event.type === 'channelMessage' && event.peer === carol.peer && (event.message.type === 'secret' || event.message.type === 'propose')
    pay(all)
    carol.crash()
    const status = (state: ChainState): void => { bob.post({ type: 'chainStatus', chain: 'bitcoin', state, formats: ['v3-zero-fee'] }) }
    status('unreachable')
    world.clock.advance(CHAIN_SILENCE_MAX_MS + 1_000)
    // A backend tells the blocks of meanwhile before it says that it is well.
    world.mine(world.channel(bob, bc).locks[0]!.expiry + CLOSE_AFTER_EXPIRY_BLOCKS - world.chain.ledger.tip.height)
    assert.equal(world.channel(bob, bc).status, 'open')
    const before = bob.broadcasts.length
    status('ok')
    world.settle()
    assert.equal(world.channel(bob, bc).status, 'failed')
    assert.ok(bob.broadcasts.length > before)
    world.mine(1)
    assert.ok(world.channel(bob, bc).sweepHeight !== undefined)
  })

  for (const who of ['bob', 'carol'] as const) {
    it(`survive that ${who} dies in all of it`, () => {
      const all = line()
      const { world, bob, carol } = all
      bob.deaf = (event) => event.type === 'channelMessage' && event.peer === carol.peer && (event.message.type === 'secret' || event.message.type === 'propose')
      pay(all)
      for (let blocks = 0; blocks < 200; blocks++) {
        if (blocks % 7 === 3) {
          all[who].crash()
          world.mine(2)
          world.revive(all[who])
        }
        world.mine(1)
        world.clock.advance(1_000)
      }
      assert.equal(statusOf(all), 'paid')
      world.mine(200)
      assertQuiet(all)
    })
  }
})

describe('node, a peer publishes a revoked commitment', function () {
  this.timeout(60_000)

  it('it loses everything in the channel', () => {
    const all = line()
    const { world, alice, bob, ab } = all
    const old = new Map(alice.disk)
    pay(all)
    assert.equal(statusOf(all), 'paid')
    // Alice begins again with what she had, and closes before she hears anything.
    revertTo(alice, old)
    const before = world.money(bob)
    alice.start()
    world.settle()
    world.ask(alice, { type: 'channel.close', channelId: ab, force: true })
    world.mine(10)
    const won = world.money(bob) - before
    assert.ok(won > 390_000n && won < 400_000n, `bob got ${won}`)
    assert.ok(!bob.core.view.channels().some(({ id }) => id === ab))
  })

  it('also when the other was down for most of the delay', () => {
    const all = line()
    const { world, alice, bob, ab } = all
    const old = new Map(alice.disk)
    pay(all)
    assert.equal(statusOf(all), 'paid')
    revertTo(alice, old)
    const before = world.money(bob)
    bob.crash()
    alice.start()
    world.settle()
    world.ask(alice, { type: 'channel.close', channelId: ab, force: true })
    world.mine(138)
    bob.start()
    world.settle()
    world.mine(10)
    const won = world.money(bob) - before
    assert.ok(won > 390_000n && won < 400_000n, `bob got ${won}`)
  })

  it('a node that begins again with an old disk and hears its peer does not: both get what is theirs', () => {
    const all = line()
    const { world, alice, bob, ab } = all
    const old = new Map(alice.disk)
    pay(all)
    assert.equal(statusOf(all), 'paid')
    revertTo(alice, old)
    world.revive(alice)
    assert.match(alice.core.view.warnings().join(), /this side lost data/)
    world.mine(160)
    assert.ok(!alice.core.view.channels().some(({ id }) => id === ab))
    assert.ok(!bob.core.view.channels().some(({ id }) => id === ab))
    assertQuiet(all)
  })
})
