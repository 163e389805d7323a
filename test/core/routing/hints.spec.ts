import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { HintRecord, HintsMessage } from '../../../src/core/link/messages.js'
import { bucketOf, levelOf, marginOf, thresholdsOf } from '../../../src/core/routing/bucket.js'
import { BUCKETS, HOPS_MAX, RECORDS_BURST, UNANNOUNCED_MAX, UNANNOUNCED_PER_NEIGHBOUR_MAX } from '../../../src/core/routing/limits.js'
import { startOf } from '../../../src/core/routing/own-vector.js'
import { PACING } from '../../../src/core/routing/pacing.js'
import { meetingPoints } from '../../../src/core/routing/routing.js'
import { firstOfSlot, isFeasible, slotAt } from '../../../src/core/routing/sequence.js'
import { vectorKey } from '../../../src/core/routing/tables.js'
import { advertTo, fromSteps, toSteps } from '../../../src/core/routing/vector.js'
import { BTC, NOON_MS, VirtualNetwork } from './harness.js'

const SAT = 1_000n
const mp = (number: number): MeetingPointId => toHex(mulG(scalarOf(taggedHash('amiko/test/mp', encodeLayout(u32, number))))) as MeetingPointId
const NOW_NUMBER = firstOfSlot(slotAt(PACING.private, NOON_MS))
const all = (hops: number, sequence: number): HintRecord['to'] => [{ bucket: BUCKETS - 1, hops, sequence }]
const record = (meetingPoint: MeetingPointId, hops: number, sequence = NOW_NUMBER): HintRecord => ({ meetingPoint, to: all(hops, sequence), from: all(hops, sequence) })
const hints = (...records: HintRecord[]): HintsMessage => ({ type: 'hints', asset: BTC, records })

/** A node 0 with live channels to 1 … count. */
function star (count: number, pacing: 'private' | 'world' = 'private'): VirtualNetwork {
  const network = new VirtualNetwork(count + 1, pacing)
  for (let i = 1; i <= count; i++) network.connect(0, i, 100_000n * SAT, 100_000n * SAT)
  network.run(300)
  return network
}
const distanceAt = (network: VirtualNetwork, index: number, id: MeetingPointId): number | undefined =>
  meetingPoints(network.node(index).host, BTC, asUnits(SAT), 'to').find((each) => each.id === id)?.hops
const ignoredAt = (network: VirtualNetwork, of: number): Readonly<Record<string, number>> | undefined => network.node(0).host.tables.ignored.get(network.node(of).peer)

describe('hints, buckets', () => {
  it('have thresholds of base × 4^b, and an amount belongs to the lowest that covers it [HINT-2]', () => {
    assert.deepEqual(thresholdsOf(BTC).slice(0, 3), [64n, 256n, 1_024n])
    assert.deepEqual(thresholdsOf('11'.repeat(32) as typeof BTC).slice(0, 3), [1n, 4n, 16n])
    assert.deepEqual([1n, 64n, 65n, 256n, 64n * 4n ** 15n].map((amount) => bucketOf(BTC, amount)), [0, 0, 1, 1, 15])
    assert.equal(bucketOf(BTC, 64n * 4n ** 15n + 1n), BUCKETS)
  })

  it('count a channel that reaches the secret share, never one that cannot carry what is below [HINT-3]', () => {
    assert.deepEqual([63n, 64n, 255n, 256n].map((amount) => levelOf(BTC, amount, 1_000)), [0, 1, 1, 2])
    assert.deepEqual([204n, 205n].map((amount) => levelOf(BTC, amount, 800)), [1, 2])
    const margins = Array.from({ length: 50 }, (_, i) => marginOf(PACING.world, new Uint8Array(32).fill(i + 1), BTC))
    assert.ok(margins.every((margin) => margin >= 800 && margin <= 1_000) && new Set(margins).size > 10)
    assert.equal(marginOf(PACING.private, new Uint8Array(32).fill(1), BTC), 1_000)
  })
})

describe('hints, vectors', () => {
  it('send only the frontier, and read it back', () => {
    const cells = [undefined, { hops: 2, sequence: 7 }, { hops: 2, sequence: 7 }, { hops: 3, sequence: 7 }, { hops: 3, sequence: 6 }, ...Array.from({ length: 11 }, () => undefined)]
    const steps = toSteps(cells)
    assert.deepEqual(steps, [{ bucket: 0, hops: undefined, sequence: 0 }, { bucket: 2, hops: 2, sequence: 7 }, { bucket: 3, hops: 3, sequence: 7 }, { bucket: 4, hops: 3, sequence: 6 }])
    assert.deepEqual(fromSteps(steps), cells)
    assert.deepEqual(toSteps(fromSteps([])), [])
  })

  it('follow a newer number, or the same and strictly nearer [HINT-6]', () => {
    const advertised = { hops: 4, sequence: 10 }
    assert.equal(isFeasible({ hops: 3, sequence: 10 }, advertised), true)
    assert.equal(isFeasible({ hops: 4, sequence: 10 }, advertised), false)
    assert.equal(isFeasible({ hops: 60, sequence: 11 }, advertised), true)
    assert.equal(isFeasible({ hops: 1, sequence: 9 }, advertised), false)
    assert.equal(isFeasible({ hops: 60, sequence: 1 }, undefined), true)
  })

  it('are not advertised to whom they rest on, nor beyond the largest distance [HINT-4] [HINT-7]', () => {
    const network = star(2)
    const [a, b] = [network.node(1).peer, network.node(2).peer]
    assert.equal(advertTo(a, { hops: 3, sequence: 1, sole: a }), undefined)
    assert.deepEqual(advertTo(b, { hops: 3, sequence: 1, sole: a }), { hops: 4, sequence: 1 })
    assert.equal(advertTo(b, { hops: HOPS_MAX, sequence: 1, sole: a }), undefined)
  })
})

describe('hints, from a neighbour', () => {
  describe('on a peer without a channel', () => {
    it('ignores and counts them [HINT-1]', () => {
      const network = star(1)
      network.deliver(1, 0, { ...hints(record(mp(1), 1)), asset: '22'.repeat(32) as typeof BTC })
      assert.deepEqual(ignoredAt(network, 1), { 'HINT-1': 1 })
      assert.equal(network.node(0).host.tables.vectors.size, 0)
    })

    it('forgets what it said when the last channel closes, or the peer goes [HINT-1]', () => {
      for (const how of ['close', 'disconnect'] as const) {
        const network = star(2)
        network.deliver(1, 0, hints(record(mp(1), 1)))
        network.run(300)
        assert.equal(distanceAt(network, 2, mp(1)), 3)
        if (how === 'close') network.close(network.channels[0]!)
        else network.disconnect(0, 1)
        network.run(300)
        assert.equal(distanceAt(network, 0, mp(1)), undefined, how)
        assert.equal(distanceAt(network, 2, mp(1)), undefined, how)
      }
    })
  })

  describe('on numbers', () => {
    it('believes none of a slot to come, and none that is too old [HINT-5] (S38)', () => {
      const network = star(1)
      const future = firstOfSlot(slotAt(PACING.private, NOON_MS + 60_300) + 1)
      network.deliver(1, 0, hints(record(mp(1), 1, future)))
      network.deliver(1, 0, hints(record(mp(2), 1, firstOfSlot(slotAt(PACING.private, NOON_MS) - 5))))
      assert.deepEqual(ignoredAt(network, 1), { 'HINT-5': 1 })
      assert.equal(distanceAt(network, 0, mp(1)), undefined)
      assert.equal(distanceAt(network, 0, mp(2)), undefined)
      network.deliver(1, 0, hints(record(mp(1), 1)))
      assert.equal(distanceAt(network, 0, mp(1)), 2, 'the meeting point is not darkened')
      assert.equal(network.node(0).notices.filter(({ type }) => type === 'link:fault').length, 1)
    })

    it('forgets a meeting point whose number is no longer renewed [HINT-5]', () => {
      const network = star(1)
      network.deliver(1, 0, hints(record(mp(1), 1)))
      network.run(4 * 60_000)
      assert.equal(distanceAt(network, 0, mp(1)), 2)
      network.run(3 * 60_000)
      assert.equal(distanceAt(network, 0, mp(1)), undefined)
      assert.equal(network.node(0).host.tables.vectors.size, 0)
    })
  })

  describe('on many neighbours', () => {
    it('keeps the best three, and asks the others when they are gone [HINT-8] [HINT-10]', () => {
      const network = star(6)
      for (let i = 1; i <= 6; i++) network.deliver(i, 0, hints(record(mp(1), 10 - i)))
      const cell = network.node(0).host.tables.vectors.get(vectorKey(BTC, mp(1)))!.to[0]!
      assert.deepEqual(cell.claims.map(({ hops }) => hops).sort((a, b) => a - b), [4, 5, 6])
      network.run(300)
      const before = network.node(0).sent.requests
      for (const i of [4, 5, 6]) network.disconnect(0, i)
      network.run(300)
      assert.equal(network.node(0).sent.requests - before, 3, 'one question to each that is left')
    })

    it('bounds what may be said of meeting points that nobody announced [HINT-11]', () => {
      const network = star(6)
      for (let from = 1; from <= 6; from++) {
        for (let i = 0; i < UNANNOUNCED_PER_NEIGHBOUR_MAX + 4; i++) network.deliver(from, 0, hints(record(mp(100 * from + i), 1)))
      }
      const { vectors, unannounced } = network.node(0).host.tables
      assert.equal(vectors.size, UNANNOUNCED_MAX)
      assert.equal(unannounced.group(network.node(1).peer).size, UNANNOUNCED_PER_NEIGHBOUR_MAX)
      assert.equal(ignoredAt(network, 1)!['HINT-11'], 4)
    })
  })

  describe('on a flood', () => {
    it('ignores what is beyond the allowance and goes on afterwards [HINT-12]', () => {
      const network = star(2)
      const records = Array.from({ length: 23 }, (_, i) => record(mp(i), 1))
      const messages = Math.ceil(2 * RECORDS_BURST / 24)
      for (let i = 0; i < messages; i++) network.deliver(1, 0, hints(...records))
      assert.ok(ignoredAt(network, 1)!['HINT-12']! >= messages / 3)
      const { messages: sentBefore } = network.node(0).sent
      network.run(1_000)
      assert.ok(network.node(0).sent.messages - sentBefore < 40, 'a flood is not passed on')
      network.run(60_000)
      network.deliver(1, 0, hints(record(mp(1), 9)))
      assert.equal(distanceAt(network, 0, mp(1)), 10)
    }).timeout(20_000)
  })
})

describe('hints, pacing', () => {
  it('lets a change pass at most once a delta interval, and withdrawals at once [HINT-9]', () => {
    const network = star(2)
    network.deliver(1, 0, hints(record(mp(1), 1)))
    network.run(1_000)
    const before = network.node(0).sent.messages
    for (let i = 0; i < 100; i++) {
      network.deliver(1, 0, hints(record(mp(1), 2 + (i % 2), NOW_NUMBER + 1 + i % 50)))
      network.run(10)
    }
    const sent = network.node(0).sent.messages - before
    assert.ok(sent <= 30, `${sent} messages in a second`)
    network.run(1_000)
    network.deliver(1, 0, hints({ meetingPoint: mp(1), to: [], from: [] }))
    network.run(10)
    assert.equal(distanceAt(network, 2, mp(1)), undefined)
  })

  it('publishes a balance that has stood still, and no balance that keeps moving [HINT-9]', () => {
    const network = new VirtualNetwork(3)
    const channel = network.connect(0, 1, 100n * SAT, 0n)
    network.connect(1, 2, 100n * SAT, 100n * SAT)
    const id = network.hostAt(0)
    network.run(2_000)
    assert.equal(distanceAt(network, 2, id), undefined)
    const before = network.node(1).sent.records
    for (let i = 0; i < 20; i++) {
      network.move(channel, i % 2 === 0 ? 50n * SAT : -50n * SAT)
      network.run(200)
    }
    assert.equal(network.node(1).sent.records, before, 'nothing is said of a balance in motion')
    network.move(channel, 50n * SAT)
    network.run(1_500)
    assert.notEqual(distanceAt(network, 2, id), undefined)
  })

  it('keeps the world profile to one delta in ten minutes and a full vector an hour [HINT-9]', () => {
    const network = star(3, 'world')
    const id = network.hostAt(1)
    network.run(11 * 60_000)
    assert.notEqual(distanceAt(network, 3, id), undefined)
    const before = network.nodes.map(({ sent }) => sent.messages)
    network.run(6 * 3_600_000)
    network.nodes.forEach(({ sent }, index) => { assert.ok(sent.messages - before[index]! <= 6 * 3 * 3, `node ${index} sent ${sent.messages - before[index]!} in six hours`) })
    assert.notEqual(distanceAt(network, 3, id), undefined, 'and it is still known')
  })

  it('costs a quiet network a bounded number of messages a slot [HINT-9]', () => {
    const network = new VirtualNetwork(10)
    for (let i = 1; i < 10; i++) network.connect(i, (i * 3) % i, 1_000n * SAT, 1_000n * SAT)
    network.hostAt(3)
    network.run(5_000)
    const before = network.nodes.map(({ sent }) => sent.messages)
    network.run(600_000)
    network.nodes.forEach(({ sent }, index) => {
      const links = network.channels.filter(({ ends }) => ends.includes(index)).length
      assert.ok(sent.messages - before[index]! <= 10 * 3 * links, `node ${index}: ${sent.messages - before[index]!} messages in ten slots over ${links} links`)
    })
  })
})

describe('hints, questions', () => {
  it('are asked and passed on at most once a request interval, whoever asks [HINT-10] (V23)', () => {
    const network = star(3)
    network.deliver(1, 0, hints(record(mp(1), 1)))
    network.run(300)
    const before = network.node(0).sent.requests
    for (let i = 0; i < 100; i++) {
      for (const from of [2, 3]) network.deliver(from, 0, { type: 'hintRequest', asset: BTC, meetingPoint: mp(1), sequence: NOW_NUMBER + 5, hopsLeft: 9 })
      network.run(10)
    }
    assert.ok(network.node(0).sent.requests - before <= 3, `${network.node(0).sent.requests - before} questions in a second`)
  })

  it('raise the number of the meeting point, but not into a slot to come [HINT-5] [HINT-10]', () => {
    const network = star(1)
    const id = network.hostAt(0)
    network.run(1_500)
    const own = (): number => network.node(0).host.tables.vectors.get(vectorKey(BTC, id))!.own!.sequence
    const number = own()
    network.deliver(1, 0, { type: 'hintRequest', asset: BTC, meetingPoint: id, sequence: number + 1, hopsLeft: 9 })
    assert.equal(own(), number + 1)
    network.deliver(1, 0, { type: 'hintRequest', asset: BTC, meetingPoint: id, sequence: number + 2, hopsLeft: 9 })
    assert.equal(own(), number + 1, 'not twice at once')
    network.run(1_500)
    network.deliver(1, 0, { type: 'hintRequest', asset: BTC, meetingPoint: id, sequence: number + 1_000, hopsLeft: 9 })
    assert.equal(own(), number + 1)
  })
})

describe('hints, meeting point', () => {
  it('begins at a secret 0 to 2 that stays the same, unless its neighbours elected it [HINT-13]', () => {
    const starts = Array.from({ length: 60 }, (_, i) => startOf(new Uint8Array(32).fill(i + 1), mp(1)))
    assert.deepEqual([...new Set(starts)].sort((a, b) => a - b), [0, 1, 2])
    assert.equal(startOf(new Uint8Array(32).fill(9), mp(1)), starts[8])
    for (let i = 0; i < 20; i++) assert.equal(startOf(new Uint8Array(32).fill(i + 1), mp(1), 'elected'), 0)
  })

  it('is not drawn away by a neighbour that claims to be nearer [HINT-13]', () => {
    const network = star(1)
    const id = network.hostAt(0)
    network.deliver(1, 0, hints(record(id, 1, NOW_NUMBER + 3)))
    assert.equal(distanceAt(network, 0, id), 0)
    const { own, to } = network.node(0).host.tables.vectors.get(vectorKey(BTC, id))!
    assert.notEqual(own, undefined)
    assert.deepEqual(to[0]!.claims, [])
  })
})
