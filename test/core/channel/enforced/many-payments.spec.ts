import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { toHex } from '../../../../src/core/base/bytes.js'
import { fulfilLock } from '../../../../src/core/channel/channel.js'
import { loadNativeCurve } from '../../../../src/adapters/native-curve/native-curve.js'
import { curve, useCurve, type CurveEngine } from '../../../../src/core/crypto/curve.js'
import type { End } from '../two-ends.js'
import { enforcedOf, offer, openedChannel, type OpenedChannel } from './open-channel.js'

/** Payments over one channel; the long run makes 100,000. */
const PAYMENTS = Number(process.env['AMIKO_PAYMENTS'] ?? 1_000)
/** So many share their rounds, or the curve would take hours. */
const AT_ONCE = 10
/** What the stores of both ends hold is looked at after so many, and at the end. */
const EARLY = 100
/** The heap is looked at after a tenth of all, and at the end. */
const WARM = PAYMENTS / 10
const HEAP_GROWTH_MAX = 5 * 1_048_576
/** The peer's secrets of revoked commitments take more as their number grows: its logarithm. */
const STORE_GROWTH_MAX = 4_096

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const [ABOVE_DUST, BELOW_DUST] = [1_000_000n, 1_000n]

/** Pays {@link AT_ONCE}, above dust and below it, now from one end and now from the other: each lock is offered, settled and gone. */
function pay ({ world, alice, bob, id }: OpenedChannel, from: number): void {
  const [payer, payee] = from / AT_ONCE % 2 === 0 ? [alice, bob] : [bob, alice]
  const secrets = new Map<string, Uint8Array>()
  for (let number = from; number < from + AT_ONCE; number++) {
    const { secret, terms } = offer(payer, id, number, number % 2 === 0 ? ABOVE_DUST : BELOW_DUST)
    secrets.set(toHex(terms.point), secret)
  }
  payee.onOutcome = (outcome) => { if (outcome.type === 'lockReceived') fulfilLock(payee.host, id, outcome.lock.terms.id, secrets.get(toHex(outcome.lock.terms.point))!) }
  world.settle()
  payee.onOutcome = () => {}
  assert.equal(payer.outcomes.filter(({ type }) => type === 'offerSettled').length, AT_ONCE, `not all payments from ${from} on were paid`)
  // What happened is kept for tests that look at it.
  for (const end of [alice, bob]) end.outcomes.length = end.seen.length = 0
  world.sent.length = 0
}

const storedOf = ({ store }: End): { readonly keys: readonly string[], readonly bytes: number } =>
  ({ keys: [...store.keys()].sort(), bytes: [...store].reduce((sum, [key, value]) => sum + key.length + value.length, 0) })

describe('an enforced channel, after many payments', () => {
  let before: CurveEngine
  beforeEach(() => {
    before = curve()
    const native = loadNativeCurve()
    if (native !== undefined) useCurve(native)
  })
  afterEach(() => { useCurve(before) })

  it(`holds what it held, in its stores and in memory, after ${PAYMENTS} payments (K4)`, function () {
    this.timeout(3_600_000)
    const opened = openedChannel()
    const ends = [opened.alice, opened.bob]
    let early = ends.map(storedOf)
    let warm = 0
    for (let number = 0; number < PAYMENTS; number += AT_ONCE) {
      if (number === EARLY) early = ends.map(storedOf)
      if (number === WARM) {
        collect()
        warm = process.memoryUsage().heapUsed
      }
      pay(opened, number)
    }
    collect()
    const grown = process.memoryUsage().heapUsed - warm
    const late = ends.map(storedOf)
    assert.deepEqual(late.map(({ keys }) => keys), early.map(({ keys }) => keys))
    assert.deepEqual(early.map(({ keys }) => keys.length), [1, 1])
    for (const [i, { bytes }] of late.entries()) assert(bytes - early[i]!.bytes < STORE_GROWTH_MAX, `the store grew from ${early[i]!.bytes} to ${bytes} bytes`)
    for (const end of ends) assert.equal(enforcedOf(end, opened.id).number, 2 * PAYMENTS / AT_ONCE)
    assert(grown < HEAP_GROWTH_MAX, `the heap grew by ${grown} bytes`)
    console.log(`        ${late[0]!.keys.length} key, ${early[0]!.bytes} bytes, then ${late[0]!.bytes}; the heap grew by ${Math.round(grown / 1024)} KB from ${WARM} to ${PAYMENTS}`)
  })
})
