import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { epochAt } from '../../../src/core/routing/epoch.js'
import type { Duty } from '../../../src/core/routing/host.js'
import { EPOCH_MS, ROSTER_MAX, ROSTER_MIN } from '../../../src/core/routing/limits.js'
import { hosted, judgeAnnouncement, meetingPoints, onBlock, stopMeetingPoint } from '../../../src/core/routing/routing.js'
import { PACING } from '../../../src/core/routing/pacing.js'
import { firstOfSlot, slotAt } from '../../../src/core/routing/sequence.js'
import { readAnnouncement } from '../../../src/core/routing/announcement.js'
import { rosterSizeOf } from '../../../src/core/routing/roster.js'
import { rosterView } from '../../../src/core/routing/views.js'
import { ticketOf } from '../../../src/core/routing/ticket.js'
import { BTC, NOON_MS, VirtualNetwork } from './harness.js'

const SAT = 1_000n
const FUNDS = 100_000n * SAT
type Edge = readonly [number, number]

interface Options { readonly duty?: (index: number) => Duty, readonly seed?: number, readonly startMs?: number }

function networkOf (nodes: number, edges: readonly Edge[], { duty = () => 'volunteer', seed = 1, startMs = NOON_MS }: Options = {}): VirtualNetwork {
  const network = new VirtualNetwork(nodes, 'private', seed, duty, undefined, startMs)
  for (const [a, b] of edges) network.connect(a, b, FUNDS, FUNDS)
  return network
}
const hostsOf = (network: VirtualNetwork): number[] => network.nodes.filter(({ host }) => host.tables.hosted.size > 0).map(({ index }) => index)
const idAt = (network: VirtualNetwork, index: number): MeetingPointId => [...network.node(index).host.tables.hosted.values()][0]!.id
const reachOf = (network: VirtualNetwork, index: number): MeetingPointId[] => meetingPoints(network.node(index).host, BTC, asUnits(SAT), 'to').map(({ id }) => id)
/** Every node knows the way to one of the meeting points. */
const everyoneReaches = (network: VirtualNetwork, except: readonly number[] = []): boolean =>
  network.nodes.every(({ index }) => except.includes(index) || reachOf(network, index).length > 0)

const LINE: readonly Edge[] = [[0, 1], [1, 2]]
const TREE: readonly Edge[] = [[0, 1], [1, 2], [2, 3], [2, 8], [8, 9], [2, 4], [4, 5], [5, 6], [5, 7], [5, 10], [10, 11]]

describe('election, of a fresh network', () => {
  describe('on links that come up', () => {
    it('makes one of two nodes a meeting point [HINT-23]', () => {
      for (let seed = 1; seed <= 5; seed++) {
        const network = networkOf(2, [[0, 1]], { seed })
        network.run(20_000)
        assert.equal(hostsOf(network).length, 1, `seed ${seed}`)
        assert.ok(everyoneReaches(network), `seed ${seed}`)
      }
    })

    it('makes the middle of three nodes in a line the meeting point [HINT-23]', () => {
      const network = networkOf(3, LINE)
      network.run(20_000)
      assert.deepEqual(hostsOf(network), [1])
      assert.ok(everyoneReaches(network))
    })

    it('makes the nodes with three neighbours meeting points, and few others [HINT-23]', () => {
      const network = networkOf(12, TREE)
      network.run(20_000)
      const hosts = hostsOf(network)
      assert.ok(hosts.includes(2) && hosts.includes(5) && hosts.length === 3, hosts.join())
      assert.ok(everyoneReaches(network))
    })
  })

  describe('on a roster that is full of better tickets', () => {
    /** Node 0 with three neighbours, one of which tells the way to so many meeting points of the lowest tickets. */
    function beside (others: number): VirtualNetwork {
      const network = networkOf(4, [[0, 1], [0, 2], [0, 3]], { duty: (index) => index === 0 ? 'volunteer' : 'forwarder' })
      network.run(300)
      const { roster } = network.node(0).host.tables
      const points = Array.from({ length: others }, (_, i) => toHex(mulG(scalarOf(taggedHash('amiko/test/mp', encodeLayout(u32, i))))) as MeetingPointId)
      network.step(network.node(0), () => {
        for (const id of points) roster.set(id, { id, timeMs: NOON_MS, expiryMs: NOON_MS + EPOCH_MS, withdrawn: false, role: 'elected', epoch: 0, ticket: 0, weight: 1e6, attestations: 3, heardMs: 0 })
      })
      const steps = [{ bucket: 15, hops: 2, sequence: firstOfSlot(slotAt(PACING.private, NOON_MS)) }]
      for (let at = 0; at < others; at += 24) network.deliver(1, 0, { type: 'hints', asset: BTC, records: points.slice(at, at + 24).map((meetingPoint) => ({ meetingPoint, to: steps, from: steps })) })
      network.run(20_000)
      return network
    }

    it('stays silent, and stands when a place is free [HINT-23] [HINT-24]', () => {
      assert.deepEqual(hostsOf(beside(ROSTER_MIN)), [])
      assert.deepEqual(hostsOf(beside(ROSTER_MIN - 1)), [0])
    })

    it('ignores tickets of more than twice the last of those that are there, until they are not [HINT-24]', () => {
      const network = beside(ROSTER_MIN)
      const { host } = network.node(0)
      assert.equal(rosterView(host).there, ROSTER_MIN)
      const late = new VirtualNetwork(1, 'private', 9)
      late.nowMs = network.nowMs
      late.hostAt(0)
      assert.equal(judgeAnnouncement(host, late.announcements[0]!), 'ignore')
      network.disconnect(0, 1)
      network.run(60_000)
      assert.equal(rosterView(host).there, 0)
      assert.deepEqual(hostsOf(network), [0], 'what no hint leads to keeps nobody from standing')
      assert.equal(judgeAnnouncement(host, late.announcements[0]!), 'accept')
    })
  })

  it('is only for volunteers with a channel, under a key that is not the node\'s [HINT-21]', () => {
    for (const duty of ['forwarder', 'light'] as const) {
      const network = networkOf(3, LINE, { duty: () => duty })
      network.run(60_000)
      assert.deepEqual(hostsOf(network), [], duty)
      assert.equal(network.nodes.reduce((sum, { sent }) => sum + sent.announcements, 0), 0)
    }
    const alone = networkOf(1, [])
    alone.run(60_000)
    assert.deepEqual(hostsOf(alone), [])
    const network = networkOf(2, [[0, 1]])
    network.run(20_000)
    const [host] = hostsOf(network)
    const node = network.node(host!)
    const id = idAt(network, host!)
    assert.equal(toHex(mulG(hosted(node.host).get(id)!)), id)
    assert.notEqual(id, toHex(mulG(node.host.identitySecret)))
  })

  it('does not stand again in the epoch in which it was stopped [HINT-21]', () => {
    const network = networkOf(3, LINE)
    network.run(20_000)
    const id = idAt(network, 1)
    network.step(network.node(1), () => { stopMeetingPoint(network.node(1).host, undefined) })
    network.run(60_000)
    assert.ok(!hostsOf(network).includes(1))
    assert.deepEqual(network.node(1).ended, [id])
    assert.equal(hostsOf(network).length, 1, 'another takes its place')
    assert.ok(everyoneReaches(network))
  })
})

describe('election, of a running network', () => {
  describe('on meeting points that vanish', () => {
    it('elects others within minutes, not epochs [HINT-24]', () => {
      const ring = Array.from({ length: 12 }, (_, i): Edge => [i, (i + 1) % 12])
      const network = networkOf(12, ring)
      network.run(30_000)
      const before = hostsOf(network)
      assert.ok(before.length >= 3 && before.length <= 6, before.join())
      for (const [a, b] of ring) if (before.includes(a) || before.includes(b)) network.disconnect(a, b)
      network.run(60_000)
      const left = ring.filter(([a, b]) => network.isLinked(a, b)).flat()
      assert.ok(left.length > 0)
      for (const index of left) assert.ok(reachOf(network, index).length > 0, `node ${index} of ${left.join()}, after ${before.join()}`)
      assert.ok(hostsOf(network).some((index) => !before.includes(index)))
    })

    it('elects another when the only one stops with a withdrawal [HINT-24]', () => {
      const network = networkOf(2, [[0, 1]])
      network.run(20_000)
      const [first] = hostsOf(network)
      network.step(network.node(first!), () => { stopMeetingPoint(network.node(first!).host, undefined) })
      network.run(30_000)
      assert.deepEqual(hostsOf(network), [1 - first!])
      assert.ok(everyoneReaches(network))
    })
  })

  describe('on a new epoch', () => {
    const eve = (epochAt(NOON_MS) + 1) * EPOCH_MS - 60_000

    it('elects again with fresh attestations, and the ids stay [HINT-25]', () => {
      const network = networkOf(12, TREE, { startMs: eve })
      network.run(50_000)
      const ids = hostsOf(network).map((index) => idAt(network, index))
      const epoch = epochAt(network.nowMs)
      network.run(60_000)
      assert.equal(epochAt(network.nowMs), epoch + 1)
      const full = [2, 5].map((index) => [...network.node(index).host.tables.hosted.values()][0]!)
      for (const { id, epoch: of } of full) {
        assert.ok(ids.includes(id))
        assert.equal(of, epoch + 1)
        assert.equal(network.node(0).host.tables.roster.get(id)?.epoch, epoch + 1)
        assert.ok(network.node(0).host.tables.roster.get(id)!.attestations >= 3)
      }
    })

    it('lets one that is not elected again serve to the end of the epoch, and withdraw then [HINT-25]', () => {
      const network = networkOf(4, [[0, 1]], { startMs: eve })
      network.run(50_000)
      const [old] = hostsOf(network)
      const id = idAt(network, old!)
      const other = 1 - old!
      // Others with more neighbours come: one attestation is not enough any more.
      for (const [a, b] of [[2, other], [3, other], [2, 3]] as const) network.connect(a, b, FUNDS, FUNDS)
      network.run(60_000)
      assert.ok(hostsOf(network).includes(old!), 'its epoch is over, the one after is not')
      assert.ok(reachOf(network, other).includes(id))
      const announcedBefore = network.node(old!).sent.announcements
      network.run(30 * 60_000)
      assert.equal(network.node(old!).sent.announcements, announcedBefore, 'it says nothing of an epoch that did not elect it')
      const { host } = network.node(old!)
      const present = host.tables.hosted.get(id)!
      network.step(network.node(old!), () => { host.tables.hosted.set(id, { ...present, epoch: present.epoch - 1 }) })
      network.run(180_000)
      assert.ok(!hostsOf(network).includes(old!))
      assert.deepEqual(network.node(old!).ended, [id])
      assert.ok(everyoneReaches(network))
    })
  })
})

describe('election, with the blocks of a chain', () => {
  const block = (network: VirtualNetwork, height: number, byte = height % 251): void => {
    network.heights = { bitcoin: height }
    for (const node of network.nodes) network.step(node, () => { onBlock(node.host, 'bitcoin', { height, hash: byte.toString(16).padStart(2, '0').repeat(32) }) })
  }

  it('begins an epoch when the block of its beacon is buried, and none without it [HINT-18]', () => {
    const network = new VirtualNetwork(2, 'private', 1, () => 'volunteer', 'bitcoin')
    network.connect(0, 1, FUNDS, FUNDS)
    network.run(30_000)
    assert.deepEqual(hostsOf(network), [], 'no height is known')
    network.heights = { bitcoin: 1_500 }
    network.run(30_000)
    assert.deepEqual(hostsOf(network), [], 'the block of its epoch was not seen')
    assert.equal(rosterView(network.node(0).host).epoch, 10)
    for (let height = 1_501; height <= 1_590; height++) block(network, height)
    assert.equal(rosterView(network.node(0).host).epoch, 11)
    network.run(30_000)
    assert.equal(hostsOf(network).length, 1)
    assert.ok(everyoneReaches(network))
    const read = readAnnouncement(network.announcements.at(-1)!)
    assert.ok('announcement' in read && read.announcement.epoch === 11)
  })

  it('gives other tickets when another block stands there [HINT-18]', () => {
    const network = new VirtualNetwork(1, 'private', 1, () => 'volunteer', 'bitcoin')
    block(network, 1_584)
    const first = network.node(0).host.tables.beacons.get('11')!
    block(network, 1_583)
    block(network, 1_584, 9)
    assert.notDeepEqual(network.node(0).host.tables.beacons.get('11'), first)
    for (let epoch = 12; epoch < 20; epoch++) block(network, epoch * 144)
    assert.ok(network.node(0).host.tables.beacons.size <= 4 && network.node(0).host.tables.beacons.has('19'))
  })
})

describe('roster, its size', () => {
  /** So many candidates with 1 to 11 neighbours, 6 on average, that all count fully; lowest tickets first. */
  function standing (candidates: number, seed: number): Array<{ ticket: number, weight: number }> {
    const beacon = new Uint8Array(32).fill(seed)
    const all = Array.from({ length: candidates }, (_, i) => {
      const weight = (8 * (1 + (i * 7 + seed) % 11)) ** 2
      return { weight, ticket: ticketOf(beacon, i.toString(16).padStart(66, '0') as never, weight) }
    })
    return all.sort((a, b) => a.ticket - b.ticket)
  }

  it('is the root of the number of nodes with six channels each, told from the lowest tickets [HINT-24]', () => {
    for (const nodes of [6_000, 12_000]) {
      for (const seed of [1, 2]) {
        const size = rosterSizeOf(standing(nodes, seed))
        assert.ok(Math.abs(size / Math.sqrt(nodes) - 1) < 0.15, `${size} for ${nodes}`)
      }
    }
    assert.equal(rosterSizeOf(standing(500, 1)), ROSTER_MIN)
  }).timeout(60_000)

  it('grows from the smallest: a full roster tells that it is too small [HINT-24]', () => {
    const all = standing(12_000, 3)
    let there = ROSTER_MIN
    for (let looks = 0; looks < 8; looks++) there = rosterSizeOf(all.slice(0, there))
    assert.ok(Math.abs(there / Math.sqrt(12_000) - 1) < 0.15, `${there}`)
  }).timeout(60_000)

  it('stays within its bounds whatever tickets are [HINT-24]', () => {
    const entry = fc.record({ ticket: fc.double({ min: 0, max: 1e6, noNaN: true }), weight: fc.integer({ min: 1, max: 128 }) })
    fc.assert(fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
      const size = rosterSizeOf(entries.sort((a, b) => a.ticket - b.ticket))
      assert.ok(Number.isInteger(size) && size >= ROSTER_MIN && size <= ROSTER_MAX)
    }))
  })
})
