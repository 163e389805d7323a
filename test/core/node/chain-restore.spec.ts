import assert from 'node:assert/strict'
import { readBackup, restorationOf, writeBackup, type Restoration } from '../../../src/core/backup/backup.js'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { networkOf } from '../../../src/core/node/genesis.js'
import { BTC, chainNodes, CONFIRMATIONS, sat, type ChainNodes, type TestNode } from './chain-nodes.js'

const START_SAT = 1_000_000n

interface Ends { readonly world: ChainNodes, readonly alice: TestNode, readonly bob: TestNode, readonly id: ChannelId }

function opened (format: 'v3-zero-fee' | 'v2-fee' = 'v3-zero-fee'): Ends {
  const world = chainNodes(['alice', 'bob'])
  const [alice, bob] = world.nodes as readonly [TestNode, TestNode]
  world.link(alice, bob)
  world.fund(alice, START_SAT / 2n, 2)
  world.fund(bob, START_SAT / 2n, 2)
  const { channelId } = world.ask(alice, { type: 'channel.open', peer: bob.peer, kind: 'chain', asset: BTC, amount: sat(400_000), push: sat(100_000), format }) as { channelId: ChannelId }
  world.mine(CONFIRMATIONS)
  return { world, alice, bob, id: channelId }
}

/** What a backup file of now gives back. */
function backupOf (node: TestNode): Restoration {
  const owner = { key: new Uint8Array(32).fill(7), networkId: networkOf('chain-test', 'regtest').id }
  const content = readBackup(writeBackup(node.core.view.backupContent(1_700_000_000_000), owner, new Uint8Array(24)), { ...owner, file: 'backup' })
  assert.ok(!isRefusal(content))
  return restorationOf(content)
}

/** The disk is gone; the phrase and the backup are not. */
function loseDisk ({ world, alice }: Ends): void {
  alice.crash()
  alice.disk.clear()
  alice.start()
  world.settle()
}

const restore = ({ world, alice }: Ends, restoration: Restoration): object => world.ask(alice, { type: 'backup.restore', restoration })
const isFee = (value: bigint): boolean => value >= 0n && value < 10_000n

describe('node, a backup is restored on an empty disk', function () {
  this.timeout(60_000)

  for (const format of ['v3-zero-fee', 'v2-fee'] as const) {
    it(`${format}: the peer closes, coins and channels come back, nothing of ours is published [ENF-23]`, () => {
      const ends = opened(format)
      const { world, alice, bob, id } = ends
      const restoration = backupOf(alice)
      loseDisk(ends)
      alice.broadcasts.length = 0
      assert.deepEqual(restore(ends, restoration), { channels: 1 })
      world.mine(1)
      assert.match(world.channel(alice, id).next, /This side lost data: the peer was asked to close/)
      assert.match(alice.core.view.warnings().join(), /this side lost data/)
      world.connect(alice, bob)
      assert.equal(world.channel(bob, id).status, 'failed')
      world.mine(2)
      const { closingTxid } = world.channel(alice, id)
      assert.equal(closingTxid, world.channel(bob, id).closingTxid)
      assert.ok(!alice.broadcasts.includes(closingTxid!))
      world.mine(160)
      assert.deepEqual([...alice.core.view.channels(), ...bob.core.view.channels()], [])
      const [mine, theirs] = [START_SAT - 100_000n - world.money(alice), START_SAT + 100_000n - world.money(bob)]
      assert.ok(isFee(mine) && isFee(theirs), `${mine} and ${theirs} are missing`)
    })
  }

  it('goes on after a start, and through a reorganisation of the close', () => {
    const ends = opened()
    const { world, alice, bob } = ends
    const restoration = backupOf(alice)
    loseDisk(ends)
    restore(ends, restoration)
    alice.crash()
    world.mine(3)
    world.revive(alice)
    world.mine(2)
    alice.crash()
    world.mine(1)
    world.revive(alice)
    world.chain.reorg(3)
    world.settle()
    world.mine(20)
    assert.deepEqual(alice.core.view.channels(), [])
    const missing = START_SAT - 100_000n - world.money(alice)
    assert.ok(isFee(missing), `${missing}`)
    world.mine(150)
    assert.deepEqual(bob.core.view.channels(), [])
  })

  it('finds a channel that was closed together long ago, and coins of it', () => {
    const ends = opened()
    const { world, alice, id } = ends
    const restoration = backupOf(alice)
    world.ask(alice, { type: 'channel.close', channelId: id })
    world.mine(10)
    const before = world.money(alice)
    loseDisk(ends)
    restore(ends, restoration)
    world.mine(2)
    assert.equal(world.money(alice), before)
    assert.deepEqual(alice.core.view.channels(), [])
  })

  it('takes what a commitment of ours pays that was published before the loss', () => {
    const ends = opened()
    const { world, alice, id } = ends
    const restoration = backupOf(alice)
    world.ask(alice, { type: 'channel.close', channelId: id, force: true })
    world.mine(2)
    loseDisk(ends)
    restore(ends, restoration)
    world.mine(160)
    assert.deepEqual(alice.core.view.channels(), [])
    const missing = START_SAT - 100_000n - world.money(alice)
    assert.ok(isFee(missing), `${missing}`)
  })

  it('is part of the next backup until it has ended, and may be restored again', () => {
    const ends = opened()
    const { world, alice, bob, id } = ends
    const restoration = backupOf(alice)
    loseDisk(ends)
    restore(ends, restoration)
    assert.deepEqual(restore(ends, restoration), { channels: 0 })
    const again = backupOf(alice)
    assert.deepEqual(again.channels.map(({ channelId }) => channelId), [id])
    assert.equal(again.chains[0]!.sinceHeight, restoration.chains[0]!.sinceHeight)
    loseDisk(ends)
    restore(ends, again)
    world.connect(alice, bob)
    world.mine(20)
    assert.ok(isFee(START_SAT - 100_000n - world.money(alice)))
  })

  it('changes nothing where the channel is alive', () => {
    const ends = opened()
    const { world, alice, bob, id } = ends
    assert.deepEqual(restore(ends, backupOf(alice)), { channels: 0 })
    world.mine(2)
    assert.deepEqual([world.channel(alice, id).next, world.channel(bob, id).next], ['Ready.', 'Ready.'])
    assert.equal(alice.core.view.walletBalances()[0]!.coins, 4)
  })
})

describe('node, blocks were not told', function () {
  this.timeout(60_000)

  it('asks for what happened in them: coins and a close', () => {
    const { world, alice, bob, id } = opened()
    const { address } = world.ask(alice, { type: 'wallet.address', chain: 'bitcoin' }) as { address: string }
    const before = world.money(alice)
    alice.blind = true
    world.chain.fund(address, 50_000n)
    world.ask(bob, { type: 'channel.close', channelId: id, force: true })
    world.mine(2)
    alice.blind = false
    world.mine(2)
    assert.equal(world.channel(alice, id).status, 'failed')
    world.mine(8)
    assert.deepEqual(alice.core.view.channels(), [])
    const missing = before + 50_000n + 300_000n - world.money(alice)
    assert.ok(isFee(missing), `${missing}`)
  })

  it('tells the last blocks, newest first, so that a start goes on from there', () => {
    const { world, alice } = opened()
    const resume = alice.core.view.resume('bitcoin')
    const { tip } = world.chain.ledger
    assert.deepEqual(resume.slice(0, 2), [tip, world.chain.ledger.blockAt(tip.height - 1)!].map(({ height, hash }) => ({ height, hash })))
    assert.deepEqual(alice.core.view.resume('litecoin'), [])
  })
})
