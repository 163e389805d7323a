import assert from 'node:assert/strict'
import { taggedHash } from '../../../src/core/base/hash.js'
import { toHex } from '../../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { LicenceMessage, RoutingMessage } from '../../../src/core/link/messages.js'
import { ANNOUNCEMENT_VERSION, signAnnouncement } from '../../../src/core/routing/announcement.js'
import { attest } from '../../../src/core/routing/attestation.js'
import { epochAt } from '../../../src/core/routing/epoch.js'
import type { Duty } from '../../../src/core/routing/host.js'
import { isLicence, license } from '../../../src/core/routing/licence.js'
import { BUCKETS, EPOCH_MS, FALSE_LICENCES_MAX, LICENCES_PER_NEIGHBOUR_MAX, LICENCE_COST, RECORDS_BURST, UNLICENSED_HOPS } from '../../../src/core/routing/limits.js'
import { PACING } from '../../../src/core/routing/pacing.js'
import { meetingPoints, onAnnouncement } from '../../../src/core/routing/routing.js'
import { firstOfSlot, slotAt } from '../../../src/core/routing/sequence.js'
import { licenceKey, neighbourKey } from '../../../src/core/routing/tables.js'
import { BTC, NOON_MS, VirtualNetwork } from './harness.js'

const FUNDS = 100_000_000n
const NETWORK = new Uint8Array(8).fill(7)
const EPOCH = epochAt(NOON_MS)
const secret = scalarOf(taggedHash('amiko/test/licence', Uint8Array.of(1)))
const MP = toHex(mulG(secret)) as MeetingPointId

const hopsAt = (network: VirtualNetwork, index: number, id: MeetingPointId = MP): number | undefined =>
  meetingPoints(network.node(index).host, BTC, asUnits(1_000n), 'to').find((point) => point.id === id)?.hops

/** Node 0 between 1 and 2; what it sends of licences is kept. */
function line (duty: Duty = 'forwarder'): { readonly network: VirtualNetwork, readonly shown: Array<readonly [to: string, message: RoutingMessage]> } {
  const network = new VirtualNetwork(3, 'private', 1, (index) => index === 0 ? duty : 'forwarder')
  const shown: Array<readonly [string, RoutingMessage]> = []
  const { host } = network.node(0)
  const { send } = host
  host.send = (to, message) => {
    if (message.type === 'licence' || message.type === 'hintRequest') shown.push([to, message])
    send(to, message)
  }
  network.connect(0, 1, FUNDS, FUNDS)
  network.connect(0, 2, FUNDS, FUNDS)
  network.run(300)
  shown.length = 0
  return { network, shown }
}

/** Node 0 hears that the meeting point is there. */
function announce (network: VirtualNetwork, role: 'hosted' | 'elected'): void {
  const attested = attest({ network: NETWORK, id: MP, epoch: EPOCH, bucket: 9 }, scalarOf(taggedHash('amiko/test/attester', Uint8Array.of(1))))
  const bytes = signAnnouncement({
    version: ANNOUNCEMENT_VERSION, network: NETWORK, id: MP, role, epoch: EPOCH, timeMs: network.nowMs, expiryMs: network.nowMs + EPOCH_MS, withdrawn: false,
    attestations: role === 'elected' ? [attested] : []
  }, secret)
  network.step(network.node(0), () => { onAnnouncement(network.node(0).host, bytes) })
}

const say = (network: VirtualNetwork, from: number, hops: number, n = 0): void => {
  const steps = [{ bucket: BUCKETS - 1, hops, sequence: firstOfSlot(slotAt(PACING.private, network.nowMs)) + n }]
  network.deliver(from, 0, { type: 'hints', asset: BTC, records: [{ meetingPoint: MP, to: steps, from: steps }] })
}

/** What node `from` would show node 0, with another's role key or name when that is asked for. */
function licenceOf (network: VirtualNetwork, from: number, hops: 1 | 2, { key = secret, epoch = EPOCH, named = from, id = MP }: { readonly key?: Uint8Array, readonly epoch?: number, readonly named?: number, readonly id?: MeetingPointId } = {}): LicenceMessage {
  const of = (index: number, distance: number): Uint8Array => license({ network: NETWORK, id, epoch, hops: distance, peer: network.node(index).peer }, key)
  return { type: 'licence', meetingPoint: id, epoch, hops, proof: of(named, hops), next: hops === 1 ? of(0, 2) : undefined }
}
const ignored = (network: VirtualNetwork, of: number): number => network.node(0).host.tables.ignored.get(network.node(of).peer)?.['HINT-29'] ?? 0

describe('licences, of an elected meeting point', () => {
  it('reach its neighbours and those beside them, who count the distances as they are said [HINT-29] [HINT-30]', () => {
    const network = new VirtualNetwork(5, 'private', 1, () => 'volunteer', undefined, (EPOCH + 1) * EPOCH_MS - 120_000)
    for (const [a, b] of [[0, 1], [0, 2], [0, 3], [3, 4]] as const) network.connect(a, b, FUNDS, FUNDS)
    network.run(30_000)
    const [role] = network.node(0).host.tables.hosted.values()
    assert.equal(role?.role, 'elected')
    assert.deepEqual([1, 2, 3, 4].map((index) => hopsAt(network, index, role.id)), [2, 2, 2, 3])
    assert.equal(network.node(3).host.tables.licences.get(licenceKey(network.node(0).peer, role.id))?.hops, 1)
    assert.equal(network.node(4).host.tables.licences.get(licenceKey(network.node(3).peer, role.id))?.hops, 2)
    network.connect(4, 1, FUNDS, FUNDS)
    network.run(3_000)
    assert.equal(network.node(4).host.tables.licences.get(licenceKey(network.node(1).peer, role.id))?.hops, 2, 'shown when a channel becomes live')
    network.run((EPOCH + 1) * EPOCH_MS - network.nowMs + 2 * PACING.private.slotMs)
    const [again] = network.node(0).host.tables.hosted.values()
    assert.equal(again?.epoch, EPOCH + 1)
    assert.equal(network.node(4).host.tables.licences.get(licenceKey(network.node(1).peer, role.id))?.epoch, EPOCH + 1, 'and anew in the next epoch')
  }).timeout(60_000)

  it('are passed on by a node beside it, not back, and not by a light one [HINT-29]', () => {
    for (const duty of ['forwarder', 'light'] as const) {
      const { network, shown } = line(duty)
      network.deliver(1, 0, licenceOf(network, 1, 1))
      const licences = shown.filter(([, message]) => message.type === 'licence')
      assert.deepEqual(licences.map(([to]) => to), duty === 'light' ? [] : [network.node(2).peer])
      const [sent] = licences
      if (sent === undefined) continue
      assert.ok(sent[1].type === 'licence' && sent[1].hops === 2 && sent[1].next === undefined)
      assert.ok(isLicence({ network: NETWORK, id: MP, epoch: EPOCH, hops: 2, peer: network.node(0).peer }, sent[1].proof, mulG(secret)))
    }
  })

  it('are shown again to who asks for everything [HINT-29]', () => {
    const { network, shown } = line()
    network.deliver(1, 0, licenceOf(network, 1, 1))
    network.run(PACING.private.requestMs)
    shown.length = 0
    network.deliver(2, 0, { type: 'hintRequest', asset: BTC, meetingPoint: undefined, sequence: 0, hopsLeft: 0 })
    assert.deepEqual(shown.map(([to, message]) => [to, message.type]), [[network.node(2).peer, 'licence']])
  })
})

describe('claims of an elected meeting point', () => {
  it('count as three hops at least without a licence, and as said with one [HINT-30]', () => {
    const { network } = line()
    announce(network, 'elected')
    say(network, 1, 1)
    assert.equal(hopsAt(network, 0), UNLICENSED_HOPS + 1)
    say(network, 1, 5, 1)
    assert.equal(hopsAt(network, 0), 6, 'what is farther is as far as it is said')
    network.deliver(1, 0, licenceOf(network, 1, 2))
    say(network, 1, 1, 2)
    assert.equal(hopsAt(network, 0), 3)
    network.deliver(2, 0, licenceOf(network, 2, 1))
    say(network, 2, 1, 2)
    assert.equal(hopsAt(network, 0), 2)
  })

  it('count as said while it is hosted on request, or not announced [HINT-30]', () => {
    const { network } = line()
    say(network, 1, 1)
    assert.equal(hopsAt(network, 0), 2)
    announce(network, 'hosted')
    say(network, 1, 1, 1)
    assert.equal(hopsAt(network, 0), 2)
  })

  it('are judged again when it announces itself, and when a licence comes late [HINT-30]', () => {
    const { network, shown } = line()
    say(network, 1, 1)
    say(network, 2, 2)
    announce(network, 'elected')
    assert.equal(hopsAt(network, 0), UNLICENSED_HOPS + 1)
    shown.length = 0
    network.deliver(1, 0, licenceOf(network, 1, 1))
    assert.deepEqual(shown.filter(([, message]) => message.type === 'hintRequest').map(([to, message]) => [to, message.type === 'hintRequest' ? message.meetingPoint : '']), [[network.node(1).peer, MP]])
    say(network, 1, 1)
    assert.equal(hopsAt(network, 0), 2)
  })

  it('fall back when the licence is of an epoch gone by, or its peer was away [HINT-29] [HINT-30]', () => {
    const { network } = line()
    announce(network, 'elected')
    network.deliver(1, 0, licenceOf(network, 1, 1))
    assert.equal(network.node(0).host.tables.licences.size, 1)
    network.disconnect(0, 1)
    assert.equal(network.node(0).host.tables.licences.size, 0)
    network.reconnect(0, 1)
    network.run(300)
    network.deliver(1, 0, licenceOf(network, 1, 1))
    network.run((EPOCH + 1) * EPOCH_MS - network.nowMs + 1_000)
    assert.equal(network.node(0).host.tables.licences.size, 1, 'of the epoch before')
    network.run(EPOCH_MS + 2 * PACING.private.slotMs + 60_000)
    assert.equal(network.node(0).host.tables.licences.size, 0)
  })
})

describe('licences that do not hold', () => {
  it('are those of another key, peer, distance or epoch; they are ignored and counted [HINT-29]', () => {
    const { network } = line()
    const other = scalarOf(taggedHash('amiko/test/licence', Uint8Array.of(2)))
    const bad: LicenceMessage[] = [
      licenceOf(network, 1, 1, { key: other }), licenceOf(network, 1, 2, { named: 2 }), { ...licenceOf(network, 1, 2), hops: 1, next: new Uint8Array(64) },
      licenceOf(network, 1, 1, { epoch: EPOCH - 2 }), licenceOf(network, 1, 1, { epoch: EPOCH + 1 }), { ...licenceOf(network, 1, 1), epoch: EPOCH - 1 }
    ]
    for (const message of bad) network.deliver(1, 0, message)
    assert.equal(ignored(network, 1), bad.length)
    assert.equal(network.node(0).host.tables.licences.size, 0)
    const { next, ...rest } = licenceOf(network, 1, 1)
    assert.ok(next !== undefined)
    network.deliver(1, 0, { ...rest, next: licenceOf(network, 2, 2).proof })
    assert.equal(network.node(0).host.tables.licences.size, 1)
    assert.equal(network.node(0).host.tables.ownLicences.size, 0, 'what names another is no licence of this node')
  })

  it('are not looked at any more after too many, and each costs of the allowance [HINT-12] [HINT-29]', () => {
    const { network } = line()
    const creditOf = (): number => network.node(0).host.tables.neighbours.get(neighbourKey(network.node(1).peer, BTC))!.credit
    say(network, 1, 3) // so that what was earned since is counted
    const before = creditOf()
    for (let i = 0; i < FALSE_LICENCES_MAX; i++) network.deliver(1, 0, licenceOf(network, 1, 2, { named: 2 }))
    assert.equal(before - creditOf(), LICENCE_COST * FALSE_LICENCES_MAX)
    assert.ok(before <= RECORDS_BURST)
    network.deliver(1, 0, licenceOf(network, 1, 2))
    assert.equal(network.node(0).host.tables.licences.size, 0)
    network.deliver(2, 0, licenceOf(network, 2, 2))
    assert.equal(network.node(0).host.tables.licences.size, 1, 'others are looked at')
  })

  it('are those beyond what is kept of one neighbour [HINT-29]', () => {
    const { network } = line()
    const { tables } = network.node(0).host
    const { peer } = network.node(1)
    network.step(network.node(0), () => { for (let i = 0; i < LICENCES_PER_NEIGHBOUR_MAX; i++) tables.licences.set(`${peer}/${i}`, { peer, epoch: EPOCH, hops: 2 }) })
    network.deliver(1, 0, licenceOf(network, 1, 2))
    assert.equal(tables.licences.has(licenceKey(peer, MP)), false)
    assert.equal(ignored(network, 1), 1)
  })
})
