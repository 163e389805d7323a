import assert from 'node:assert/strict'
import { chainNodes } from './chain-nodes.js'

describe('enforced channels in the node', () => {
  it('are funded, confirmed and closed together', () => {
    const world = chainNodes(['alice', 'bob'])
    const [alice, bob] = world.nodes as [typeof world.nodes[0], typeof world.nodes[0]]
    world.link(alice, bob)
    world.fund(alice, 1_000_000n, 3)
    const id = world.open(alice, bob, 500_000n, 100_000n)
    world.ask(alice, { type: 'channel.close', channelId: id })
    world.mine(7)
    assert.deepEqual([...alice.core.view.channels(), ...bob.core.view.channels()], [])
    assert.equal(world.money(bob), 100_000n)
  })
})
