import assert from 'node:assert/strict'
import { virtualClock, countingEntropy } from '../../../src/adapters/memory/clock.js'
import { systemClock } from '../../../src/adapters/system/clock.js'
import { systemEntropy } from '../../../src/adapters/system/entropy.js'
import { clockCompliance } from '../../compliance/clock.js'

clockCompliance('system clock', () => {
  const clock = systemClock()
  return {
    clock,
    pass: async (milliseconds) => {
      const untilMs = clock.now() + milliseconds
      while (clock.now() < untilMs) await new Promise((resolve) => { setTimeout(resolve, 1) })
      // One more turn, for timers that were due at the same moment.
      await new Promise((resolve) => { setTimeout(resolve, 5) })
    }
  }
})

clockCompliance('virtual clock', () => {
  const clock = virtualClock()
  return { clock, pass: async (milliseconds) => { clock.advance(milliseconds) } }
})

describe('system clock', () => {
  it('does not follow the wall clock when that is set', () => {
    const clock = systemClock()
    const before = clock.now()
    const wall = Date.now
    try {
      Date.now = () => wall() + 3_600_000
      assert.ok(clock.now() - before < 60_000)
    } finally {
      Date.now = wall
    }
  })
})

for (const [name, create] of [['system entropy', systemEntropy], ['counting entropy', () => countingEntropy(5)]] as const) {
  describe(name, () => {
    it('gives 32 bytes that never repeat and that later draws do not change', () => {
      const draw = create()
      const first = draw()
      const copy = first.slice()
      const seen = new Set<string>([Buffer.from(first).toString('hex')])
      for (let i = 0; i < 1_000; i++) {
        const bytes = draw()
        assert.equal(bytes.length, 32)
        seen.add(Buffer.from(bytes).toString('hex'))
      }
      assert.equal(seen.size, 1_001)
      assert.deepEqual(first, copy)
    })
  })
}
