import assert from 'node:assert/strict'
import { IDLE_MS, whenIdle } from '../../src/node/idle.js'
import type { Clock } from '../../src/ports/clock.js'

/** A clock with one timer, moved by hand. */
function handClock (): Clock & { pass: (ms: number) => void, readonly armed: () => boolean } {
  let nowMs = 0
  let timer: { readonly atMs: number, readonly callback: () => void } | undefined
  return {
    now: () => nowMs,
    at: (atMs, callback) => {
      assert.equal(timer, undefined, 'one timer is enough')
      timer = { atMs, callback }
      return () => { timer = undefined }
    },
    soon: () => { assert.fail('nothing is urgent') },
    pass: (ms) => {
      nowMs += ms
      const due = timer !== undefined && timer.atMs <= nowMs ? timer : undefined
      if (due === undefined) return
      timer = undefined
      due.callback()
    },
    armed: () => timer !== undefined
  }
}

describe('work of an idle node', () => {
  it('waits while something happens, is done piece by piece, and ends', () => {
    const clock = handClock()
    let left = 2
    const { touch } = whenIdle(clock, () => --left > 0)
    touch()
    clock.pass(IDLE_MS - 1)
    touch()
    clock.pass(1)
    assert.equal(left, 2)
    clock.pass(IDLE_MS - 1)
    assert.equal(left, 1)
    touch()
    clock.pass(0)
    assert.equal(left, 1, 'an event goes first')
    clock.pass(IDLE_MS)
    assert.deepEqual([left, clock.armed()], [0, false])
    touch()
    assert(clock.armed())
  })

  it('is not done any more after the stop', () => {
    const clock = handClock()
    const { touch, stop } = whenIdle(clock, () => assert.fail('it was stopped'))
    touch()
    stop()
    clock.pass(IDLE_MS)
    assert(!clock.armed())
  })
})
