import assert from 'node:assert/strict'
import type { Refusal } from '../../../src/core/base/step.js'
import type { ChannelId } from '../../../src/core/base/ids.js'
import type { Request } from '../../../src/core/node/requests.js'
import { GIVEN_UP_BLOCKS } from '../../../src/core/channel/enforced/limits.js'
import { OPENING_PATIENCE_MS } from '../../../src/core/node/limits.js'
import { BTC, chainNodes, CONFIRMATIONS, sat, type ChainNodes, type ChainNodesOptions, type TestNode } from './chain-nodes.js'

const START_SAT = 3_000_000n

function linked (options: ChainNodesOptions = {}): { world: ChainNodes, alice: TestNode, bob: TestNode } {
  const world = chainNodes(['alice', 'bob'], options)
  const [alice, bob] = world.nodes as readonly [TestNode, TestNode]
  world.link(alice, bob)
  if (options.withoutWallet?.includes('alice') !== true) world.fund(alice, START_SAT / 3n, 3)
  return { world, alice, bob }
}

const opening = (peer: TestNode, more: Partial<Extract<Request, { type: 'channel.open', kind: 'chain' }>> = {}): Request =>
  ({ type: 'channel.open', peer: peer.peer, kind: 'chain', asset: BTC, amount: sat(500_000), push: sat(100_000), ...more })

function refusalOf (world: ChainNodes, node: TestNode, request: Request): Refusal {
  const id = node.request(request)
  world.settle()
  return node.answer(id) as Refusal
}

/** Nothing is set aside, nothing is waited for, nothing was published. */
function assertUntouched (world: ChainNodes, node: TestNode): void {
  world.settle()
  const [balance] = node.core.view.walletBalances()
  assert.equal(balance?.spendableSat, START_SAT)
  assert.deepEqual(node.core.view.channels(), [])
  assert.deepEqual(node.broadcasts, [])
  assert.ok(Object.values(node.core.view.leftovers()).every((count) => count === 0))
}

describe('node, an enforced channel is opened', () => {
  it('is answered when the funding transaction is on its way, and told of while it is not confirmed', () => {
    const { world, alice, bob } = linked()
    const { channelId, fundingTxid } = world.ask(alice, opening(bob)) as { channelId: ChannelId, fundingTxid: string }
    const view = world.channel(alice, channelId)
    assert.equal(view.fundingTxid, fundingTxid)
    assert.equal(view.next, `Waits for the funding transaction: 0 of ${CONFIRMATIONS} confirmations.`)
    assert.equal(view.spendable, 0n)
    assert.deepEqual(alice.broadcasts, [fundingTxid])
    world.mine(1)
    assert.equal(world.channel(bob, channelId).next, `Waits for the funding transaction: 1 of ${CONFIRMATIONS} confirmations.`)
    world.mine(CONFIRMATIONS - 1)
    const [mine, theirs] = [world.channel(alice, channelId), world.channel(bob, channelId)]
    assert.deepEqual([mine.next, theirs.next], ['Ready.', 'Ready.'])
    // A hundredth of the channel stays with each side.
    assert.equal(mine.spendable, sat(395_000))
    assert.equal(mine.receivable, sat(95_000))
    assert.equal(theirs.spendable, sat(95_000))
    assert.ok(alice.notices.some(({ type }) => type === 'channel:opened'))
  })

  it('keeps coins aside for fees while there is a channel, and says when they are missing', () => {
    const { world, alice, bob } = linked()
    world.open(alice, bob, 500_000n)
    assert.equal(alice.core.view.walletBalances()[0]?.reservedSat, 300_000n)
    assert.deepEqual(alice.core.view.warnings(), [])
    assert.match(bob.core.view.warnings().join(), /the wallet keeps 2 coins of 150000 sat on bitcoin too few/)
  })

  it('says that nobody watches when the chain is out of reach', () => {
    const { world, alice, bob } = linked()
    world.open(alice, bob, 500_000n)
    alice.post({ type: 'chainStatus', chain: 'bitcoin', state: 'unreachable', formats: [] })
    world.settle()
    assert.match(alice.core.view.warnings().join(), /the chain bitcoin is unreachable while 1 channels hang on it/)
  })

  it('is refused for want of coins, before the peer is asked and when the fee is too much', () => {
    const { world, alice, bob } = linked()
    assert.equal(refusalOf(world, alice, opening(bob, { amount: sat(3_000_001) })).refused, 'insufficient-coins')
    assert.equal(refusalOf(world, alice, opening(bob, { amount: sat(3_000_000) })).refused, 'insufficient-coins')
    assertUntouched(world, alice)
    assert.deepEqual(bob.core.view.channels(), [])
  })

  it('is refused without a wallet, a link, an answer of the chain or whole satoshis', () => {
    const { world, alice, bob } = linked({ withoutWallet: ['alice'] })
    assert.equal(refusalOf(world, alice, opening(bob)).refused, 'no-wallet')
    assert.equal(refusalOf(world, bob, opening(bob)).refused, 'no-link')
    assert.equal(refusalOf(world, bob, opening(alice, { amount: sat(100_000), push: sat(0) })).refused, 'insufficient-coins')
    world.fund(bob, START_SAT)
    assert.equal(refusalOf(world, bob, { ...opening(alice), amount: (sat(100_000) + 1n) } as Request).refused, 'bad-request')
    assert.equal(refusalOf(world, bob, opening(alice)).refused, 'channel-refused')
    bob.post({ type: 'chainStatus', chain: 'bitcoin', state: 'wrong-chain', formats: [] })
    assert.equal(refusalOf(world, bob, opening(alice)).refused, 'chain-unreachable')
    assertUntouched(world, bob)
  })

  it('is refused by a peer whose rules do not accept so much', () => {
    const { world, alice, bob } = linked()
    world.ask(bob, { type: 'link.set', peer: alice.peer, accept: [{ kind: 'chain', asset: BTC, limit: sat(400_000) }], fee: undefined })
    const refusal = refusalOf(world, alice, opening(bob))
    assert.equal(refusal.refused, 'channel-refused')
    assert.equal(refusal.detail['reason'], 'limit')
    assertUntouched(world, alice)
  })

  for (const silentAt of ['open', 'funded'] as const) {
    it(`gives the coins free when the peer never answers ${silentAt}`, () => {
      const { world, alice, bob } = linked()
      bob.deaf = (event) => event.type === 'channelMessage' && event.message.type === silentAt
      const id = alice.request(opening(bob))
      world.settle()
      assert.equal(alice.answers.has(id), false)
      assert.equal(alice.core.view.leftovers()['fundings'], 1)
      world.clock.advance(OPENING_PATIENCE_MS)
      world.settle()
      assert.equal((alice.answer(id) as Refusal).refused, 'timed-out')
      assertUntouched(world, alice)
      // The same coins fund another channel.
      bob.deaf = () => false
      world.open(alice, bob, 2_500_000n)
    })
  }

  it('gives the coins free when its owner closes it before it is funded', () => {
    const { world, alice, bob } = linked()
    bob.deaf = (event) => event.type === 'channelMessage' && event.message.type === 'funded'
    const id = alice.request(opening(bob))
    world.settle()
    const [channel] = alice.core.view.channels()
    assert.deepEqual(world.ask(alice, { type: 'channel.close', channelId: channel!.id }), { status: 'closed' })
    assert.equal((alice.answer(id) as Refusal).refused, 'no-channel')
    assertUntouched(world, alice)
  })

  it('comes to nothing when the connection is lost in the middle', () => {
    const { world, alice, bob } = linked()
    bob.deaf = (event) => event.type === 'channelMessage' && event.message.type === 'funded'
    const id = alice.request(opening(bob))
    world.settle()
    bob.deaf = () => false
    world.disconnect(alice, bob)
    world.connect(alice, bob)
    assert.equal((alice.answer(id) as Refusal).refused, 'channel-refused')
    assertUntouched(world, alice)
    world.open(alice, bob, 500_000n)
  })

  describe('and is given up by an opener that did not hear that the acceptor signed', () => {
    /** The acceptor has heard of it. */
    const givenUp = (): { world: ChainNodes, alice: TestNode, bob: TestNode, id: ChannelId } => {
      const all = linked()
      const { world, alice, bob } = all
      alice.deaf = (event) => event.type === 'channelMessage' && event.message.type === 'signed'
      alice.request(opening(bob))
      world.settle()
      const [channel] = bob.core.view.channels()
      world.clock.advance(OPENING_PATIENCE_MS)
      world.settle()
      assertUntouched(world, alice)
      assert.equal(world.channel(bob, channel!.id).status, 'failed')
      assert.match(world.channel(bob, channel!.id).next, /gave the channel up/)
      return { ...all, id: channel!.id }
    }

    it('is forgotten by the acceptor when six blocks went by without its funding [ENF-30]', () => {
      const { world, alice, bob, id } = givenUp()
      world.mine(GIVEN_UP_BLOCKS - 1)
      assert.equal(world.channel(bob, id).status, 'failed')
      world.mine(1)
      assert.deepEqual(bob.core.view.channels(), [])
      assert.ok(Object.values(bob.core.view.leftovers()).every((count) => count === 0))
      assert.deepEqual(bob.broadcasts, [])
      alice.deaf = () => false
      world.open(alice, bob, 500_000n)
    })

    it('is forgotten also by an acceptor that was down meanwhile [ENF-30]', () => {
      const { world, bob } = givenUp()
      bob.crash()
      world.mine(GIVEN_UP_BLOCKS)
      world.revive(bob)
      world.mine(1)
      assert.deepEqual(bob.core.view.channels(), [])
    })

    it('is closed by force when its funding comes all the same, however late it confirms [ENF-30]', () => {
      const { world, alice, bob } = linked()
      world.fund(bob, 200_000n)
      // What the opener published before it lost its data.
      const backup = new Map(alice.disk)
      alice.blind = true
      const { channelId, fundingTxid } = world.ask(alice, opening(bob)) as { channelId: ChannelId, fundingTxid: string }
      world.chain.withhold(fundingTxid)
      alice.crash()
      alice.disk.clear()
      for (const [key, value] of backup) alice.disk.set(key, value)
      alice.blind = false
      world.revive(alice)
      assert.match(world.channel(bob, channelId).next, /gave the channel up/)
      world.mine(2 * GIVEN_UP_BLOCKS)
      assert.equal(world.channel(bob, channelId).status, 'failed')
      world.chain.withhold(fundingTxid, false)
      world.mine(3)
      assert.notEqual(world.channel(bob, channelId).sweepHeight, undefined)
      world.mine(144 + 8)
      assert.deepEqual(bob.core.view.channels(), [])
      assert.ok(world.money(bob) > 290_000n)
    })
  })

  it('is funded though the connection is lost when both have signed', () => {
    const { world, alice, bob } = linked()
    const id = alice.request(opening(bob))
    bob.deaf = (event) => event.type === 'channelMessage' && event.message.type === 'reestablish'
    world.settle()
    world.disconnect(alice, bob)
    bob.deaf = () => false
    world.connect(alice, bob)
    const { channelId } = alice.answer(id) as { channelId: ChannelId }
    world.mine(CONFIRMATIONS)
    assert.equal(world.channel(alice, channelId).next, 'Ready.')
  })
})
