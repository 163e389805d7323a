import assert from 'node:assert/strict'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { BTC, chainNodes, sat, type ChainNodes, type TestNode } from './chain-nodes.js'

const START_SAT = 2_000_000n
const PUSH_SAT = 100_000n

interface Ends { readonly world: ChainNodes, readonly alice: TestNode, readonly bob: TestNode, readonly id: ChannelId }

function opened (format?: 'v2-fee'): Ends {
  const world = chainNodes(['alice', 'bob'])
  const [alice, bob] = world.nodes as readonly [TestNode, TestNode]
  world.link(alice, bob)
  world.fund(alice, START_SAT / 2n, 2)
  world.fund(bob, START_SAT / 4n, 2)
  return { world, alice, bob, id: world.open(alice, bob, 500_000n, PUSH_SAT, format) }
}

const channels = (...nodes: readonly TestNode[]): number => nodes.reduce((sum, node) => sum + node.core.view.channels().length, 0)

/** What a side has less than it should have, in fees. */
function feesOf ({ world, alice, bob }: Ends): readonly [bigint, bigint] {
  return [START_SAT - PUSH_SAT - world.money(alice), START_SAT / 2n + PUSH_SAT - world.money(bob)]
}

const isFee = (value: bigint): boolean => value >= 0n && value < 20_000n

describe('node, an enforced channel ends', function () {
  this.timeout(60_000)

  it('together: one transaction, and everything is back in the wallets', () => {
    const ends = opened()
    const { world, alice, bob, id } = ends
    const closing = world.ask(alice, { type: 'channel.close', channelId: id }) as { status: string, txid: string }
    assert.equal(closing.status, 'closing')
    assert.equal(world.channel(bob, id).closingTxid, closing.txid)
    world.mine(7)
    assert.equal(channels(alice, bob), 0)
    assert.ok(feesOf(ends).every(isFee), feesOf(ends).join())
    assert.equal(alice.core.view.walletBalances()[0]?.reservedSat, 0n)
  })

  it('together, by the side that did not open it', () => {
    const ends = opened()
    const { world, alice, bob, id } = ends
    world.ask(bob, { type: 'channel.close', channelId: id })
    world.mine(7)
    assert.equal(channels(alice, bob), 0)
    assert.ok(feesOf(ends).every(isFee), feesOf(ends).join())
  })

  it('together, though the process dies before the transaction is published', () => {
    const ends = opened()
    const { world, alice, bob, id } = ends
    alice.request({ type: 'channel.close', channelId: id })
    alice.crashAt(4, 'after')
    bob.crashAt(4, 'after')
    world.settle()
    for (const node of [alice, bob]) node.spare()
    for (const node of [alice, bob]) if (!node.isUp) world.revive(node)
    world.mine(8)
    assert.equal(channels(alice, bob), 0)
    assert.ok(feesOf(ends).every(isFee), feesOf(ends).join())
  })

  for (const who of ['alice', 'bob'] as const) {
    it(`by force of ${who}, at once and without the peer: it waits for the delay, then all is swept`, () => {
      const ends = opened()
      const { world, alice, bob, id } = ends
      world.disconnect(alice, bob)
      const closing = world.ask(ends[who], { type: 'channel.close', channelId: id, force: true }) as { status: string, txid: string }
      assert.equal(closing.status, 'closing')
      assert.ok(ends[who].broadcasts.includes(closing.txid))
      world.mine(1)
      const height = world.chain.ledger.tip.height
      assert.equal(world.channel(ends[who], id).closingTxid, closing.txid)
      assert.equal(world.channel(ends[who], id).sweepHeight, height + 144)
      assert.match(world.channel(ends[who], id).next, new RegExp(`can be taken at height ${height + 144}`))
      world.mine(8)
      // The other side waits for nothing.
      assert.equal(channels(who === 'alice' ? bob : alice), 0)
      world.mine(144)
      assert.equal(channels(alice, bob), 0)
      assert.ok(feesOf(ends).every(isFee), feesOf(ends).join())
    })
  }

  for (const format of [undefined, 'v2-fee'] as const) it(`by force, and the process is down in all that follows (${format ?? 'v3-zero-fee'})`, () => {
    const ends = opened(format)
    const { world, alice, bob, id } = ends
    world.ask(alice, { type: 'channel.close', channelId: id, force: true })
    alice.crash()
    world.mine(10)
    world.revive(alice)
    world.mine(1)
    alice.crash()
    world.mine(150)
    world.revive(alice)
    world.mine(8)
    assert.equal(channels(alice, bob), 0)
    assert.ok(feesOf(ends).every(isFee), feesOf(ends).join())
  })

  it('of which the funding was never published: no coin is bound for its close', () => {
    const { world, alice, bob } = opened()
    alice.blind = true
    const { channelId } = world.ask(alice, { type: 'channel.open', peer: bob.peer, kind: 'chain', asset: BTC, amount: sat(300_000), push: sat(50_000) }) as { channelId: ChannelId }
    const { fundingTxid } = world.channel(bob, channelId)
    world.chain.forget(fundingTxid!)
    const published = bob.broadcasts.length
    world.ask(bob, { type: 'channel.close', channelId, force: true })
    world.mine(3)
    assert.equal(bob.broadcasts.length, published)
    // It is there after all.
    alice.blind = false
    alice.crash()
    world.revive(alice)
    world.mine(8)
    assert.ok(bob.broadcasts.length > published)
    world.mine(160)
    assert.ok(![alice, bob].some((node) => node.core.view.channels().some(({ id }) => id === channelId)))
  })

  it('by force while the mempool forgets: it is published again at every block', () => {
    const ends = opened()
    const { world, alice, bob, id } = ends
    const { txid } = world.ask(alice, { type: 'channel.close', channelId: id, force: true }) as { txid: string }
    world.chain.forget(txid)
    world.mine(2)
    assert.notEqual(world.channel(alice, id).sweepHeight, undefined)
    world.mine(160)
    assert.equal(channels(alice, bob), 0)
    assert.ok(feesOf(ends).every(isFee), feesOf(ends).join())
  })
})

describe('node, the chain is reorganised', function () {
  this.timeout(60_000)

  it('takes the funding back: no locks until it is confirmed again', () => {
    const { world, alice, bob, id } = opened()
    const { fundingTxid } = world.channel(alice, id)
    world.chain.withhold(fundingTxid!)
    // The fourth block from the end is the one after it: two more take it back.
    world.chain.invalidate(4)
    world.settle()
    for (const node of [alice, bob]) {
      assert.match(world.channel(node, id).next, /^Waits for the funding transaction: 0 of 3/)
      assert.equal(world.channel(node, id).spendable, 0n)
    }
    world.mine(5)
    assert.match(world.channel(bob, id).next, /^Waits for the funding transaction: 0 of 3/)
    world.chain.withhold(fundingTxid!, false)
    world.mine(3)
    assert.deepEqual([world.channel(alice, id).next, world.channel(bob, id).next], ['Ready.', 'Ready.'])
  })

  it('takes the funding back while the process is down', () => {
    const { world, alice, bob, id } = opened()
    const { fundingTxid } = world.channel(alice, id)
    alice.crash()
    world.chain.withhold(fundingTxid!)
    world.chain.reorg(4)
    world.revive(alice)
    assert.match(world.channel(alice, id).next, /^Waits for the funding transaction: 0 of 3/)
    world.chain.withhold(fundingTxid!, false)
    world.mine(3)
    assert.deepEqual([world.channel(alice, id).next, world.channel(bob, id).next], ['Ready.', 'Ready.'])
  })

  it('takes a close back: it is published again, and the sums are right', () => {
    const ends = opened()
    const { world, alice, bob, id } = ends
    world.ask(alice, { type: 'channel.close', channelId: id, force: true })
    world.mine(3)
    world.chain.reorg(3)
    world.settle()
    world.mine(160)
    assert.equal(channels(alice, bob), 0)
    assert.ok(feesOf(ends).every(isFee), feesOf(ends).join())
  })
})
