import assert from 'node:assert/strict'
import { run } from '../../simulations/run.js'
import { RANDOM } from '../../simulations/scenarios/random.js'
import { planOf } from '../../simulations/scenarios/plan.js'
import type { Scenario } from '../../simulations/scenarios/scenario.js'
import { shrink, SHRINK_RUNS_MAX } from '../../simulations/shrink.js'

/** The schedule whose third payment and whose second fault are "to blame". */
const SEED = 6n

/** A scenario with a planted failure: it breaks an invariant when one payment and one fault both happen. */
function planted (): { readonly scenario: Scenario, readonly blamed: readonly string[] } {
  const plan = planOf({ seed: SEED })
  assert.ok(plan.payments.length >= 3 && plan.faults.length >= 2, 'a schedule with enough in it')
  const payment = plan.payments[2]!
  const fault = plan.faults[1]!
  const scenario: Scenario = {
    ...RANDOM,
    name: 'planted',
    async run (world, options) {
      const { payments, faults } = planOf(options)
      const happens = (list: ReadonlyArray<{ readonly atMs: number }>, one: { readonly atMs: number }): boolean => list.some(({ atMs }) => atMs === one.atMs)
      if (happens(payments, payment) && happens(faults, fault)) world.violate({ invariant: 'planted', detail: 'the payment and the fault' })
      return {}
    }
  }
  return { scenario, blamed: ['p2', 'f1'] }
}

describe('simulations, a failing schedule made smaller', () => {
  it('keeps what is to blame and nothing else, and is made again by one command', async () => {
    const { scenario, blamed } = planted()
    const { options, report, runs } = await shrink(scenario, { seed: SEED }, await run(scenario, { seed: SEED }))
    const parts = scenario.parts!({ seed: SEED })
    const left = parts.filter((part) => options.leaveOut?.includes(part) !== true && !part.startsWith('n'))
    assert.deepEqual(left, blamed)
    assert.ok(options.leaveOut!.some((part) => part.startsWith('n')), 'nodes that had no part in it')
    const { payments, faults } = planOf({ seed: SEED })
    const last = Math.max(payments[2]!.atMs, faults[1]!.atMs)
    assert.ok(options.untilMs! >= last && options.untilMs! <= last + 100, `nothing begins after ${options.untilMs} ms, the last thing that matters at ${last}`)
    assert.ok(runs <= SHRINK_RUNS_MAX)
    assert.equal(report.command, `npm run sim -- planted --seed 6 --leave-out ${options.leaveOut!.join(',')} --until ${options.untilMs}`)
    assert.deepEqual((await run(scenario, options)).violations, report.violations)
  })

  it('leaves a run alone that found nothing, and a scenario that has no parts', async () => {
    const { scenario } = planted()
    const good = await run(scenario, { seed: SEED, leaveOut: ['p2'] })
    assert.deepEqual(await shrink(scenario, { seed: SEED }, good), { options: { seed: SEED }, report: good, runs: 0 })
    const { parts: _parts, ...whole } = scenario
    const bad = await run(whole, { seed: SEED })
    assert.equal(bad.violations.length, 1)
    assert.equal((await shrink(whole, { seed: SEED }, bad)).runs, 0)
  })

  it('runs a schedule with parts left out: other parts are as they were', async () => {
    const whole = planOf({ seed: SEED })
    const less = planOf({ seed: SEED, leaveOut: ['p0', 'f0'] })
    assert.deepEqual([less.payments, less.faults], [whole.payments.slice(1), whole.faults.slice(1)])
    const report = await run(RANDOM, { seed: SEED, leaveOut: ['n0', 'p0', 'f0'], untilMs: 5_000 })
    assert.deepEqual(report.violations, [])
  })
})
