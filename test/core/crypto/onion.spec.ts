import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LOCK_ONION_BYTES_MAX } from '../../../src/core/channel/lock.js'
import { equalBytes } from '../../../src/core/base/bytes.js'
import { isPoint, scalarOf, tinyCurve, useCurve, type CurveEngine } from '../../../src/core/crypto/curve.js'
import { makeEndpointPair, rerandomisePair, type EndpointPair } from '../../../src/core/crypto/elgamal.js'
import { ONION_BYTES, ONION_PAYLOAD_MAX, ONION_TWEAKS_MAX, openOnion, sealOnion, wrapOnion } from '../../../src/core/crypto/onion.js'
import { describeOnEveryEngine, scalars, words } from './engines.js'

/** A scalar for each label: the tests that fix a route need no chance. */
const scalar = (...label: readonly number[]): Uint8Array => scalarOf(Uint8Array.of(...label, ...new Uint8Array(32 - label.length).fill(1)))
const payloads = fc.uint8Array({ maxLength: ONION_PAYLOAD_MAX })

interface Route {
  readonly k: Uint8Array
  /** As each hop got it, the endpoint's neighbour first; the last is the meeting point's. */
  readonly pairs: readonly EndpointPair[]
  /** The endpoint's neighbour first. */
  readonly tweaks: readonly Uint8Array[]
  /** The onion as it leaves each node, the meeting point first; the last is what the endpoint gets. */
  readonly packets: readonly Uint8Array[]
}

/** A route of some hops between an endpoint and the meeting point, and the onion on its way back. */
function routeOf (k: Uint8Array, payload: Uint8Array, hops: number): Route {
  const pairs = [makeEndpointPair(k, scalar(1))]
  for (let i = 1; i <= hops; i++) pairs.push(rerandomisePair(pairs[i - 1]!, scalar(2, i)))
  const tweaks = Array.from({ length: hops }, (_none, i) => scalar(3, i))
  const packets = [sealOnion(pairs[hops]!, payload, scalar(4), new Uint8Array(32).fill(5))]
  for (let i = hops - 1; i >= 0; i--) packets.push(wrapOnion(packets.at(-1)!, pairs[i]!, tweaks[i]!, scalar(6, i)))
  return { k, pairs, tweaks, packets }
}

const is = (payload: Uint8Array) => (candidate: Uint8Array): boolean => equalBytes(candidate, payload)

describeOnEveryEngine('onion', () => {
  it('opens to the payload and the tweaks of 0 to 24 hops, the endpoint\'s neighbour first', () => {
    fc.assert(fc.property(scalars, payloads, fc.integer({ min: 0, max: ONION_TWEAKS_MAX }), (k, payload, hops) => {
      const { tweaks, packets } = routeOf(k, payload, hops)
      assert.deepEqual(openOnion(packets.at(-1)!, k, is(payload)), { tweaks, payload })
    }), { numRuns: 12, examples: [[scalar(9), new Uint8Array(ONION_PAYLOAD_MAX).fill(255), ONION_TWEAKS_MAX], [scalar(9), new Uint8Array(0), 0]] })
  })

  it('has the same length everywhere, within that of a lock\'s onion', () => {
    const { packets } = routeOf(scalar(9), new Uint8Array(3), ONION_TWEAKS_MAX)
    for (const packet of packets) assert.equal(packet.length, ONION_BYTES)
    assert.ok(ONION_BYTES <= LOCK_ONION_BYTES_MAX)
  })

  it('shows no run of bytes on two links', () => {
    const { packets } = routeOf(scalar(9), new Uint8Array(200), 8)
    const seen = new Map<string, number>()
    packets.forEach((packet, link) => {
      for (let at = 0; at + 8 <= packet.length; at++) {
        const run = String(packet.subarray(at, at + 8))
        assert.ok((seen.get(run) ?? link) === link, `8 bytes at ${at} of link ${link} were seen on link ${seen.get(run)}`)
        seen.set(run, link)
      }
    })
  })

  it('looks like noise behind its point, whatever it holds', () => {
    const { packets } = routeOf(scalar(9), new Uint8Array(ONION_PAYLOAD_MAX), 2)
    for (const packet of packets) {
      assert.ok(isPoint(packet.subarray(0, 33)))
      const counts = new Map<number, number>()
      for (const byte of packet.subarray(33)) counts.set(byte, (counts.get(byte) ?? 0) + 1)
      // 1,818 bytes give about 7 of each value; 30 of one would be a pattern.
      assert.ok(Math.max(...counts.values()) < 30 && counts.size > 240, 'no byte value stands out')
    }
  })

  it('does not open by another key', () => {
    const payload = new Uint8Array(40).fill(7)
    fc.assert(fc.property(scalars, fc.integer({ min: 0, max: 5 }), (other, hops) => {
      assert.equal(openOnion(routeOf(scalar(9), payload, hops).packets.at(-1)!, other, is(payload)), undefined)
    }), { numRuns: 12 })
  })

  it('does not open by the key when a hop put a pair of its own in place of the endpoint\'s', () => {
    const payload = new Uint8Array(40).fill(7)
    const { packets } = routeOf(scalar(10), payload, 1)
    const wrapped = wrapOnion(packets.at(-1)!, makeEndpointPair(scalar(9), scalar(1)), scalar(3), scalar(4))
    assert.equal(openOnion(wrapped, scalar(9), is(payload)), undefined)
  })

  it('is found out when altered on the way: not opened, or with another tweak than was sent', () => {
    const payload = new Uint8Array(ONION_PAYLOAD_MAX).fill(7)
    const { tweaks, packets } = routeOf(scalar(9), payload, 3)
    const used = 33 + 3 * 65 + 2 + ONION_PAYLOAD_MAX
    fc.assert(fc.property(fc.integer({ min: 0, max: used * 8 - 1 }), (bit) => {
      const altered = packets.at(-1)!.slice()
      altered[bit >> 3]! ^= 1 << (bit & 7)
      const opened = openOnion(altered, scalar(9), is(payload))
      assert.ok(opened === undefined || String(opened.tweaks) !== String(tweaks), `bit ${bit}`)
    }), { numRuns: 40 })
  })

  it('lets the last of 24 hops lose nothing but filling', () => {
    const payload = new Uint8Array(ONION_PAYLOAD_MAX).fill(7)
    const { packets, tweaks, pairs } = routeOf(scalar(9), payload, ONION_TWEAKS_MAX)
    assert.deepEqual(openOnion(packets.at(-1)!, scalar(9), is(payload))?.tweaks, tweaks)
    const oneTooMany = wrapOnion(packets.at(-1)!, pairs[0]!, scalar(3), scalar(4))
    assert.equal(openOnion(oneTooMany, scalar(9), is(payload)), undefined)
  })

  it('does not open noise or wrong lengths, and never throws', () => {
    fc.assert(fc.property(words, fc.uint8Array({ minLength: 0, maxLength: 3 }), (seed, tail) => {
      const noise = new Uint8Array(ONION_BYTES)
      for (let i = 0; i < noise.length; i++) noise[i] = seed[i % 32]! ^ i
      noise[0] = 2 + (seed[0]! & 1)
      assert.equal(openOnion(noise, scalar(9), () => false), undefined)
      assert.equal(openOnion(tail, scalar(9), () => true), undefined)
    }), { numRuns: 12 })
    assert.equal(openOnion(new Uint8Array(ONION_BYTES + 1), scalar(9), () => true), undefined)
  })

  it('is made of payloads and tweaks in range only: others are bugs of the caller', () => {
    const pair = makeEndpointPair(scalar(9), scalar(1))
    const onion = sealOnion(pair, new Uint8Array(0), scalar(2), new Uint8Array(32))
    assert.throws(() => sealOnion(pair, new Uint8Array(ONION_PAYLOAD_MAX + 1), scalar(2), new Uint8Array(32)), { name: 'InvariantError' })
    assert.throws(() => wrapOnion(onion, pair, new Uint8Array(32), scalar(2)), { name: 'InvariantError' })
    assert.throws(() => wrapOnion(onion.subarray(1), pair, scalar(3), scalar(2)), { name: 'InvariantError' })
  })
})

describe('onion, work', () => {
  let multiplications = 0
  const counting: CurveEngine = { ...tinyCurve, mul: (point, s) => { multiplications++; return tinyCurve.mul(point, s) } }
  before(() => { useCurve(counting) })
  after(() => { useCurve(tinyCurve) })

  it('is at most 25 multiplications for whoever opens it, however many layers there are', () => {
    // A neighbour may wrap for ever; the endpoint stops.
    const pair = makeEndpointPair(scalar(9), scalar(1))
    let onion = sealOnion(pair, new Uint8Array(0), scalar(2), new Uint8Array(32))
    for (let i = 0; i < 40; i++) onion = wrapOnion(onion, pair, scalar(3, i), scalar(4, i))
    multiplications = 0
    assert.equal(openOnion(onion, scalar(9), () => false), undefined)
    assert.equal(multiplications, ONION_TWEAKS_MAX + 1)
  })
})
