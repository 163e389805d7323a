import assert from 'node:assert/strict'
import { dyingWhileOpening } from './chain-deaths.js'
import { BTC, chainNodes, sat, type ChainNodes, type CrashPlace, type TestNode } from './chain-nodes.js'

const START_SAT = 2_000_000n
const FUNDING_SAT = 500_000n

interface Ends { readonly world: ChainNodes, readonly alice: TestNode, readonly bob: TestNode }

function linked (): Ends {
  const world = chainNodes(['alice', 'bob'])
  const [alice, bob] = world.nodes as readonly [TestNode, TestNode]
  world.link(alice, bob)
  world.fund(alice, START_SAT / 2n, 2)
  return { world, alice, bob }
}

/** Whatever happened: one channel that works and was funded once, or none and all coins. */
function assertOneOrNone ({ world, alice, bob }: Ends): 'open' | 'none' {
  const [mine, theirs] = [alice.core.view.channels(), bob.core.view.channels()]
  const total = world.money(alice)
  if (mine.length === 0) {
    assert.equal(total, START_SAT)
    assert.equal(alice.core.view.walletBalances()[0]?.reservedSat, 0n)
    return 'none'
  }
  assert.deepEqual([...mine, ...theirs].map(({ next }) => next), ['Ready.', 'Ready.'])
  const costSat = START_SAT - total
  assert.ok(costSat > FUNDING_SAT && costSat < FUNDING_SAT + 5_000n, `the channel cost ${costSat}`)
  return 'open'
}

describe('node, a process dies while an enforced channel is opened', function () {
  this.timeout(120_000)
  for (const who of ['alice', 'bob'] as const) {
    for (const place of ['before', 'after'] as const satisfies readonly CrashPlace[]) {
      it(`${who}, ${place} each batch: the channel is funded once, or the coins are free`, () => {
        const ends = dyingWhileOpening(linked, (all) => all[who], place, ({ alice, bob }) => {
          alice.request({ type: 'channel.open', peer: bob.peer, kind: 'chain', asset: BTC, amount: sat(FUNDING_SAT), push: sat(100_000) })
        }, assertOneOrNone)
        assert.ok(ends.open !== undefined)
      })
    }
  }
})
