import assert from 'node:assert/strict'
import { BTC, chainNodes, sat, type ChainNodes, type TestNode } from './chain-nodes.js'

const PAID_SAT = 20_000n

interface Way { readonly world: ChainNodes, readonly nodes: readonly [TestNode, TestNode, TestNode, TestNode] }

/** A trust line, an enforced channel, a trust line; the ends follow no chain. */
function way (): Way {
  const names = ['alice', 'bob', 'carol', 'dave']
  const world = chainNodes(names, { withoutChain: ['alice', 'dave'] })
  const nodes = world.nodes as Way['nodes']
  const [alice, bob, carol, dave] = nodes
  for (const [a, b] of [[alice, bob], [bob, carol], [carol, dave]] as const) {
    world.link(a, b)
    for (const node of [a, b]) world.ask(node, { type: 'link.set', peer: 'default', accept: [{ kind: 'chain', asset: BTC, limit: sat(100_000_000) }, { kind: 'trust-line', asset: BTC, limit: sat(1_000_000) }], fee: undefined })
  }
  for (const node of [bob, carol]) world.fund(node, 500_000n, 2)
  world.open(bob, carol, 400_000n, 100_000n)
  for (const [a, b] of [[alice, bob], [carol, dave]] as const) world.ask(a, { type: 'channel.open', peer: b.peer, kind: 'trust-line', asset: BTC, limit: sat(200_000), amount: sat(200_000) })
  world.ask(bob, { type: 'meetingPoint.host' })
  world.clock.advance(60_000)
  return { world, nodes }
}

function pay ({ world, nodes: [alice, , , dave] }: Way, from = alice, to = dave): void {
  const { invoice } = world.ask(to, { type: 'invoice.create', asset: BTC, amount: sat(PAID_SAT), description: '', expiryMs: undefined, meetingPoints: undefined }) as { invoice: string }
  world.clock.advance(5_000)
  from.request({ type: 'pay', invoice, feeMax: undefined, via: [], timeoutMs: undefined })
  world.clock.advance(20_000)
}

const owed = ({ world }: Way, node: TestNode): bigint => node.core.view.channels().reduce((sum, { id }) => sum + world.channel(node, id).owedToUs, 0n)

describe('node, payments over trust lines and an enforced channel', function () {
  this.timeout(60_000)

  it('go both ways between nodes that follow no chain [ROUTE-22] [ROUTE-49]', () => {
    const all = way()
    const { nodes: [alice, bob, carol, dave] } = all
    const before = all.nodes.map((node) => owed(all, node))
    pay(all)
    assert.equal(alice.core.view.payments()[0]?.status, 'paid', JSON.stringify(alice.core.view.payments()[0], (_key, value: unknown) => typeof value === 'bigint' ? value.toString() : value))
    pay(all, dave, alice)
    assert.equal(dave.core.view.payments()[0]?.status, 'paid')
    assert.deepEqual(all.nodes.map((node) => owed(all, node)), before)
    for (const node of [alice, bob, carol, dave]) for (const { locks } of node.core.view.channels()) assert.deepEqual(locks, [])
  })

  it('hold locks by the clock of each channel, and the secret that the chain tells pays the trust line before it', () => {
    const all = way()
    const { world, nodes: [alice, bob, carol] } = all
    const before = owed(all, bob)
    // Bob hears no secret of carol, so she closes and claims on the chain.
    bob.deaf = (event) => event.type === 'channelMessage' && event.peer === carol.peer && (event.message.type === 'secret' || event.message.type === 'propose')
    pay(all)
    assert.equal(alice.core.view.payments()[0]?.status, 'locked')
    for (let blocks = 0; alice.core.view.payments()[0]?.status === 'locked'; blocks++) {
      assert.ok(blocks < 300, 'carol closes before the lock expires')
      world.mine(1)
      world.clock.advance(1_000)
    }
    assert.equal(alice.core.view.payments()[0]?.status, 'paid')
    assert.ok(before > owed(all, bob) - sat(PAID_SAT))
  })
})
