import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { keyOf, type MeetingPointId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { AttestationMessage, RoutingMessage } from '../../../src/core/link/messages.js'
import { attest, attestingSecret, chosen, isAttestation, keysRise, type Attestation } from '../../../src/core/routing/attestation.js'
import { attestationsFor } from '../../../src/core/routing/attesting.js'
import { bucketOf } from '../../../src/core/routing/bucket.js'
import { epochAt } from '../../../src/core/routing/epoch.js'
import type { Duty } from '../../../src/core/routing/host.js'
import { ATTESTATIONS_MAX, ATTESTERS_MAX, ATTEST_SPACING_MS, EPOCH_MS, LIGHT_VECTORS_MAX, RECORDS_BURST } from '../../../src/core/routing/limits.js'
import { PACING } from '../../../src/core/routing/pacing.js'
import { meetingPoints } from '../../../src/core/routing/routing.js'
import { weightOf } from '../../../src/core/routing/ticket.js'
import { firstOfSlot, slotAt } from '../../../src/core/routing/sequence.js'
import { BTC, NOON_MS, VirtualNetwork } from './harness.js'

const SAT = 1_000n
const EPOCH = epochAt(NOON_MS)
const point = (number: number): MeetingPointId => toHex(mulG(scalarOf(taggedHash('amiko/test/mp', Uint8Array.of(number))))) as MeetingPointId
const NETWORK = new Uint8Array(8).fill(7)

/** Node 0 with live channels to the others; what it sends about attestations is kept. */
function star (count: number, duty: (index: number) => Duty = () => 'forwarder', funds = 50_000n * SAT): { readonly network: VirtualNetwork, readonly sent: Array<{ readonly to: string, readonly message: RoutingMessage }> } {
  const network = new VirtualNetwork(count + 1, 'private', 1, duty)
  const sent: Array<{ to: string, message: RoutingMessage }> = []
  const { host } = network.node(0)
  const send = host.send
  host.send = (to, message) => {
    if (message.type === 'attestRequest' || message.type === 'attestation') sent.push({ to, message })
    send(to, message)
  }
  for (let i = 1; i <= count; i++) network.connect(0, i, funds, funds)
  network.run(300)
  return { network, sent }
}
const ignoredAt = (network: VirtualNetwork, of: number): Readonly<Record<string, number>> => network.node(0).host.tables.ignored.get(network.node(of).peer) ?? {}
const ask = (network: VirtualNetwork, from: number, id: MeetingPointId, epoch = EPOCH): void => { network.deliver(from, 0, { type: 'attestRequest', meetingPoint: id, epoch }) }

describe('attestation, asked for', () => {
  it('is signed for a neighbour, of the largest bucket of the capacity, by a key that does not tell the node [HINT-22]', () => {
    const { network, sent } = star(1)
    ask(network, 1, point(1))
    const [answer] = sent
    assert.ok(answer?.message.type === 'attestation')
    const { key, bucket, signature } = answer.message
    assert.equal(bucket, bucketOf(BTC, 100_000n * SAT) - 1)
    assert.ok(isAttestation({ network: NETWORK, id: point(1), epoch: EPOCH }, { key, bucket, signature }))
    const { host } = network.node(0)
    assert.notEqual(toHex(key), toHex(keyOf(host.self).subarray(1)))
    assert.equal(toHex(key), toHex(mulG(attestingSecret(host.identitySecret, NETWORK, EPOCH, point(1))).subarray(1)))
    assert.notEqual(toHex(attestingSecret(host.identitySecret, NETWORK, EPOCH + 1, point(1))), toHex(attestingSecret(host.identitySecret, NETWORK, EPOCH, point(1))))
    assert.notEqual(toHex(attestingSecret(host.identitySecret, NETWORK, EPOCH, point(2))), toHex(attestingSecret(host.identitySecret, NETWORK, EPOCH, point(1))), 'two announcements do not show that one node attests both')
  })

  it('is given for one id a neighbour and epoch, and for the present epoch only [HINT-22]', () => {
    const { network, sent } = star(2)
    ask(network, 1, point(1))
    network.run(ATTEST_SPACING_MS)
    ask(network, 1, point(2))
    ask(network, 1, point(1), EPOCH + 1)
    ask(network, 1, point(1), EPOCH - 1)
    assert.equal(sent.length, 1)
    assert.deepEqual(ignoredAt(network, 1), { 'HINT-22': 3 })
    ask(network, 1, point(1))
    assert.equal(sent.length, 2, 'the same may be asked again')
    ask(network, 1, point(1))
    assert.equal(sent.length, 2, 'but not at once')
    ask(network, 2, point(2))
    assert.equal(sent.length, 3, 'another neighbour has another id')
    network.run((EPOCH + 1) * EPOCH_MS - network.nowMs + 61_000)
    ask(network, 1, point(2), EPOCH + 1)
    assert.equal(sent.length, 4, 'a new epoch begins anew')
  }).timeout(60_000)

  it('is refused to strangers, and floods are bounded [HINT-1] [HINT-12] [HINT-22]', () => {
    const { network, sent } = star(1)
    network.close(network.channels[0]!)
    network.run(300)
    ask(network, 1, point(1))
    assert.deepEqual([sent.length, ignoredAt(network, 1)['HINT-1']], [0, 1])
    const flooded = star(1)
    for (let i = 0; i < RECORDS_BURST + 10; i++) ask(flooded.network, 1, point(1))
    assert.equal(flooded.sent.length, 1)
    assert.ok(ignoredAt(flooded.network, 1)['HINT-12']! > 0)
  })
})

describe('attestations, received', () => {
  const byKey = (number: number, id: MeetingPointId, epoch = EPOCH, bucket = 9): AttestationMessage =>
    ({ type: 'attestation', meetingPoint: id, epoch, ...attest({ network: NETWORK, id, epoch, bucket }, scalarOf(taggedHash('amiko/test/attester', Uint8Array.of(number)))) })

  /** Node 0 stands, and its neighbours, which are not real ones, have not answered. */
  function standing (count: number): { readonly network: VirtualNetwork, readonly id: MeetingPointId } {
    const { network, sent } = star(count, (index) => index === 0 ? 'volunteer' : 'forwarder')
    const { host } = network.node(0)
    network.step(network.node(0), () => {
      for (const asked of [...host.tables.askedAttesters.values()]) host.tables.askedAttesters.set(asked.peer, { ...asked, attestation: undefined })
    })
    network.run(700)
    network.step(network.node(0), () => {
      for (const asked of [...host.tables.askedAttesters.values()]) host.tables.askedAttesters.set(asked.peer, { ...asked, attestation: undefined })
    })
    const request = sent.find(({ message }) => message.type === 'attestRequest')
    assert.ok(request?.message.type === 'attestRequest')
    return { network, id: request.message.meetingPoint }
  }
  const countAt = (network: VirtualNetwork, id: MeetingPointId): number => attestationsFor(network.node(0).host, id, EPOCH).length

  it('count when they were asked for and verify [HINT-27]', () => {
    const { network, id } = standing(2)
    network.deliver(1, 0, byKey(1, id))
    network.deliver(2, 0, byKey(2, id))
    assert.equal(countAt(network, id), 2)
    network.disconnect(0, 1)
    assert.equal(countAt(network, id), 1, 'and as long as the neighbour is there')
  })

  it('are ignored and counted else [HINT-27]', () => {
    const { network, id } = standing(3)
    const good = byKey(1, id)
    const bad: readonly AttestationMessage[] = [
      { ...good, meetingPoint: point(1) }, byKey(1, point(1)), byKey(1, id, EPOCH + 1), { ...good, bucket: good.bucket + 1 },
      { ...good, signature: new Uint8Array(64) }, { ...good, key: new Uint8Array(32) }, { ...good, key: new Uint8Array(32).fill(255) }
    ]
    for (const message of bad) network.deliver(1, 0, message)
    assert.deepEqual([countAt(network, id), ignoredAt(network, 1)['HINT-27']], [0, bad.length])
    network.deliver(1, 0, good)
    network.deliver(1, 0, byKey(4, id))
    network.deliver(2, 0, good)
    assert.equal(countAt(network, id), 1, 'one of a neighbour, one of a key')
    assert.deepEqual([ignoredAt(network, 1)['HINT-27'], ignoredAt(network, 2)['HINT-27']], [bad.length + 1, 1])
    assert.equal(network.node(0).notices.filter(({ type }) => type === 'link:fault').length, 2, 'said once a connection')
  })
})

describe('attestations, in an announcement', () => {
  it('are a sample of all, with rising keys, that is the same whatever order they came in [HINT-18] [HINT-26]', () => {
    const attestation = fc.record({ key: fc.uint8Array({ minLength: 32, maxLength: 32 }), bucket: fc.nat(15), signature: fc.constant(new Uint8Array(64)) })
    fc.assert(fc.property(fc.uniqueArray(attestation, { maxLength: 30, selector: ({ key }) => toHex(key) }), (all: Attestation[]) => {
      const kept = chosen(point(1), all, ATTESTATIONS_MAX)
      assert.ok(kept.length === Math.min(all.length, ATTESTATIONS_MAX) && keysRise(kept))
      assert.deepEqual(chosen(point(1), [...all].reverse(), ATTESTATIONS_MAX), kept)
    }))
  })

  const attested = (buckets: readonly number[], turn = 0): Attestation[] =>
    buckets.map((bucket, i) => ({ key: taggedHash('amiko/test/attester', Uint8Array.of(i, turn)), bucket, signature: new Uint8Array(64) }))
  const worthOf = (buckets: readonly number[]): number => buckets.reduce((sum, bucket) => sum + Math.min(8, bucket + 1), 0)
  const estimated = (all: readonly Attestation[]): number => Math.sqrt(weightOf(point(1), chosen(point(1), all, ATTESTATIONS_MAX)))

  it('weigh the square of what all neighbours count, exactly when they are all there, on average when they are a sample [HINT-18]', () => {
    assert.equal(weightOf(point(1), []), 1)
    assert.equal(weightOf(point(1), attested([2, 2, 1])), (3 + 3 + 2) ** 2)
    const buckets = [...Array.from({ length: 40 }, () => 12), ...Array.from({ length: 20 }, () => 3), ...Array.from({ length: 100 }, () => 0)]
    let sum = 0
    for (let turn = 0; turn < 200; turn++) sum += estimated(attested(buckets, turn)) / worthOf(buckets)
    assert.ok(Math.abs(sum / 200 - 1) < 0.1, `${sum / 200} times what the neighbours count`)
  })

  it('count eight at most, whatever they say, and are bounded whatever is made up [HINT-18]', () => {
    for (const count of [3, 5]) {
      const honest = Array.from({ length: count }, () => 7)
      assert.equal(estimated(attested([15, 15, ...honest])), 8 * (count + 2))
    }
    const ground = attested(Array.from({ length: 4_000 }, () => 15))
    assert.equal(estimated(ground), ATTESTERS_MAX * 8)
  })
})

describe('light node', () => {
  const record = (id: MeetingPointId): RoutingMessage => {
    const steps = [{ bucket: 15, hops: 2, sequence: firstOfSlot(slotAt(PACING.private, NOON_MS)) }]
    return { type: 'hints', asset: BTC, records: [{ meetingPoint: id, to: steps, from: steps }] }
  }
  const reaches = (network: VirtualNetwork, index: number, id: MeetingPointId): boolean =>
    meetingPoints(network.node(index).host, BTC, asUnits(SAT), 'to').some((each) => each.id === id)

  it('knows ways, tells nobody of them, and answers no question for them [HINT-28]', () => {
    const { network } = star(2, (index) => index === 0 ? 'light' : 'forwarder')
    const before = network.node(0).sent.records
    network.deliver(1, 0, record(point(1)))
    network.deliver(2, 0, { type: 'hintRequest', asset: BTC, meetingPoint: undefined, sequence: 0, hopsLeft: 9 })
    network.deliver(2, 0, { type: 'hintRequest', asset: BTC, meetingPoint: point(1), sequence: 1, hopsLeft: 9 })
    network.run(1_000)
    assert.ok(reaches(network, 0, point(1)))
    assert.ok(!reaches(network, 2, point(1)))
    network.disconnect(0, 1)
    network.run(1_000)
    assert.equal(network.node(0).sent.records, before, 'nor that they are gone')
  })

  it('tells of a meeting point that it hosts, and that it ends [HINT-28]', () => {
    const { network } = star(1, (index) => index === 0 ? 'light' : 'forwarder')
    const id = network.hostAt(0)
    network.run(1_000)
    assert.ok(reaches(network, 1, id))
    network.stopAt(0)
    network.run(1_000)
    assert.ok(!reaches(network, 1, id))
  })

  it('keeps few meeting points [HINT-28]', () => {
    const { network } = star(1, () => 'light')
    const { roster, vectors } = network.node(0).host.tables
    network.step(network.node(0), () => {
      for (let i = 0; i < LIGHT_VECTORS_MAX + 10; i++) {
        roster.set(point(i), { id: point(i), timeMs: NOON_MS, expiryMs: NOON_MS + EPOCH_MS, withdrawn: false, role: 'elected', epoch: 0, ticket: 1, weight: 1, attestations: 3, heardMs: 0 })
      }
    })
    for (let i = 0; i < LIGHT_VECTORS_MAX + 10; i++) network.deliver(1, 0, record(point(i)))
    assert.equal(vectors.size, LIGHT_VECTORS_MAX)
  })
})
