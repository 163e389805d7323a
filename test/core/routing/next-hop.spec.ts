import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import type { MeetingPointId, PeerId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { HintRecord } from '../../../src/core/link/messages.js'
import type { HopQuery } from '../../../src/core/routing/next-hop.js'
import { BUCKETS, LEAF_HOPS, SCORE_HALF_LIFE_MS } from '../../../src/core/routing/limits.js'
import { PACING } from '../../../src/core/routing/pacing.js'
import { nextHops, scored } from '../../../src/core/routing/routing.js'
import { meetingPointViews } from '../../../src/core/routing/views.js'
import { firstOfSlot, slotAt } from '../../../src/core/routing/sequence.js'
import { BTC, NOON_MS, NOTHING_RESERVED, VirtualNetwork } from './harness.js'

const MP = toHex(mulG(scalarOf(new Uint8Array(32).fill(3)))) as MeetingPointId
const NUMBER = firstOfSlot(slotAt(PACING.private, NOON_MS))
const steps = (hops: number, bucket = BUCKETS - 1): HintRecord['to'] => [{ bucket, hops, sequence: NUMBER }]

/** Node 0 with channels to 1 … n of the given spendable amounts; receivable is ten times as much. */
function around (...spendable: bigint[]): VirtualNetwork {
  const network = new VirtualNetwork(spendable.length + 1)
  spendable.forEach((amount, index) => { network.connect(0, index + 1, amount, 10n * amount) })
  network.run(300)
  return network
}
const say = (network: VirtualNetwork, from: number, to: HintRecord['to'], back: HintRecord['to'] = to): void =>
  { network.deliver(from, 0, { type: 'hints', asset: BTC, records: [{ meetingPoint: MP, to, from: back }] }) }

function ask (network: VirtualNetwork, query: Partial<HopQuery> = {}): Array<[number, number, boolean]> {
  const index = new Map<PeerId, number>(network.nodes.map((node) => [node.peer, node.index]))
  return nextHops(network.node(0).host, {
    meetingPoint: MP, direction: 'to', asset: BTC, amount: asUnits(1_000n), exclude: new Set(), random: new Uint8Array(32), reserved: NOTHING_RESERVED, ...query
  }).map(({ peer, hops, detour }) => [index.get(peer)!, hops, detour])
}

describe('next hop, of several neighbours', () => {
  it('takes the smallest distance first; what is no nearer than here is a detour; silent ones are left out [HINT-19]', () => {
    const network = around(10_000n, 10_000n, 10_000n, 10_000n)
    say(network, 1, steps(5))
    say(network, 2, steps(2))
    say(network, 3, steps(3))
    assert.deepEqual(ask(network), [[2, 2, false], [3, 3, true], [1, 5, true]])
    assert.deepEqual(ask(network, { exclude: new Set([network.node(2).peer]) }), [[3, 3, true], [1, 5, true]])
  })

  it('takes the bucket below, last; as a detour where there is a way in the amount\'s own, or a nearer one below [HINT-19]', () => {
    const network = around(100_000n, 100_000n, 100_000n)
    say(network, 1, steps(2, 1))
    say(network, 2, steps(7, 2))
    say(network, 3, steps(1, 0))
    assert.deepEqual(ask(network, { amount: asUnits(1_000n) }), [[2, 7, false], [1, 102, true]])
    assert.deepEqual(ask(network, { amount: asUnits(1_025n) }), [[2, 107, false]])
    say(network, 3, steps(9, 2))
    assert.deepEqual(ask(network, { amount: asUnits(1_025n) }), [[2, 107, false], [3, 109, true]])
    assert.deepEqual(ask(network, { amount: asUnits(5_000n) }), [])
  })

  it('asks the channel what it can carry after reservations, by the half\'s direction [HINT-19]', () => {
    const network = around(10_000n, 20_000n)
    say(network, 1, steps(1), steps(4))
    say(network, 2, steps(2), steps(3))
    assert.deepEqual(ask(network, { amount: asUnits(10_001n) }).map(([index]) => index), [2])
    assert.deepEqual(ask(network, { amount: asUnits(100_000n), direction: 'from' }), [[2, 3, false], [1, 4, true]])
    const half = (): ReturnType<typeof NOTHING_RESERVED> => asUnits(5_001n)
    assert.deepEqual(ask(network, { amount: asUnits(5_000n), reserved: half }).map(([index]) => index), [2])
  })

  it('breaks ties by the largest amount left, then by the request\'s randomness [HINT-19]', () => {
    const network = around(10_000n, 30_000n, 20_000n)
    for (const from of [1, 2, 3]) say(network, from, steps(2))
    assert.deepEqual(ask(network).map(([index]) => index), [2, 3, 1])
    const even = around(10_000n, 10_000n)
    for (const from of [1, 2]) say(even, from, steps(2))
    const firsts = Array.from({ length: 32 }, (_, i) => ask(even, { random: new Uint8Array(32).fill(i) })[0]![0])
    assert.deepEqual([...new Set(firsts)].sort((a, b) => a - b), [1, 2])
  })

  it('tries a neighbour that keeps failing last, until that is forgotten [HINT-19]', () => {
    const network = around(10_000n, 10_000n)
    say(network, 1, steps(1))
    say(network, 2, steps(2))
    const { host } = network.node(0)
    for (let i = 0; i < 4; i++) scored(host, network.node(1).peer, MP, false)
    assert.deepEqual(ask(network).map(([index]) => index), [2, 1])
    const later = { ...host, env: { ...host.env, nowMs: host.env.nowMs + 2 * SCORE_HALF_LIFE_MS } }
    assert.equal(nextHops(later, { meetingPoint: MP, direction: 'to', asset: BTC, amount: asUnits(1_000n), exclude: new Set(), random: new Uint8Array(32), reserved: NOTHING_RESERVED })[0]!.peer, network.node(1).peer)
    for (let i = 0; i < 5; i++) scored(host, network.node(1).peer, MP, true)
    assert.deepEqual(ask(network).map(([index]) => index), [1, 2])
  })
})

describe('next hop, of a leaf', () => {
  it('is its only neighbour, known distance or not, if the channel carries the amount [HINT-20]', () => {
    const network = around(10_000n)
    assert.deepEqual(ask(network), [[1, LEAF_HOPS, false]])
    say(network, 1, steps(4))
    assert.deepEqual(ask(network), [[1, 4, false]])
    assert.deepEqual(ask(network, { amount: asUnits(10_001n) }), [])
    assert.deepEqual(ask(network, { exclude: new Set([network.node(1).peer]) }), [])
  })
})

describe('meeting points, as people see them', () => {
  it('are those hosted, announced or heard of, with the smallest distance', () => {
    const network = around(10_000n)
    say(network, 1, steps(4))
    const hosted = network.hostAt(0)
    assert.deepEqual([...meetingPointViews(network.node(0).host)].sort((a, b) => (a.hops ?? 0) - (b.hops ?? 0)), [
      { id: hosted, hosted: true, hops: 0, announced: true, role: 'hosted', epoch: undefined, attestations: undefined },
      { id: MP, hosted: false, hops: 5, announced: false, role: undefined, epoch: undefined, attestations: undefined }
    ])
  })
})
