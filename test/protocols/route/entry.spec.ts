import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { bech32m } from '@scure/base'
import { toHex } from '../../../src/core/base/bytes.js'
import { peerIdOfPublicKey } from '../../../src/core/base/ids.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { entryStruct, looksLikeEntry, parseEntry, standingPoint } from '../../../src/core/payment/waypoint-entry.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { badEntries, bytesOfEntry, CONTENT, entryVectors, GOOD, NETWORK, SECRET } from './entry-vectors.js'

describe('waypoint entry, text', () => {
  for (const { name, text } of GOOD) {
    it(`is read: ${name} [ROUTE-90, ROUTE-91]`, () => {
      const entry = parseEntry(text, NETWORK)
      assert.ok(!isRefusal(entry))
      assert.ok(looksLikeEntry(text))
      assert.equal(text.length, 306)
      assert.equal(entry.meetingPoint, CONTENT.meetingPoint)
    })
  }

  it('says what was put in and the key, and nothing else: no peer and no address [ROUTE-90]', () => {
    const entry = parseEntry(GOOD[0]!.text, NETWORK)
    assert.ok(!isRefusal(entry))
    assert.deepEqual(entry, { ...CONTENT, network: NETWORK.id, version: 1, key: toHex(mulG(SECRET)) })
    assert.ok(!new TextDecoder('latin1').decode(bytesOfEntry(GOOD[0]!.text)).includes(peerIdOfPublicKey(mulG(SECRET))))
  })

  for (const { why, text, says } of badEntries()) {
    it(`is refused: ${why} [ROUTE-91]`, () => {
      const refused = parseEntry(text, NETWORK)
      assert.ok(isRefusal(refused))
      assert.equal(refused.refused, 'bad-waypoint')
      assert.match(String(refused.detail['reason']), says)
    })
  }

  it('is read or refused whatever it is (I25)', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => { assert.ok(isRefusal(parseEntry(text, NETWORK))) }), { numRuns: 500 })
    fc.assert(fc.property(fc.string({ maxLength: 100, unit: 'binary' }), (text) => { assert.ok(isRefusal(parseEntry(`amkway1${text}`, NETWORK))) }), { numRuns: 500 })
  })

  it('is refused when any byte is altered under a valid checksum [ROUTE-91]', () => {
    const bytes = bytesOfEntry(GOOD[0]!.text)
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }), fc.nat({ max: 3 }), (changes, cut) => {
      const altered = bytes.slice(0, bytes.length - cut)
      for (const [at, flip] of changes) if (at < altered.length) altered[at]! ^= flip
      if (altered.length === bytes.length && altered.every((byte, i) => byte === bytes[i])) return
      assert.ok(isRefusal(parseEntry(bech32m.encode('amkway', bech32m.toWords(altered), 4_096), NETWORK)))
    }), { numRuns: 500 })
  })

  it('is longer than 320 characters for nothing that its struct can hold [ROUTE-91]', () => {
    fc.assert(fc.property(fc.nat(), fc.nat(), (createdMs, lives) => {
      assert.equal(entryStruct.encode({ ...CONTENT, network: NETWORK.id, version: 1, key: CONTENT.meetingPoint, createdMs, expiresMs: createdMs + lives }).length, 119)
    }), { numRuns: 50 })
  })
})

describe('waypoint entry, the point that its half stands under', () => {
  it('is the same for the owner of the key and for the meeting point, and another for everybody else [ROUTE-93]', () => {
    const scalar = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(scalarOf)
    fc.assert(fc.property(scalar, scalar, scalar, (r, e, other) => {
      const point = toHex(standingPoint(r, mulG(e)))
      assert.equal(point, toHex(standingPoint(e, mulG(r))))
      if ([r, e].some((key) => toHex(key) === toHex(other))) return
      assert.notEqual(point, toHex(standingPoint(other, mulG(e))))
      assert.notEqual(point, toHex(standingPoint(other, mulG(r))))
    }), { numRuns: 40 })
  })
})

describe('waypoint entry, vectors', () => {
  it('are what this program makes, so that others can rely on them [ROUTE-90, ROUTE-91, ROUTE-93]', () => {
    assert.deepEqual(JSON.parse(readFileSync(repositoryFile('protocols', 'route', 'vectors', 'entry.json'), 'utf8')), entryVectors())
  })
})
