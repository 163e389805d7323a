import assert from 'node:assert/strict'
import { curve, useCurve, type CurveEngine } from '../../src/core/crypto/curve.js'
import { fakeCurve } from '../../simulations/harness/fake-curve.js'
import { explore, type Space } from '../../simulations/small-worlds/explore.js'
import { lineSpace } from '../../simulations/small-worlds/line.js'
import type { Answer, LineOptions, SmallPayment } from '../../simulations/small-worlds/state.js'

/** Most states of one world: none comes near it, or the search would not be exhaustive. */
const STATES_MAX = 3_000_000
/** Worlds that take minutes are gone through in the long run. */
const LONG = process.env['AMIKO_SMALL_WORLDS'] === 'long'

const pays = (from: number, to: number, answer: Answer, amount = 100n): SmallPayment => ({ from, to, amount, answer })
const world = (nodes: 2 | 3, payments: readonly SmallPayment[], more: Partial<LineOptions> = {}): LineOptions => ({ nodes, payments, cuts: 0, crashes: 0, time: false, ...more })
const OPPOSITE = [pays(0, 1, 'fulfil'), pays(1, 0, 'fail', 200n)]
const OPPOSITE_PAID = [pays(0, 1, 'fulfil'), pays(1, 0, 'fulfil', 200n)]
const SAME = [pays(0, 1, 'fulfil'), pays(0, 1, 'fail', 200n)]

/** What happens, the world, and how many states it was found to have at least. */
const WORLDS: ReadonlyArray<readonly [what: string, options: LineOptions, states: number, long?: 'long']> = [
  ['two payments in opposite directions', world(2, OPPOSITE), 250],
  ['two payments in one direction', world(2, SAME), 250],
  ['opposite payments and a cut', world(2, OPPOSITE, { cuts: 1 }), 4_500],
  ['payments in one direction and a cut', world(2, SAME, { cuts: 1 }), 4_500],
  ['opposite payments and a crash at any moment', world(2, OPPOSITE_PAID, { crashes: 1 }), 4_500],
  ['payments in one direction and a crash at any moment', world(2, SAME, { crashes: 1 }), 4_500],
  ['a late claim, a silent payee, and the end of both locks', world(2, [pays(0, 1, 'late'), pays(1, 0, 'silent', 200n)], { time: true }), 5_000],
  ['a late claim, the end of the lock, and a cut', world(2, [pays(0, 1, 'late')], { time: true, cuts: 1 }), 2_000],
  ['a late claim, the end of the lock, and a crash at any moment', world(2, [pays(0, 1, 'late')], { time: true, crashes: 1 }), 2_000],
  ['a payment over a forwarder', world(3, [pays(0, 2, 'fulfil')]), 100],
  ['a payment over a forwarder and a cut', world(3, [pays(0, 2, 'fulfil')], { cuts: 1 }), 5_000],
  ['a payment over a forwarder, claimed late, and the ends of both locks', world(3, [pays(0, 2, 'late')], { time: true }), 500],
  ['a payment over a forwarder that is given back, and a crash at any moment', world(3, [pays(0, 2, 'fail')], { crashes: 1 }), 20_000],
  ['a payment over a forwarder and a crash at any moment', world(3, [pays(0, 2, 'fulfil')], { crashes: 1 }), 50_000],
  ['opposite payments, a cut and a crash', world(2, OPPOSITE_PAID, { cuts: 1, crashes: 1 }), 200_000, 'long'],
  ['a payment over a forwarder, claimed late, the ends of both locks, and a cut', world(3, [pays(0, 2, 'late')], { time: true, cuts: 1 }), 20_000, 'long'],
  ['a payment over a forwarder, claimed late, the ends of both locks, and a crash', world(3, [pays(0, 2, 'late')], { time: true, crashes: 1 }), 100_000, 'long']
]

/** A space of numbers, each with those that may follow. */
const numbers = (follow: Readonly<Record<number, readonly number[]>>, wrong?: number): Space<number> => ({
  start: 0,
  keyOf: String,
  actions: (state) => (follow[state] ?? []).map((next) => ({ name: `to ${next}`, isFault: false, next: () => next })),
  check: (state, isLeaf) => isLeaf && state === wrong ? `${state} is wrong` : undefined
})

describe('small worlds', () => {
  let before: CurveEngine
  beforeEach(() => {
    before = curve()
    useCurve(fakeCurve)
  })
  afterEach(() => { useCurve(before) })

  for (const [what, options, least, long] of WORLDS) {
    if (long !== undefined && !LONG) continue
    it(`hold everything in every order of events: ${what} [CHAN-3] [CHAN-4] [CHAN-10] [CHAN-12] [CHAN-19]`, function () {
      this.timeout(long === undefined ? 300_000 : 3_600_000)
      const { states, transitions, leaves, depth, wrong, exhausted } = explore(lineSpace(options), STATES_MAX)
      assert.equal(wrong, undefined)
      assert(exhausted, `the bound of ${STATES_MAX} states was reached`)
      assert(states >= least && leaves > 0, `only ${states} states, ${leaves} leaves`)
      console.log(`        ${states} states, ${transitions} transitions, ${leaves} leaves, depth ${depth}`)
    })
  }

  it('find a node that reveals before it stores', () => {
    const { wrong } = explore(lineSpace(world(2, [pays(0, 1, 'fulfil')], { crashes: 1, plant: 'reveal-before-store' })), STATES_MAX)
    assert.match(wrong?.what ?? '', /^(I7|I20|I4|I3|I18)/)
    assert(wrong!.path.some((action) => action.startsWith('crash')), wrong!.path.join(', '))
  })
})

describe('small worlds, the search', () => {
  it('visits each state once, and counts the ends', () => {
    assert.deepEqual(explore(numbers({ 0: [1, 2], 1: [3], 2: [3] }), 100), { states: 4, transitions: 4, leaves: 1, depth: 3, wrong: undefined, exhausted: true })
  })
  it('tells what is wrong and the way there', () => {
    assert.deepEqual(explore(numbers({ 0: [1, 2], 1: [], 2: [3] }, 3), 100).wrong, { what: '3 is wrong', path: ['to 2', 'to 3'] })
  })
  it('finds a way that comes back', () => {
    assert.deepEqual(explore(numbers({ 0: [1], 1: [2], 2: [1] }), 100).wrong, { what: 'the world comes back to where it was', path: ['to 1', 'to 2', 'to 1'] })
  })
  it('says when the bound cut something off', () => {
    assert.equal(explore(numbers({ 0: [1], 1: [2], 2: [] }), 2).exhausted, false)
    assert.equal(explore(numbers({ 0: [1], 1: [2], 2: [] }), 3).exhausted, true)
  })
  it('takes an action without effect for none', () => {
    assert.deepEqual(explore(numbers({ 0: [0, 1], 1: [1] }), 100).leaves, 1)
  })
})
