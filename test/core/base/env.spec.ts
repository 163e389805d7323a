import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../src/core/base/bytes.js'
import { DRAWS_MAX, drawFrom, numberBelow, unixSeconds } from '../../../src/core/base/env.js'
import { InvariantError } from '../../../src/core/base/invariant.js'

const entropy = new Uint8Array(32).fill(5)

describe('env, draws', () => {
  it('are the same from the same entropy, in the same order', () => {
    const [a, b] = [drawFrom(entropy), drawFrom(entropy)]
    for (const label of ['x', 'y', 'x']) assert.deepEqual(a(label), b(label))
  })

  it('differ by entropy, by label and from call to call', () => {
    const draw = drawFrom(entropy)
    const other = drawFrom(new Uint8Array(32).fill(6))
    const all = [draw('x'), draw('x'), draw('y'), other('x'), drawFrom(entropy)('y')].map(toHex)
    assert.equal(new Set(all).size, all.length)
    for (const value of all) assert.equal(value.length, 64)
  })

  it('end with an invariant before one would repeat', () => {
    const draw = drawFrom(entropy)
    const first = toHex(draw('x'))
    for (let i = 1; i < DRAWS_MAX; i++) if (i === 256 || i === DRAWS_MAX - 1) assert.notEqual(toHex(draw('x')), first); else draw('x')
    assert.throws(() => draw('x'), InvariantError)
  })
})

describe('env, a number below a bound', () => {
  it('lies in the range, and reaches both of its ends', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (random, below) => {
      const value = numberBelow(random, below)
      assert.ok(Number.isInteger(value) && value >= 0 && value < below)
    }))
    const seen = new Set<number>()
    const draw = drawFrom(entropy)
    for (let i = 0; i < 200; i++) seen.add(numberBelow(draw('die'), 6))
    assert.deepEqual([...seen].sort((a, b) => a - b), [0, 1, 2, 3, 4, 5])
  })
})

describe('env, seconds', () => {
  it('are whole and rounded down', () => {
    assert.equal(unixSeconds({ nowMs: 1_999, heights: {}, entropy }), 1)
  })
})
