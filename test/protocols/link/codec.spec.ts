import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { isFault } from '../../../src/core/base/step.js'
import { RECORDS_PER_MESSAGE_MAX } from '../../../src/core/routing/limits.js'
import { fromHex } from '../../../src/core/base/bytes.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { decodeLink, encodeLink, LINK_FRAME_BYTES_MAX } from '../../../protocols/link/codec.js'
import { linkRows, linkVectors, meetingPoint, MESSAGES } from './vectors.js'

describe('link codec, vectors', () => {
  const rows = JSON.parse(readFileSync(repositoryFile('protocols', 'link', 'vectors', 'frames.json'), 'utf8')) as unknown

  it('are those of the code [LINK-1]', () => {
    assert.deepEqual(rows, linkRows())
  })

  for (const { comment, bytes, message, fault } of linkVectors()) {
    it(`${fault === undefined ? 'read' : 'refuse'} ${comment} [${fault ?? 'LINK-1'}]`, () => {
      const decoded = decodeLink(fromHex(bytes))
      if (fault === undefined) assert.deepEqual(decoded, message)
      else assert.equal(isFault(decoded) ? decoded.requirement : decoded, fault)
    })
  }
})

describe('link codec, bounds', () => {
  it('fits the largest hints into a frame, and refuses a larger frame [LINK-1] [HINT-4]', () => {
    const steps = Array.from({ length: 16 }, (_, bucket) => ({ bucket, hops: 33 + bucket, sequence: 2 ** 48 - 1 - bucket }))
    const records = Array.from({ length: RECORDS_PER_MESSAGE_MAX }, (_, i) => ({ meetingPoint: meetingPoint(i), to: steps, from: steps }))
    const message = { type: 'hints', asset: '11'.repeat(32), records } as unknown as Parameters<typeof encodeLink>[0]
    const bytes = encodeLink(message)
    assert.ok(bytes.length <= LINK_FRAME_BYTES_MAX, `${bytes.length} bytes`)
    assert.deepEqual(decodeLink(bytes), message)
    const large = decodeLink(new Uint8Array(LINK_FRAME_BYTES_MAX + 1))
    assert.ok(isFault(large) && large.requirement === 'LINK-1')
  })

  it('gives a message or a fault for any bytes, and faults that quote none of them [LINK-1]', () => {
    const valid = Object.values(MESSAGES).map(encodeLink)
    const mutated = fc.tuple(fc.constantFrom(...valid), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 }), fc.nat(20)).map(([bytes, changes, cut]) => {
      const copy = bytes.slice(0, Math.max(0, bytes.length - (cut > 15 ? cut : 0)))
      for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value
      return copy
    })
    fc.assert(fc.property(fc.oneof({ weight: 4, arbitrary: mutated }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) }), (bytes) => {
      const decoded = decodeLink(bytes)
      if (isFault(decoded)) assert.match(decoded.detail, /^[ -~]{0,120}$/)
      else assert.deepEqual(decodeLink(encodeLink(decoded)), decoded)
    }), { numRuns: 4_000 })
  }).timeout(30_000)
})
