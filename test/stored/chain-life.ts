import type { Change } from '../../src/core/base/table.js'
import { restorationOf } from '../../src/core/backup/backup.js'
import { BTC, chainNodes, sat } from '../core/node/chain-nodes.js'

/** What nodes on a chain store in a short life: funding, payments of the wallet, closes of both kinds, a restore. */
export function chainLife (hear: (step: { readonly changes: readonly Change[] }) => void): void {
  const world = chainNodes(['alice', 'bob', 'carol'], { onChanges: (changes) => { hear({ changes }) } })
  const [alice, bob, carol] = world.nodes as [typeof world.nodes[0], typeof world.nodes[0], typeof world.nodes[0]]
  world.link(alice, bob)
  world.fund(alice, 1_000_000n, 3)
  world.fund(bob, 400_000n, 2)
  const first = world.open(alice, bob, 500_000n, 100_000n)
  world.open(alice, bob, 300_000n)
  const content = alice.core.view.backupContent(world.clock.now())
  const { address } = world.ask(bob, { type: 'wallet.address', chain: 'bitcoin' }) as { address: string }
  world.ask(alice, { type: 'wallet.send', chain: 'bitcoin', address, valueSat: 50_000n })
  // An opening whose peer is silent: coins that are set aside, and free again.
  bob.deaf = (event) => event.type === 'channelMessage' && event.message.type === 'funded'
  alice.request({ type: 'channel.open', peer: bob.peer, kind: 'chain', asset: BTC, amount: sat(100_000), push: sat(0) })
  world.settle()
  world.clock.advance(600_000)
  bob.deaf = () => false
  world.ask(alice, { type: 'channel.close', channelId: first, force: true })
  world.mine(10)
  world.ask(carol, { type: 'backup.restore', restoration: restorationOf(content) })
  world.mine(1)
  fundedByBoth(hear)
}

/** A channel that both ends fund. */
function fundedByBoth (hear: (step: { readonly changes: readonly Change[] }) => void): void {
  const world = chainNodes(['alice', 'bob'], { onChanges: (changes) => { hear({ changes }) } })
  const [alice, bob] = world.nodes as [typeof world.nodes[0], typeof world.nodes[0]]
  world.link(alice, bob)
  world.fund(alice, 500_000n, 2)
  world.fund(bob, 500_000n, 2)
  world.ask(bob, { type: 'link.set', peer: alice.peer, accept: [{ kind: 'chain', asset: BTC, limit: sat(10_000_000), add: sat(400_000) }], fee: undefined })
  world.ask(alice, { type: 'channel.open', peer: bob.peer, kind: 'chain', asset: BTC, amount: sat(500_000), push: sat(0), theirAmount: sat(300_000) })
  world.mine(6)
}
