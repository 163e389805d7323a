import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { BUCKETS, FIND_DELAY_MS, FIND_SPACING_MS, FIND_TRIES_MAX } from '../../../src/core/routing/limits.js'
import { PACING } from '../../../src/core/routing/pacing.js'
import { hostMeetingPoint } from '../../../src/core/routing/routing.js'
import { firstOfSlot, slotAt } from '../../../src/core/routing/sequence.js'
import { countAsAnnounced } from '../../../src/core/routing/vectors.js'
import { BTC, NOON_MS, VirtualNetwork } from './harness.js'

const SAT = 1_000n
const mp = (number: number): MeetingPointId => toHex(mulG(scalarOf(taggedHash('amiko/test/find', encodeLayout(u32, number))))) as MeetingPointId

/** Two nodes with a live channel. */
function pair (): VirtualNetwork {
  const network = new VirtualNetwork(2)
  network.connect(0, 1, 100_000n * SAT, 100_000n * SAT)
  network.run(300)
  return network
}

/** Node 1 speaks of meeting points that node 0 has no announcement of. */
function speakOf (network: VirtualNetwork, ...ids: MeetingPointId[]): void {
  const cells = [{ bucket: BUCKETS - 1, hops: 3, sequence: firstOfSlot(slotAt(PACING.private, NOON_MS)) }]
  network.deliver(1, 0, { type: 'hints', asset: BTC, records: ids.map((meetingPoint) => ({ meetingPoint, to: cells, from: cells })) })
}

describe('announcements that did not come', () => {
  it('are looked up after a while, one at a time, and each a few times [HINT-11]', () => {
    const network = pair()
    const { sent } = network.node(0)
    speakOf(network, mp(1), mp(2))
    network.run(FIND_DELAY_MS - 1_000)
    assert.equal(sent.finds, 0, 'most are only a little late')
    network.run(1_000)
    assert.equal(sent.finds, 1)
    network.run(FIND_SPACING_MS)
    assert.equal(sent.finds, 2)
    network.run(200_000)
    assert.equal(sent.finds, 2 * FIND_TRIES_MAX)
  })

  it('are not looked up when they come in time', () => {
    const network = pair()
    const { sent, host } = network.node(0)
    speakOf(network, mp(1))
    network.step(network.node(0), () => { countAsAnnounced(host, mp(1)) })
    network.run(FIND_DELAY_MS + FIND_SPACING_MS)
    assert.equal(sent.finds, 0)
  })
})

describe('a meeting point', () => {
  it('announces itself again each time it has been one for twice as long, and at least once in the longest time [HINT-14]', () => {
    const network = new VirtualNetwork(1)
    const { sent, host } = network.node(0)
    network.step(network.node(0), () => { hostMeetingPoint(host) })
    const { announceMs, announceMsMax } = PACING.private
    const counts = [announceMs / 2, announceMs, 2 * announceMs, 4 * announceMs, 8 * announceMs, 16 * announceMs, 16 * announceMs + announceMsMax].map((untilMs) => {
      network.run(NOON_MS + untilMs + 1_000 - host.env.nowMs)
      return sent.announcements
    })
    assert.deepEqual(counts, [1, 2, 3, 4, 5, 6, 7])
  })
})
