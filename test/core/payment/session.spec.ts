import assert from 'node:assert/strict'
import fc from 'fast-check'
import { sha256 } from '../../../src/core/base/hash.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { toHex } from '../../../src/core/base/bytes.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isPoint, isScalar, mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { makeEndpointPair } from '../../../src/core/crypto/elgamal.js'
import { ONION_PAYLOAD_MAX, openOnion, sealOnion, wrapOnion } from '../../../src/core/crypto/onion.js'
import { PLAIN_MESSAGE_MAX } from '../../../src/core/crypto/lock-message.js'
import { forwardQuote } from '../../../src/core/payment/quote.js'
import { deriveAttempt, innermostBytes, lockMessageBytes, messageKey, readInnermost, readLockMessage, replyKey, tokenHash } from '../../../src/core/payment/session.js'
import { BTC } from './fake-network.js'

const scalar = (text: string): Uint8Array => scalarOf(sha256(new TextEncoder().encode(text)))
const session = sha256(Uint8Array.of(1))
const place = (text: string): MeetingPointId => toHex(mulG(scalar(text))) as MeetingPointId
const quote = forwardQuote(BTC.id, { base: asUnits(1n), ppm: 10 }, asUnits(5n), 60, 70)

describe('session', () => {
  it('derives other values for every attempt, meeting point and session [INV-18]', () => {
    const all = [
      deriveAttempt(session, place('m'), 1), deriveAttempt(session, place('m'), 2), deriveAttempt(session, place('m'), 257), deriveAttempt(session, place('n'), 1), deriveAttempt(sha256(session), place('m'), 1)
    ]
    for (const { matchPoint, blind } of all) assert.deepEqual([isPoint(matchPoint), isScalar(blind)], [true, true])
    const values = all.flatMap(({ matchPoint, blind }) => [matchPoint, blind, replyKey(matchPoint), tokenHash(matchPoint)]).map(toHex)
    values.push(toHex(messageKey(session, place('m'), 1)), toHex(messageKey(session, place('m'), 2)))
    assert.equal(new Set(values).size, values.length)
    assert.deepEqual(deriveAttempt(session, place('m'), 1), all[0], 'both ends get the same')
  })

  it('knows the innermost layer by its tag, and its side [ROUTE-24, ROUTE-25]', () => {
    const { matchPoint } = deriveAttempt(session, place('m'), 1)
    const pair = makeEndpointPair(scalar('k'), scalar('s'))
    const bytes = innermostBytes(matchPoint, 'payee', pair, quote, scalar('y'))
    assert.ok(bytes.length <= ONION_PAYLOAD_MAX)
    const read = readInnermost(bytes, matchPoint, 'payee')!
    assert.deepEqual([read.k1, read.k2, read.tweak, read.quote], [pair.k1, pair.k2, scalar('y'), quote])
    assert.equal(readInnermost(bytes, matchPoint, 'payer'), undefined)
    assert.equal(readInnermost(bytes, deriveAttempt(session, place('m'), 2).matchPoint, 'payee'), undefined)
    fc.assert(fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const altered = bytes.slice()
      altered[at]! ^= flip
      assert.equal(readInnermost(altered, matchPoint, 'payee'), undefined)
    }))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => { assert.equal(readInnermost(noise, matchPoint, 'payer'), undefined) }))
  })

  it('opens an onion of any depth with all tweaks in order [ROUTE-23]', () => {
    const { matchPoint } = deriveAttempt(session, place('m'), 1)
    const k = scalar('k')
    const pair = makeEndpointPair(k, scalar('s'))
    for (const depth of [0, 1, 5, 24]) {
      let onion = sealOnion(pair, innermostBytes(matchPoint, 'payer', pair, quote, undefined), scalar('r'), sha256(session))
      const tweaks = Array.from({ length: depth }, (_, i) => scalar(`y${i}`))
      for (const [i, tweak] of tweaks.entries()) onion = wrapOnion(onion, makeEndpointPair(k, scalar(`pair${i}`)), tweak, scalar(`r${i}`))
      const opened = openOnion(onion, k, (payload) => readInnermost(payload, matchPoint, 'payer') !== undefined)
      assert.deepEqual(opened?.tweaks, tweaks.reverse(), `depth ${depth}`)
    }
  })

  it('reads lock messages of its version only', () => {
    const single = { version: 1, amount: asUnits(5n), attempt: 3, total: asUnits(5n), set: undefined }
    assert.deepEqual(readLockMessage(lockMessageBytes(single)), single)
    const message = { ...single, total: asUnits(9n), set: { point: mulG(scalar('x')), share: scalar('share') } }
    const bytes = lockMessageBytes(message)
    assert.ok(bytes.length <= PLAIN_MESSAGE_MAX)
    assert.deepEqual(readLockMessage(bytes), message)
    assert.equal(readLockMessage(lockMessageBytes({ ...message, version: 2 })), undefined)
    assert.equal(readLockMessage(bytes.subarray(1)), undefined)
  })
})
