import assert from 'node:assert/strict'
import { fulfilLock } from '../../../../src/core/channel/channel.js'
import { workAhead } from '../../../../src/core/channel/enforced/ahead.js'
import { curve, useCurve, type CurveEngine } from '../../../../src/core/crypto/curve.js'
import { told } from '../two-ends.js'
import { offer, openedChannel, type OpenedChannel } from './open-channel.js'

/** One payment from alice to bob; what left both ends, as text. */
function paid ({ world, alice, bob, id }: OpenedChannel, number: number): string {
  const { secret } = offer(alice, id, number, 1_000_000n)
  bob.onOutcome = (outcome) => { if (outcome.type === 'lockReceived') fulfilLock(bob.host, id, outcome.lock.terms.id, secret) }
  world.settle()
  assert.equal(told(alice, 'offerSettled').length, number + 1)
  return JSON.stringify(world.sent.splice(0).map(({ from, message }) => [from.name, message]), (_key, value: unknown) => typeof value === 'bigint' ? `${value}n` : value)
}

function drain (): number {
  let pieces = 1
  while (workAhead()) pieces++
  return pieces
}

describe('enforced channel, keys of commitments to come', () => {
  let before: CurveEngine
  let multiplied: number
  beforeEach(() => {
    before = curve()
    const { mul } = before
    useCurve({ ...before, mul: (point, scalar) => { multiplied++; return mul(point, scalar) } })
    drain()
  })
  afterEach(() => { useCurve(before) })

  it('are the same whether they were made ahead or when they were needed, and made once', () => {
    const [lazy, eager] = [openedChannel(), openedChannel()]
    const run = (opened: OpenedChannel, work: () => void): { readonly sent: readonly string[], readonly counts: readonly number[] } => {
      const counts: number[] = []
      const sent = [0, 1, 2].map((number) => {
        multiplied = 0
        const all = paid(opened, number)
        counts.push(multiplied)
        work()
        return all
      })
      return { sent, counts }
    }
    const late = run(lazy, () => {})
    drain()
    const ahead = run(eager, () => { assert(drain() >= 6, 'both ends expect three commitments') })
    assert.deepEqual(ahead.sent, late.sent)
    // Two rounds, two ends, two commitments each, two multiplications each; of them only those of the peer's commitment in the second round are left.
    assert.deepEqual(late.counts, [16, 16, 16])
    assert.deepEqual(ahead.counts, [16, 4, 4])
  })
})
