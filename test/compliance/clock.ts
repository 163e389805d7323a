import assert from 'node:assert/strict'
import type { Clock } from '../../src/ports/clock.js'

/** A clock under test, and a way to let some of its time pass. */
export interface ClockHarness {
  readonly clock: Clock
  /** Resolves when the clock has moved on by at least `milliseconds` and what became due was called. */
  readonly pass: (milliseconds: number) => Promise<void>
}

/** What every {@link Clock} keeps. */
export function clockCompliance (name: string, create: () => ClockHarness): void {
  describe(`${name}, as a clock`, () => {
    it('is near the present and never goes back', async () => {
      const { clock, pass } = create()
      const first = clock.now()
      assert.ok(first > 1_600_000_000_000 && first < 4_000_000_000_000, String(first))
      assert.ok(Number.isInteger(first))
      await pass(2)
      assert.ok(clock.now() >= first + 2)
    })

    it('calls once, in the order of time, and not before it', async () => {
      const { clock, pass } = create()
      const called: string[] = []
      const start = clock.now()
      clock.at(start + 20, () => { called.push('later'); assert.ok(clock.now() >= start + 20) })
      clock.at(start + 5, () => { called.push('sooner'); assert.ok(clock.now() >= start + 5) })
      clock.at(start - 1_000, () => { called.push('past') })
      await pass(60)
      assert.deepEqual(called, ['past', 'sooner', 'later'])
    })

    it('does not call what was cancelled', async () => {
      const { clock, pass } = create()
      let called = 0
      const cancel = clock.at(clock.now() + 5, () => { called++ })
      cancel()
      cancel()
      await pass(30)
      assert.equal(called, 0)
    })

    it('holds a delay that is longer than a timer can be', async () => {
      const { clock, pass } = create()
      let called = 0
      const cancel = clock.at(clock.now() + 40 * 24 * 3_600_000, () => { called++ })
      await pass(30)
      assert.equal(called, 0)
      cancel()
    })

    it('calls soon what was asked for soon, in order, and not at once', async () => {
      const { clock, pass } = create()
      const called: number[] = []
      clock.soon(() => { called.push(1) })
      clock.soon(() => { called.push(2) })
      assert.deepEqual(called, [])
      await pass(1)
      assert.deepEqual(called, [1, 2])
    })
  })
}
