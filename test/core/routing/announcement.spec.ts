import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fromHex, toHex } from '../../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { newJournal } from '../../../src/core/base/table.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { announcementStruct, judgeAnnouncement, readAnnouncement, signAnnouncement, type Announcement, type AnnouncementContext } from '../../../src/core/routing/announcement.js'
import { beaconOf, epochAt, HOSTED_WEIGHT, ticketOf } from '../../../src/core/routing/election.js'
import { ANNOUNCEMENT_LIFE_MAX_MS, ANNOUNCEMENT_SPACING_MS, FUTURE_MAX_MS, MEETING_POINTS_MAX } from '../../../src/core/routing/limits.js'
import { hosted, judgeAnnouncement as judge, stopMeetingPoint } from '../../../src/core/routing/routing.js'
import { createRoutingTables, hostedLayout, type RosterEntry } from '../../../src/core/routing/tables.js'
import { NOON_MS, VirtualNetwork } from './harness.js'

const SECRET = scalarOf(taggedHash('amiko/test/role', new Uint8Array(1)))
const ID = toHex(mulG(SECRET)) as MeetingPointId
const NETWORK = new Uint8Array(8).fill(7)

const context = (nowMs = NOON_MS): AnnouncementContext =>
  ({ env: { nowMs, heights: {}, entropy: new Uint8Array(32) }, network: { id: NETWORK }, tables: createRoutingTables(newJournal()) })

function bytesOf (changes: Partial<Announcement> = {}, secret = SECRET): Uint8Array {
  const timeMs = changes.timeMs ?? NOON_MS
  return signAnnouncement({ version: 1, network: NETWORK, id: ID, role: 'hosted', epoch: epochAt(timeMs), timeMs, expiryMs: timeMs + ANNOUNCEMENT_LIFE_MAX_MS, withdrawn: false, attestations: [], ...changes }, secret)
}

describe('announcement, of a meeting point', () => {
  it('is one byte string of 126 bytes that is accepted [HINT-14]', () => {
    const bytes = bytesOf()
    assert.equal(bytes.length, 126)
    assert.equal(judgeAnnouncement(context(), bytes), 'accept')
    const read = readAnnouncement(bytes)
    assert.ok('announcement' in read)
    assert.deepEqual(announcementStruct.encode(read.announcement), bytes.subarray(0, 62))
  })

  it('is rejected when it is provably bad [HINT-15]', () => {
    const other = scalarOf(taggedHash('amiko/test/role', new Uint8Array(2)))
    const bad: Record<string, Uint8Array> = {
      empty: new Uint8Array(0),
      short: bytesOf().subarray(0, 125),
      long: new Uint8Array([...bytesOf(), 0]),
      huge: new Uint8Array(600).fill(1),
      network: bytesOf({ network: new Uint8Array(8) }),
      epoch: bytesOf({ epoch: epochAt(NOON_MS) + 1 }),
      'no life': bytesOf({ expiryMs: NOON_MS }),
      'long life': bytesOf({ expiryMs: NOON_MS + ANNOUNCEMENT_LIFE_MAX_MS + 1 }),
      'no point': bytesOf({ id: '02' + 'ff'.repeat(32) as MeetingPointId }),
      signature: bytesOf({}, other)
    }
    for (const [name, bytes] of Object.entries(bad)) assert.equal(judgeAnnouncement(context(), bytes), 'reject', name)
  })

  it('is rejected or ignored, and never thrown at, with any bit flipped [HINT-15]', () => {
    const bytes = bytesOf()
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      assert.notEqual(judgeAnnouncement(context(), flipped), 'accept', `bit ${bit}`)
    }
  })

  it('is ignored when it is early, late, of another version, or not new [HINT-16]', () => {
    assert.equal(judgeAnnouncement(context(), bytesOf({ timeMs: NOON_MS + FUTURE_MAX_MS + 1 })), 'ignore')
    assert.equal(judgeAnnouncement(context(), bytesOf({ timeMs: NOON_MS + FUTURE_MAX_MS })), 'accept')
    assert.equal(judgeAnnouncement(context(NOON_MS + ANNOUNCEMENT_LIFE_MAX_MS), bytesOf()), 'ignore')
    assert.equal(judgeAnnouncement(context(), new Uint8Array([2, ...bytesOf().subarray(1)])), 'ignore')
    assert.equal(judgeAnnouncement(context(), bytesOf({ withdrawn: true })), 'ignore', 'nothing to withdraw')
    const known = context()
    known.tables.roster.set(ID, { id: ID, timeMs: NOON_MS - 1_000, expiryMs: NOON_MS + 1_000, withdrawn: false, ticket: 1, role: 'hosted', epoch: 0, weight: 1, attestations: 0, heardMs: 0 })
    assert.equal(judgeAnnouncement(known, bytesOf({ timeMs: NOON_MS - 1_000 })), 'ignore', 'the same')
    assert.equal(judgeAnnouncement(known, bytesOf()), 'ignore', 'too soon')
    assert.equal(judgeAnnouncement(known, bytesOf({ withdrawn: true })), 'accept', 'a withdrawal is never too soon')
    assert.equal(judgeAnnouncement(known, bytesOf({ timeMs: NOON_MS - 1_000 + ANNOUNCEMENT_SPACING_MS })), 'accept')
  })

  it('takes the place of a higher ticket when the roster is full, else none [HINT-17]', () => {
    const full = (ticket: number): AnnouncementContext => {
      const made = context()
      for (let i = 0; i < MEETING_POINTS_MAX; i++) made.tables.roster.set(`${i}` as MeetingPointId, { ticket } as RosterEntry)
      return made
    }
    assert.equal(judgeAnnouncement(full(100), bytesOf()), 'accept')
    assert.equal(judgeAnnouncement(full(0), bytesOf()), 'ignore')
  })
})

describe('election, tickets', () => {
  it('are those of the formula, by beacon and id [HINT-18]', () => {
    const beacon = beaconOf(NETWORK, 20_000)
    const hash = taggedHash('amiko/hint/ticket', beacon, fromHex(ID))
    const exact = -Math.log(Number(BigInt('0x' + toHex(hash)) >> 203n) / 2 ** 53)
    assert.ok(Math.abs(ticketOf(beacon, ID, 1) - exact) < 1e-9)
    assert.ok(Math.abs(ticketOf(beacon, ID, 4) - exact / 4) < 1e-9)
    assert.notEqual(ticketOf(beaconOf(NETWORK, 20_001), ID, 1), ticketOf(beacon, ID, 1))
    assert.equal(HOSTED_WEIGHT, 1)
  })

  it('are lowest for a candidate in proportion to its weight [HINT-18]', () => {
    const ids = Array.from({ length: 4 }, (_, i) => '02' + `${i + 1}`.repeat(64) as MeetingPointId)
    const weights = [1, 2, 3, 4]
    const wins = [0, 0, 0, 0]
    for (let epoch = 0; epoch < 4_000; epoch++) {
      const beacon = beaconOf(NETWORK, epoch)
      const tickets = ids.map((id, i) => ticketOf(beacon, id, weights[i]!))
      wins[tickets.indexOf(Math.min(...tickets))]!++
    }
    wins.forEach((count, i) => { assert.ok(Math.abs(count / 4_000 - weights[i]! / 10) < 0.03, `weight ${weights[i]} won ${count} of 4000`) })
  })
})

describe('meeting point, hosted on request', () => {
  it('is one for ever, with a key of its own that is derived and never stored [HINT-14]', () => {
    const network = new VirtualNetwork(2)
    const id = network.hostAt(0)
    assert.equal(network.hostAt(0), id)
    const { host, peer } = network.node(0)
    const secret = hosted(host).get(id)!
    assert.equal(toHex(mulG(secret)), id)
    assert.ok(!peer.includes(id))
    const stored = toHex(hostedLayout.encode(host.tables.hosted.get(id)!))
    assert.ok(!stored.includes(toHex(secret)))
    assert.deepEqual(hostedLayout.decode(hostedLayout.encode(host.tables.hosted.get(id)!)), host.tables.hosted.get(id))
  })

  it('is announced, and known to others as announced, and withdrawn at its end [HINT-14]', () => {
    const network = new VirtualNetwork(2)
    const id = network.hostAt(0)
    network.run(100)
    assert.equal(network.node(1).host.tables.roster.get(id)?.withdrawn, false)
    assert.equal(network.node(1).host.tables.roster.get(id)?.ticket, ticketOf(beaconOf(NETWORK, epochAt(NOON_MS)), id, 1))
    network.run(1_000)
    network.step(network.node(0), () => { stopMeetingPoint(network.node(0).host, id) })
    network.run(100)
    assert.equal(network.node(1).host.tables.roster.get(id)?.withdrawn, true)
    for (const bytes of network.announcements) assert.equal(judge(network.node(1).host, bytes), 'ignore', 'nothing brings it back')
    assert.deepEqual(hosted(network.node(0).host).size, 0)
    assert.notEqual(network.hostAt(0), id, 'a key is not used again')
    assert.deepEqual(stopMeetingPoint(network.node(1).host, id), { refused: 'not-found', detail: { what: 'meeting point hosted here', id } })
  })

  it('announces at its interval and soon after somebody connects, never closer than others believe [HINT-14] [HINT-16]', () => {
    const network = new VirtualNetwork(3)
    network.gossip = false
    network.hostAt(0)
    const times = (): number[] => network.announcements.map((bytes) => {
      const read = readAnnouncement(bytes)
      return 'announcement' in read ? read.announcement.timeMs - NOON_MS : -1
    })
    network.run(30_000)
    network.connect(0, 1, 1n, 1n)
    network.connect(0, 2, 1n, 1n)
    network.run(60_000)
    assert.deepEqual(times(), [0, 32_000])
    network.run(10_000)
    assert.deepEqual(times(), [0, 32_000, 92_000])
  })
})

describe('announcements, any bytes', () => {
  it('never make the reader throw [HINT-14]', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => { judgeAnnouncement(context(), bytes) }), { numRuns: 1_000 })
  })
})
