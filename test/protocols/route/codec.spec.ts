import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { fromHex } from '../../../src/core/base/bytes.js'
import { isFault } from '../../../src/core/base/step.js'
import { decodeRoute, encodeRoute } from '../../../protocols/route/codec.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { badFrames, MESSAGES, messageVectors, plain, quoteVectors } from './vectors.js'

const read = (name: string): unknown => JSON.parse(readFileSync(repositoryFile('protocols', 'route', 'vectors', name), 'utf8'))

describe('route codec', () => {
  for (const [name, message] of Object.entries(MESSAGES)) {
    it(`reads ${name} back as it was written [ROUTE-1]`, () => {
      assert.deepEqual(decodeRoute(encodeRoute(message)), message)
    })
  }

  for (const { why, bytes } of badFrames()) {
    it(`refuses a frame: ${why} [ROUTE-1, ROUTE-2, ROUTE-6, ROUTE-7, ROUTE-20, ROUTE-56, ROUTE-94]`, () => {
      assert.ok(isFault(decodeRoute(bytes)))
    })
  }

  it('says which requirement a frame breaks', () => {
    const seen = new Set(badFrames().map(({ bytes }) => { const fault = decodeRoute(bytes); return isFault(fault) ? fault.requirement : '' }))
    assert.deepEqual([...seen].sort(), ['ROUTE-1', 'ROUTE-2', 'ROUTE-20', 'ROUTE-56', 'ROUTE-6', 'ROUTE-7', 'ROUTE-94'])
  })

  it('makes a message or a fault of any bytes (I25)', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => { decodeRoute(bytes) }), { numRuns: 2_000 })
  })

  it('makes a message or a fault of altered frames, and what it reads it writes back the same (I25)', () => {
    const frames = Object.values(MESSAGES).map(encodeRoute)
    let read = 0
    fc.assert(fc.property(fc.nat(), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }), fc.nat(), fc.nat(), (which, changes, cut, paste) => {
      const frame = frames[which % frames.length]!.slice()
      for (const [at, value] of changes) frame[at % frame.length] = value
      const bytes = cut % 4 === 0 ? frame.subarray(0, cut % frame.length) : paste % 4 === 0 ? Uint8Array.from([...frame, ...frames[paste % frames.length]!.subarray(18)]) : frame
      const message = decodeRoute(bytes)
      if (isFault(message)) return
      read++
      assert.deepEqual(decodeRoute(encodeRoute(message)), message)
    }), { numRuns: 4_000 })
    assert.ok(read > 100, `${read} altered frames were still messages`)
  })
})

describe('route vectors', () => {
  it('are what this program makes, so that others can rely on them [ROUTE-20, ROUTE-21]', () => {
    assert.deepEqual(read('quote.json'), quoteVectors())
    assert.deepEqual(read('messages.json'), messageVectors())
  })

  it('read as they say', () => {
    const { messages, refused } = read('messages.json') as { messages: Array<{ bytes: string, message: unknown }>, refused: Array<{ bytes: string, requirement: string }> }
    for (const { bytes, message } of messages) assert.deepEqual(JSON.parse(JSON.stringify(plain(decodeRoute(fromHex(bytes))))), message)
    for (const { bytes, requirement } of refused) {
      const fault = decodeRoute(fromHex(bytes))
      assert.ok(isFault(fault) && fault.requirement === requirement)
    }
  })
})
