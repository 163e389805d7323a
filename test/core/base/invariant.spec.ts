import assert from 'node:assert/strict'
import { InvariantError, invariant, unreachable } from '../../../src/core/base/invariant.js'
import { fault, isFault, isRefusal, refuse } from '../../../src/core/base/step.js'

describe('bad news, a bug', () => {
  it('throws with the reason, and only when the condition fails', () => {
    invariant(true, 'fine')
    assert.throws(() => { invariant(false, 'sums agree') }, (error) => error instanceof InvariantError && error.message === 'sums agree' && error.name === 'InvariantError')
  })

  it('names the case nobody handled', () => {
    assert.throws(() => unreachable({ type: 'surprise' } as never), /unhandled case: surprise/)
    assert.throws(() => unreachable('word' as never), /unhandled case: word/)
  })
})

describe('bad news, a refusal and a fault', () => {
  it('are told apart from each other and from everything else', () => {
    const refusal = refuse('busy', { what: 'payments', limit: 3 })
    const peerFault = fault('CHAN-1', 'odd length')
    assert.deepEqual([isRefusal(refusal), isFault(refusal)], [true, false])
    assert.deepEqual([isRefusal(peerFault), isFault(peerFault)], [false, true])
    for (const value of [undefined, null, 0, 'refused', {}, [], new Uint8Array()]) assert.deepEqual([isRefusal(value), isFault(value)], [false, false])
  })
})
