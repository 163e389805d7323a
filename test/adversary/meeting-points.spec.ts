import assert from 'node:assert/strict'
import { makeInvoice, isPaid, outcomeOf, startPayment, type Payment } from '../../simulations/harness/payments.js'
import type { Misbehaviour } from '../../simulations/harness/frame-messages.js'
import { plainText } from '../../simulations/harness/simulated-node.js'
import { setUp } from '../../simulations/harness/set-up.js'
import { createWorld, sat, type World } from '../../simulations/harness/world.js'
import { SCENARIO_PAYMENT } from '../../simulations/scenarios/settle.js'
import { line } from '../../simulations/topologies/topologies.js'
import { toHex } from '../../src/core/base/bytes.js'
import { taggedHash } from '../../src/core/base/hash.js'
import type { MeetingPointId } from '../../src/core/base/ids.js'
import { isRefusal } from '../../src/core/base/step.js'
import { mulG, scalarOf } from '../../src/core/crypto/curve.js'
import { signAnnouncement, type Announcement } from '../../src/core/routing/announcement.js'
import { attest, keysRise } from '../../src/core/routing/attestation.js'
import { epochAt } from '../../src/core/routing/epoch.js'
import { ANNOUNCEMENT_LIFE_MAX_MS, EPOCH_MS } from '../../src/core/routing/limits.js'
import { judgeAnnouncement, meetingPoints } from '../../src/core/routing/routing.js'
import { isThere } from '../../src/core/routing/roster.js'
import { BTC, NOON_MS, VirtualNetwork } from '../core/routing/harness.js'

const SECRET = scalarOf(taggedHash('amiko/test/spoofed', new Uint8Array(1)))
const NETWORK = new Uint8Array(8).fill(7)

describe('a neighbour that spoofs a meeting point', () => {

  /** Adds to all that it says of real meeting points that it is next to one that does not exist. */
  const spoofing = (id: MeetingPointId): Misbehaviour => ({ stream, message }, direction) => {
    if (direction !== 'out' || stream !== 'link' || message.type !== 'hints') return 'pass'
    const sequence = [...message.records[0]!.to, ...message.records[0]!.from][0]?.sequence
    if (sequence === undefined || message.records.length >= 24) return 'pass'
    const steps = [{ bucket: 15, hops: 1, sequence }]
    return { alter: { stream, message: { ...message, records: [...message.records, { meetingPoint: id, to: steps, from: steps }] } } }
  }

  /** A line of five whose second node lies from the start; the real meeting points are the first and the fourth. */
  async function lineWithLiar (): Promise<{ readonly world: World, readonly id: MeetingPointId }> {
    const world = createWorld({ seed: 7n, nodes: 5, payment: SCENARIO_PAYMENT, curve: 'real' })
    const id = toHex(mulG(SECRET)) as MeetingPointId
    world.misbehave(1, spoofing(id))
    await setUp(world, { ...line(5), meetingPoints: [0, 3] })
    await world.run(3_000)
    return { world, id }
  }
  const pay = async (world: World, ids: readonly MeetingPointId[] | undefined): Promise<Payment> => {
    const made = await makeInvoice(world, { payer: 0, payee: 4, amount: sat(50), meetingPoints: ids })
    assert.ok(!isRefusal(made), plainText(made))
    const asked = startPayment(world, made)
    await world.run(60_000, () => asked.answers.length > 0)
    return made
  }

  it('draws a try to itself, and the payment goes by the real one', async () => {
    const { world, id } = await lineWithLiar()
    assert.ok(world.nodes[4]!.view.meetingPoints().some((known) => known.id === id && !known.announced), 'hints alone carry it')
    const payment = await pay(world, undefined)
    assert.ok(isPaid(payment), plainText(outcomeOf(payment)))
    await world.stop()
  })

  it('locks nothing when an invoice names nothing else', async () => {
    const { world, id } = await lineWithLiar()
    const payment = await pay(world, [id])
    assert.ok(isRefusal(outcomeOf(payment)))
    assert.deepEqual(world.notices.filter(({ notice }) => notice.type === 'payment:locked'), [])
    for (const node of world.nodes) assert.equal(node.view.leftovers()['locks'], 0, node.name)
    await world.stop()
  })
})

describe('announcements made to deceive', () => {
  const ID = toHex(mulG(SECRET)) as MeetingPointId

  /** An elected meeting point with three attestations by keys of its own. */
  function made (changes: Partial<Announcement> = {}, secret = SECRET, nowMs = NOON_MS): Uint8Array {
    const timeMs = changes.timeMs ?? nowMs
    const epoch = changes.epoch ?? epochAt(timeMs)
    const id = changes.id ?? ID
    const attestations = [1, 2, 3].map((number) => attest({ network: NETWORK, id, epoch, bucket: 9 }, scalarOf(taggedHash('amiko/test/attester', Uint8Array.of(number)))))
      .sort((a, b) => keysRise([a, b]) ? -1 : 1)
    return signAnnouncement({ version: 1, network: NETWORK, id, role: 'elected', epoch, timeMs, expiryMs: timeMs + ANNOUNCEMENT_LIFE_MAX_MS, withdrawn: false, attestations, ...changes }, secret)
  }
  const network = (): VirtualNetwork => {
    const made = new VirtualNetwork(2, 'private', 1)
    made.connect(0, 1, 1_000_000n, 1_000_000n)
    made.run(300)
    return made
  }

  it('are rejected, or ignored, and leave nothing behind [HINT-15] [HINT-16] [HINT-24] [HINT-26]', () => {
    const bad: Record<string, readonly ['reject' | 'ignore', Uint8Array]> = {
      'a bad signature': ['reject', made({}, scalarOf(taggedHash('amiko/test/spoofed', new Uint8Array(2))))],
      'another epoch than that of its time': ['reject', made({ epoch: epochAt(NOON_MS) + 1 })],
      'an epoch gone by': ['ignore', made({ timeMs: NOON_MS - 3 * EPOCH_MS })],
      'attestations of an epoch gone by': ['reject', made({ attestations: [attest({ network: NETWORK, id: ID, epoch: epochAt(NOON_MS) - 1, bucket: 15 }, scalarOf(new Uint8Array(32).fill(1)))] })],
      'no attestation': ['reject', made({ attestations: [] })],
      oversized: ['reject', new Uint8Array([...made(), ...new Uint8Array(1_024)])],
      'too many attestations': ['reject', new Uint8Array([...made().subarray(0, 61), 9, ...made().subarray(62)])],
      'from tomorrow': ['ignore', made({ timeMs: NOON_MS + EPOCH_MS })]
    }
    const { host } = network().node(0)
    for (const [name, [verdict, bytes]] of Object.entries(bad)) assert.equal(judgeAnnouncement(host, bytes), verdict, name)
    assert.equal(host.tables.roster.size, 0)
  })

  it('are ignored when replayed, or when their ticket is poor [HINT-16] [HINT-24]', () => {
    const made2 = network()
    const node = made2.node(0)
    made2.publish(node, made())
    assert.equal(node.host.tables.roster.size, 1)
    assert.equal(judgeAnnouncement(node.host, made()), 'ignore')
    assert.equal(judgeAnnouncement(node.host, made({ timeMs: NOON_MS - 1 })), 'ignore')
    const poor = network().node(0)
    made2.step(poor, () => { poor.host.tables.rosterState.set('all', { size: 64, there: 64, ticketMax: 1e-40 }) })
    assert.equal(judgeAnnouncement(poor.host, made()), 'ignore')
  })

  it('count for nothing when no hint leads to what they announce [HINT-24]', () => {
    const made2 = network()
    const node = made2.node(0)
    made2.publish(node, made())
    const entry = (): Parameters<typeof isThere>[1] => node.host.tables.roster.get(ID)!
    assert.ok(isThere(node.host, entry()), 'it may be too new for hints')
    made2.run(60_000)
    made2.publish(node, made({ timeMs: made2.nowMs }))
    assert.equal(entry().timeMs, made2.nowMs, 'said again')
    assert.ok(!isThere(node.host, entry()))
    assert.deepEqual(meetingPoints(node.host, BTC, sat(1), 'to'), [], 'and no invoice lists it')
  })
})
