import assert from 'node:assert/strict'
import type { Refusal } from '../../../src/core/base/step.js'
import type { ChannelId } from '../../../src/core/base/ids.js'
import type { ChannelMessage, Share } from '../../../src/core/channel/messages.js'
import type { Request } from '../../../src/core/node/requests.js'
import { OPENING_PATIENCE_MS } from '../../../src/core/node/limits.js'
import type { OutputFound } from '../../../src/core/node/events.js'
import { dyingWhileOpening } from './chain-deaths.js'
import { BTC, chainNodes, CONFIRMATIONS, sat, type ChainNodes, type CrashPlace, type TestNode } from './chain-nodes.js'

const START_SAT = 1_000_000n
const OURS_SAT = 500_000n
const THEIRS_SAT = 300_000n

interface Ends { readonly world: ChainNodes, readonly alice: TestNode, readonly bob: TestNode }

function linked (addSat: bigint = 400_000n): Ends {
  const world = chainNodes(['alice', 'bob'])
  const [alice, bob] = world.nodes as readonly [TestNode, TestNode]
  world.link(alice, bob)
  world.fund(alice, START_SAT / 2n, 2)
  world.fund(bob, START_SAT / 2n, 2)
  world.ask(bob, { type: 'link.set', peer: alice.peer, accept: [{ kind: 'chain', asset: BTC, limit: sat(10_000_000), add: sat(addSat) }], fee: undefined })
  return { world, alice, bob }
}

const opening = (peer: TestNode, more: Partial<Extract<Request, { type: 'channel.open', kind: 'chain' }>> = {}): Request =>
  ({ type: 'channel.open', peer: peer.peer, kind: 'chain', asset: BTC, amount: sat(OURS_SAT), push: sat(0), theirAmount: sat(THEIRS_SAT), ...more })

const refusalOf = ({ world, alice }: Ends, request: Request): Refusal => {
  const id = alice.request(request)
  world.settle()
  return alice.answer(id) as Refusal
}

const reservedSat = (node: TestNode): bigint => node.core.view.walletBalances()[0]?.reservedSat ?? 0n
const spendableSat = (node: TestNode): bigint => node.core.view.walletBalances()[0]?.spendableSat ?? 0n

/** Nothing is set aside, nothing is published, nobody has the channel. */
function assertUntouched ({ world, alice, bob }: Ends): void {
  world.settle()
  for (const node of [alice, bob]) {
    assert.equal(spendableSat(node), START_SAT, node.name)
    assert.deepEqual(node.core.view.channels(), [])
    assert.deepEqual(node.broadcasts, [])
  }
}

/** Hands a message to a node in another form; `undefined` loses it. */
function tamper (node: TestNode, change: (message: ChannelMessage) => ChannelMessage | undefined): void {
  node.deaf = (event) => {
    if (event.type !== 'channelMessage') return false
    const changed = change(event.message)
    if (changed === event.message) return false
    node.deaf = () => false
    if (changed !== undefined) node.post({ ...event, message: changed })
    return true
  }
}

const withShare = (share: Share, change: (share: Share) => Share): Share => change(share)
const firstValue = (delta: bigint) => ({ inputs, change }: Share): Share => ({ inputs: inputs.with(0, { ...inputs[0]!, output: { ...inputs[0]!.output, valueSat: inputs[0]!.output.valueSat + delta } }), change })

describe('node, both ends fund an enforced channel', function () {
  this.timeout(120_000)

  describe('on an opening that asks for a contribution', () => {
    it('publishes one transaction with inputs of both, and each begins with what it put in [ENF-25] [ENF-26] [ENF-28]', () => {
      const { world, alice, bob } = linked()
      const { channelId, fundingTxid } = world.ask(alice, opening(bob)) as { channelId: ChannelId, fundingTxid: string }
      assert.deepEqual(alice.broadcasts, [fundingTxid])
      assert.deepEqual(bob.broadcasts, [])
      world.mine(CONFIRMATIONS)
      const [mine, theirs] = [world.channel(alice, channelId), world.channel(bob, channelId)]
      assert.deepEqual([mine.next, theirs.next], ['Ready.', 'Ready.'])
      assert.deepEqual([mine.spendable, theirs.spendable], [sat(OURS_SAT - 8_000n), sat(THEIRS_SAT - 8_000n)])
      // Each paid for its own part of the transaction.
      const [aliceCost, bobCost] = [START_SAT - world.money(alice) - OURS_SAT, START_SAT - world.money(bob) - THEIRS_SAT]
      assert.ok(aliceCost > bobCost && bobCost > 0n && aliceCost < 10_000n, `${aliceCost} and ${bobCost}`)
    })

    it('closes with the coins of each in its own wallet', () => {
      const { world, alice, bob } = linked()
      const { channelId } = world.ask(alice, opening(bob, { push: sat(50_000) })) as { channelId: ChannelId }
      world.mine(CONFIRMATIONS)
      world.ask(alice, { type: 'channel.close', channelId })
      world.mine(10)
      assert.deepEqual([alice.core.view.channels(), bob.core.view.channels()], [[], []])
      assert.ok(world.money(bob) > START_SAT + 40_000n && world.money(bob) <= START_SAT + 50_000n, `${world.money(bob)}`)
      assert.ok(world.money(alice) > START_SAT - 70_000n)
    })

    for (const type of ['open', 'accept', 'funded', 'signed'] as const) {
      it(`is not disturbed by ${type} that comes twice [CHAN-16]`, () => {
        const { world, alice, bob } = linked()
        const receiver = type === 'open' || type === 'funded' ? bob : alice
        receiver.deaf = (event) => {
          if (event.type === 'channelMessage' && event.message.type === type) receiver.post(event)
          return false
        }
        const { channelId, fundingTxid } = world.ask(alice, opening(bob)) as { channelId: ChannelId, fundingTxid: string }
        world.mine(CONFIRMATIONS)
        assert.deepEqual([world.channel(alice, channelId).next, world.channel(bob, channelId).next], ['Ready.', 'Ready.'])
        assert.ok(alice.broadcasts.includes(fundingTxid))
        assert.ok(world.money(bob) < START_SAT - THEIRS_SAT)
      })
    }

    it('is a fault when the same opening comes with another contribution [CHAN-16]', () => {
      const ends = linked()
      let first: ChannelMessage | undefined
      ends.bob.deaf = (event) => {
        if (event.type === 'channelMessage' && event.message.type === 'open') first = event.message
        return event.type === 'channelMessage' && event.message.type === 'funded'
      }
      const id = ends.alice.request(opening(ends.bob))
      ends.world.settle()
      assert.ok(first?.type === 'open' && first.opening.kind === 'chain')
      const { contribution } = first.opening
      ends.bob.post({ type: 'channelMessage', peer: ends.alice.peer, message: { ...first, opening: { ...first.opening, contribution: { ...contribution!, satPerKvb: contribution!.satPerKvb + 1n } } } })
      ends.world.settle()
      assert.equal((ends.alice.answer(id) as Refusal).detail['reason'], 'CHAN-16')
      assertUntouched(ends)
    })

    it('is refused without a rule that adds coins, above it, and above what the opener puts in [ENF-25] [LINK-14]', () => {
      const none = linked(0n)
      assert.equal(refusalOf(none, opening(none.bob)).detail['reason'], 'limit')
      assertUntouched(none)
      const ends = linked()
      assert.equal(refusalOf(ends, opening(ends.bob, { theirAmount: sat(400_001) })).detail['reason'], 'limit')
      assert.equal(refusalOf(ends, opening(ends.bob, { theirAmount: sat(OURS_SAT + 1n) })).refused, 'bad-request')
      assert.equal(refusalOf(ends, opening(ends.bob, { theirAmount: sat(9_999) })).refused, 'bad-request')
      assertUntouched(ends)
    })

    it('is refused by an acceptor without so many coins', () => {
      const ends = linked(10_000_000n)
      ends.world.fund(ends.alice, 3_000_000n)
      const refusal = refusalOf(ends, opening(ends.bob, { amount: sat(2_000_000), theirAmount: sat(2_000_000) }))
      assert.equal(refusal.detail['reason'], 'no-coins')
      assert.equal(reservedSat(ends.bob), 0n)
      assert.equal(reservedSat(ends.alice), 0n)
    })

    it('gives no second contribution to a peer that has not published the first [ENF-29]', () => {
      const ends = linked()
      const { world, alice, bob } = ends
      bob.deaf = (event) => event.type === 'channelMessage' && event.message.type === 'funded'
      alice.request(opening(bob, { amount: sat(200_000), theirAmount: sat(100_000) }))
      world.settle()
      const refusal = refusalOf(ends, opening(bob, { amount: sat(200_000), theirAmount: sat(100_000) }))
      assert.equal(refusal.detail['reason'], 'too-many')
    })
  })

  describe('on a share that is wrong', () => {
    const aboutAcceptor: ReadonlyArray<readonly [string, (share: Share) => Share, RegExp]> = [
      ['leaves less than its fee', ({ inputs, change }) => ({ inputs, change: { ...change!, valueSat: change!.valueSat + 1n } }), /ENF-26/],
      ['has a change below dust', ({ inputs, change }) => ({ inputs, change: { ...change!, valueSat: 329n } }), /ENF-26/],
      ['names an input that is absent', ({ inputs, change }) => ({ inputs: inputs.with(0, { ...inputs[0]!, index: 77 }), change }), /absent or spent/],
      ['names another value', firstValue(1n), /holds 500000 sat, not 500001/],
      ['names another script', ({ inputs, change }) => ({ inputs: inputs.with(0, { ...inputs[0]!, output: { ...inputs[0]!.output, script: change!.script } }), change }), /another script/]
    ]
    for (const [what, change, reason] of aboutAcceptor) {
      it(`the acceptor's ${what}: the opener stops, and all coins are free [ENF-26] [ENF-27]`, () => {
        const ends = linked()
        tamper(ends.alice, (message) => message.type === 'accept' && message.acceptance?.share !== undefined ? { ...message, acceptance: { ...message.acceptance, share: withShare(message.acceptance.share, change) } } : message)
        const refusal = refusalOf(ends, opening(ends.bob))
        assert.equal(refusal.refused, 'channel-refused')
        assert.match(String(refusal.detail['reason']), reason)
        assertUntouched(ends)
      })
    }
    for (const [what, answer, reason] of [
      ['is unconfirmed', (found: OutputFound) => ({ ...found, confirmations: 0 }), /is unconfirmed/],
      ['is of an unripe coinbase', (found: OutputFound) => ({ ...found, coinbase: true, confirmations: 99 }), /coinbase that is not ripe/],
      ['cannot be looked up', () => undefined, /cannot say/]
    ] as const) {
      it(`the chain says that an input ${what}: nobody signs [ENF-27]`, () => {
        for (const who of ['alice', 'bob'] as const) {
          const ends = linked()
          const { post } = ends[who]
          ends[who].post = (event) => { post(event.type === 'outputFound' && event.found !== undefined && event.found !== 'none' ? { ...event, found: answer(event.found) } : event) }
          const refusal = refusalOf(ends, opening(ends.bob))
          assert.match(String(refusal.detail['reason']), who === 'alice' ? reason : /bad-input/)
          assertUntouched(ends)
        }
      })
    }
    it('a share is missing, from either side [ENF-26]', () => {
      const first = linked()
      tamper(first.alice, (message) => message.type === 'accept' ? { ...message, acceptance: { ...message.acceptance!, share: undefined } } : message)
      assert.equal(refusalOf(first, opening(first.bob)).detail['reason'], 'ENF-26')
      assertUntouched(first)
      const second = linked()
      tamper(second.bob, (message) => message.type === 'funded' ? { ...message, share: undefined } : message)
      assert.equal(refusalOf(second, opening(second.bob)).detail['reason'], 'ENF-26')
      assertUntouched(second)
    })
    it('the opener\'s does not make the transaction that it named, or leaves too little [ENF-26]', () => {
      for (const change of [firstValue(-100_000n), ({ inputs, change: back }: Share): Share => ({ inputs, change: { ...back!, valueSat: back!.valueSat - 1n } })]) {
        const ends = linked()
        tamper(ends.bob, (message) => message.type === 'funded' ? { ...message, share: withShare(message.share!, change) } : message)
        assert.equal(refusalOf(ends, opening(ends.bob)).detail['reason'], 'ENF-26')
        assertUntouched(ends)
      }
    })
    it('the opener\'s inputs have another value on the chain: the acceptor does not sign [ENF-27]', () => {
      const ends = linked()
      tamper(ends.bob, (message) => message.type === 'funded' ? { ...message, share: withShare(message.share!, firstValue(1n)) } : message)
      assert.equal(refusalOf(ends, opening(ends.bob)).detail['reason'], 'bad-input')
      assertUntouched(ends)
    })
    it('a signature of the acceptor\'s inputs is wrong, missing or one too many [ENF-28]', () => {
      for (const change of [(all: readonly Uint8Array[]) => all.with(0, new Uint8Array(64).fill(1)), () => [], (all: readonly Uint8Array[]) => [...all, all[0]!]]) {
        const ends = linked()
        tamper(ends.alice, (message) => message.type === 'signed' ? { ...message, witnesses: change(message.witnesses!) } : message)
        assert.equal(refusalOf(ends, opening(ends.bob)).detail['reason'], 'ENF-28')
        assert.equal(spendableSat(ends.alice), START_SAT)
        assert.deepEqual(ends.alice.broadcasts, [])
      }
    })
  })

  describe('on silence', () => {
    for (const [deafEnd, type] of [['bob', 'open'], ['alice', 'accept'], ['bob', 'funded'], ['alice', 'signed']] as const) {
      it(`at ${type}: after a while the coins of both are free [ENF-29]`, () => {
        const ends = linked()
        const { world, alice, bob } = ends
        ends[deafEnd].deaf = (event) => event.type === 'channelMessage' && event.message.type === type
        const id = alice.request(opening(bob))
        world.settle()
        assert.equal(alice.answers.has(id), false)
        if (type !== 'open') assert.ok(reservedSat(bob) > 0n)
        world.clock.advance(OPENING_PATIENCE_MS + 1)
        world.settle()
        assert.equal((alice.answer(id) as Refusal).refused, 'timed-out')
        assert.equal(spendableSat(alice), START_SAT)
        assert.equal(spendableSat(bob) + reservedSat(bob), START_SAT)
        assert.deepEqual(alice.core.view.channels(), [])
        alice.deaf = bob.deaf = () => false
        world.disconnect(alice, bob)
        world.connect(alice, bob)
        if (type !== 'signed') return assertUntouched(ends)
        // Bob has signed: his channel stays while it may still be funded, and ends when his coins went elsewhere for good.
        assert.equal(bob.core.view.channels().length, 1)
        const { address } = world.ask(alice, { type: 'wallet.address', chain: 'bitcoin' }) as { address: string }
        world.ask(bob, { type: 'wallet.send', chain: 'bitcoin', address, valueSat: 'all' })
        world.mine(6)
        assert.deepEqual(bob.core.view.channels(), [])
      })
    }

    it('the chain never answers about an input: both give up [ENF-27] [ENF-29]', () => {
      for (const blindEnd of ['alice', 'bob'] as const) {
        const ends = linked()
        const { world, alice, bob } = ends
        // Its own questions are lost.
        const post = ends[blindEnd].post
        ends[blindEnd].post = (event) => { if (event.type !== 'outputFound') post(event) }
        const id = alice.request(opening(bob))
        world.settle()
        world.clock.advance(OPENING_PATIENCE_MS + 1)
        world.settle()
        assert.ok(['timed-out', 'channel-refused'].includes((alice.answer(id) as Refusal).refused))
        assertUntouched(ends)
      }
    })

    it('the connection is lost in the middle: the acceptor\'s coins are free at once [ENF-29]', () => {
      const ends = linked()
      const { world, alice, bob } = ends
      alice.deaf = (event) => event.type === 'channelMessage' && event.message.type === 'accept'
      const id = alice.request(opening(bob))
      world.settle()
      assert.ok(reservedSat(bob) > 0n)
      world.disconnect(alice, bob)
      assert.equal(spendableSat(bob), START_SAT)
      alice.deaf = () => false
      world.connect(alice, bob)
      const { channelId } = alice.answer(id) as { channelId: ChannelId }
      world.mine(CONFIRMATIONS)
      assert.equal(world.channel(bob, channelId).next, 'Ready.')
    })
  })

  describe('on an acceptor that spends its inputs elsewhere after it signed', () => {
    for (const publishedFirst of [false, true]) {
      it(`${publishedFirst ? 'after' : 'before'} the opener published: the opener's coins are free when that is buried, and both forget the channel [ENF-29]`, () => {
        const ends = linked()
        const { world, alice, bob } = ends
        let held: ChannelMessage | undefined
        alice.deaf = (event) => {
          if (event.type !== 'channelMessage' || event.message.type !== 'signed') return false
          held = event.message
          return true
        }
        alice.request(opening(bob))
        world.settle()
        assert.ok(held !== undefined)
        const publish = (): void => {
          alice.deaf = () => false
          alice.post({ type: 'channelMessage', peer: bob.peer, message: held! })
        }
        bob.post({ type: 'timerFired', key: `chain/share/${held.channelId}` })
        world.settle()
        const { address } = world.ask(bob, { type: 'wallet.address', chain: 'bitcoin' }) as { address: string }
        bob.request({ type: 'wallet.send', chain: 'bitcoin', address, valueSat: 'all' })
        if (publishedFirst) publish()
        world.settle()
        if (!publishedFirst) world.mine(1)
        if (!publishedFirst) publish()
        world.settle()
        world.mine(8)
        assert.deepEqual([alice.core.view.channels(), bob.core.view.channels()], [[], []])
        // Less what it cost to divide a coin for fees while there was a channel.
        assert.ok(spendableSat(alice) > START_SAT - 1_000n, `${spendableSat(alice)}`)
        assert.equal(reservedSat(alice), 0n)
        assert.ok(world.money(bob) < START_SAT && world.money(bob) > START_SAT - 10_000n)
      })
    }
  })

  describe('on a process that dies', () => {
    for (const who of ['alice', 'bob'] as const) {
      for (const place of ['before', 'after'] as const satisfies readonly CrashPlace[]) {
        it(`${who}, ${place} each batch: the channel is funded once, or all coins are free [ENF-29]`, () => {
          const ends = dyingWhileOpening(linked, (all) => all[who], place, ({ alice, bob }) => { alice.request(opening(bob)) }, assertOneOrNone)
          assert.ok(ends.open !== undefined)
        })
      }
    }
  })
})

/** Whatever happened: one channel that works, or none that was funded, and no coin is kept for it. */
function assertOneOrNone ({ world, alice, bob }: Ends): 'open' | 'none' {
  const [mine] = alice.core.view.channels()
  if (mine === undefined) {
    assert.equal(world.money(alice), START_SAT)
    assert.equal(world.money(bob), START_SAT)
    for (const node of [alice, bob]) assert.equal(spendableSat(node), START_SAT - reservedForFees(node), node.name)
    return 'none'
  }
  assert.equal(mine.next, 'Ready.')
  assert.equal(world.channel(bob, mine.id).next, 'Ready.')
  return 'open'
}

/** An acceptor that has signed keeps coins for the fees of a channel that may still be funded. */
const reservedForFees = (node: TestNode): bigint => node.core.view.channels().length === 0 ? 0n : reservedSat(node)
