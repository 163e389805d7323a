import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { MeetingPointId, PeerId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { thresholdsOf } from '../../../src/core/routing/bucket.js'
import { BUCKETS } from '../../../src/core/routing/limits.js'
import { startOf } from '../../../src/core/routing/own-vector.js'
import { usableIn } from '../../../src/core/routing/publish.js'
import { nextHops, stopMeetingPoint } from '../../../src/core/routing/routing.js'
import { vectorKey } from '../../../src/core/routing/tables.js'
import { choiceOf, DIRECTIONS, type Direction } from '../../../src/core/routing/vector.js'
import { BTC, NOTHING_RESERVED, VirtualNetwork } from './harness.js'

const SAT = 1_000n

/** Distances of every node by breadth first search over channels that reach the bucket, start included. */
function expected (network: VirtualNetwork, hostIndex: number, id: MeetingPointId, direction: Direction, bucket: number): Array<number | undefined> {
  const threshold = thresholdsOf(BTC)[bucket]!
  const distances: Array<number | undefined> = network.nodes.map(() => undefined)
  distances[hostIndex] = startOf(network.node(hostIndex).host.identitySecret, id) + 1
  let edge = [hostIndex]
  while (edge.length > 0) {
    const next: number[] = []
    for (const at of edge) {
      for (const { ends, spendable } of network.channels) {
        if (!ends.includes(at) || !network.isLinked(ends[0], ends[1])) continue
        const other = ends[0] === at ? ends[1] : ends[0]
        const otherSpends = spendable[ends[0] === other ? 0 : 1]
        const atSpends = spendable[ends[0] === at ? 0 : 1]
        if (distances[other] !== undefined || (direction === 'to' ? otherSpends : atSpends) < threshold) continue
        distances[other] = distances[at]! + 1
        next.push(other)
      }
    }
    edge = next
  }
  return distances
}

function assertConverged (network: VirtualNetwork, hostIndex: number, id: MeetingPointId, when: string): void {
  for (const direction of DIRECTIONS) {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const want = expected(network, hostIndex, id, direction, bucket)
      for (const { index, host } of network.nodes) {
        if (index === hostIndex) continue
        const vector = host.tables.vectors.get(vectorKey(BTC, id))
        const choice = vector === undefined ? undefined : choiceOf(vector, direction, bucket, usableIn(host, BTC))
        assert.equal(choice === undefined ? undefined : choice.hops + 1, want[index], `${when}: node ${index}, ${direction}, bucket ${bucket}`)
      }
    }
  }
}

/** Follows first choices from every node; fails when they do not end at the meeting point. */
function assertNoLoops (network: VirtualNetwork, hostIndex: number, id: MeetingPointId): void {
  const indexOf = new Map<PeerId, number>(network.nodes.map(({ peer, index }) => [peer, index]))
  for (const { index } of network.nodes) {
    let at = index
    let came: PeerId | undefined
    for (let hops = 0; at !== hostIndex; hops++) {
      assert.ok(hops <= network.nodes.length, `a way from node ${index} goes round`)
      const { host } = network.node(at)
      const hop = nextHops(host, {
        meetingPoint: id, direction: 'to', asset: BTC, amount: asUnits(SAT), exclude: new Set(came === undefined ? [] : [came]), random: new Uint8Array(32), reserved: NOTHING_RESERVED
      }).find(({ detour }) => !detour)
      if (hop === undefined) break
      came = network.node(at).peer
      at = indexOf.get(hop.peer)!
    }
  }
}

/** The first prototype's twelve nodes, 1,000 sat each way on all links; node 4 is the meeting point. */
const PROTOTYPE = [[0, 1], [1, 2], [2, 3], [2, 4], [2, 8], [8, 9], [4, 5], [5, 6], [5, 7], [5, 10], [10, 11]] as const

describe('hints, network of virtual nodes', () => {
  describe('on a meeting point in a network of two', () => {
    for (const hostIndex of [0, 1]) {
      it(`is found by the other when node ${hostIndex} hosts it [HINT-1] [HINT-8]`, () => {
        const network = new VirtualNetwork(2)
        network.connect(0, 1, 1_000n * SAT, 1_000n * SAT)
        network.run(500)
        const id = network.hostAt(hostIndex)
        network.run(1_000)
        assertConverged(network, hostIndex, id, 'after a second')
      })
    }

    it('is found when it was hosted before the channel [HINT-8]', () => {
      const network = new VirtualNetwork(2)
      const id = network.hostAt(1)
      network.connect(0, 1, 1_000n * SAT, 0n)
      network.run(1_000)
      assertConverged(network, 1, id, 'after a second')
    })
  })

  describe('on a meeting point in a line of six', () => {
    for (let hostIndex = 0; hostIndex < 6; hostIndex++) {
      it(`reaches both ends from place ${hostIndex} within five seconds [HINT-9]`, () => {
        const network = new VirtualNetwork(6)
        for (let i = 0; i < 5; i++) network.connect(i, i + 1, 100_000n * SAT, 100_000n * SAT)
        const id = network.hostAt(hostIndex)
        network.run(5_000)
        assertConverged(network, hostIndex, id, 'after five seconds')
        assertNoLoops(network, hostIndex, id)
      })
    }
  })

  describe('on the twelve nodes of the first prototype', () => {
    it('converges within five seconds and again after a link is lost and comes back [HINT-6] [HINT-10]', () => {
      const network = new VirtualNetwork(12)
      for (const [a, b] of PROTOTYPE) network.connect(a, b, 1_000n * SAT, 1_000n * SAT)
      const id = network.hostAt(4)
      network.run(5_000)
      assertConverged(network, 4, id, 'at first')
      network.disconnect(2, 4)
      network.run(10_000)
      assertConverged(network, 4, id, 'without link 2-4')
      network.reconnect(2, 4)
      network.run(10_000)
      assertConverged(network, 4, id, 'with link 2-4 again')
    })
  })

  describe('on random graphs and random changes', () => {
    it('gives the distances of a breadth first search when quiet, without loops [HINT-2] [HINT-6] [HINT-7] [HINT-10]', () => {
      const change = fc.record({ kind: fc.constantFrom('lose', 'return', 'move', 'close'), which: fc.nat(999), share: fc.integer({ min: -100, max: 100 }) })
      fc.assert(fc.property(
        fc.integer({ min: 2, max: 14 }), fc.array(fc.tuple(fc.nat(999), fc.nat(999), fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 30 }),
        fc.nat(999), fc.array(change, { maxLength: 8 }), fc.integer({ min: 0, max: 3_000 }),
        (count, pairs, hostNumber, changes, pauseMs) => {
          const network = new VirtualNetwork(count, 'private', 1 + hostNumber)
          for (let i = 1; i < count; i++) network.connect(i, pairs[i % pairs.length]![0] % i, 64n * 4n ** BigInt(i % 9), 64n * 4n ** BigInt((i * 7) % 9))
          for (const [a, b, left, right] of pairs) {
            if (a % count !== b % count && !network.isLinked(a % count, b % count)) network.connect(a % count, b % count, 64n << BigInt(left), 64n << BigInt(right))
          }
          const hostIndex = hostNumber % count
          const id = network.hostAt(hostIndex)
          network.run(20_000)
          assertConverged(network, hostIndex, id, 'at first')
          for (const { kind, which, share } of changes) {
            const channel = network.channels[which % network.channels.length]
            if (channel === undefined) continue
            const [a, b] = channel.ends
            if (kind === 'lose' && network.isLinked(a, b)) network.disconnect(a, b)
            else if (kind === 'return' && !network.isLinked(a, b)) network.reconnect(a, b)
            else if (kind === 'close') network.close(channel)
            else network.move(channel, channel.spendable[share < 0 ? 1 : 0] * BigInt(share) / 100n)
            network.run(pauseMs)
          }
          network.run(25_000) // sometimes within a slot, sometimes not
          assertConverged(network, hostIndex, id, 'after the changes')
          assertNoLoops(network, hostIndex, id)
        }), { numRuns: 60 })
    }).timeout(120_000)

    it('converges with fifty nodes and forgets the meeting point everywhere when it stops [HINT-13]', () => {
      const network = new VirtualNetwork(50)
      for (let i = 1; i < 50; i++) {
        network.connect(i, (i * 7) % i, 10_000n * SAT, 10_000n * SAT)
        const other = (i * 13 + 5) % i
        if (!network.isLinked(i, other)) network.connect(i, other, 1_000n * SAT, 30_000n * SAT)
      }
      const id = network.hostAt(17)
      network.run(10_000)
      assertConverged(network, 17, id, 'at first')
      network.step(network.node(17), () => { stopMeetingPoint(network.node(17).host, id) })
      network.run(20_000)
      for (const { index, host } of network.nodes) {
        const vector = host.tables.vectors.get(vectorKey(BTC, id))
        for (const direction of DIRECTIONS) {
          for (let bucket = 0; bucket < BUCKETS; bucket++) {
            assert.equal(vector === undefined ? undefined : choiceOf(vector, direction, bucket, usableIn(host, BTC)), undefined, `node ${index} still reaches it`)
          }
        }
      }
    }).timeout(60_000)
  })
})
