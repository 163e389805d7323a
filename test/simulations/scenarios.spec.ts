import assert from 'node:assert/strict'
import { run, complaint } from '../../simulations/run.js'
import { scenarioOf, scenarios } from '../../simulations/scenarios/scenarios.js'

/** Seeds of every scenario but `random`, which has its own file. */
const SEEDS = [1n, 2n, 3n]

describe('simulations, scenarios', () => {
  for (const scenario of scenarios.filter(({ name }) => name !== 'random')) {
    it(`${scenario.name}: ${scenario.question}`, async () => {
      for (const seed of SEEDS) assert.equal(complaint(await run(scenario, { seed })), '')
    })
  }

  for (const name of ['p1', 'p9', 'fees']) {
    it(`${name} with the real curve`, async () => {
      assert.equal(complaint(await run(scenarioOf(name)!, { seed: 1n, curve: 'real' })), '')
    })
  }

  it('are named once each, in words of the command line', () => {
    const names = scenarios.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const name of names) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    assert.equal(scenarioOf('no-such-scenario'), undefined)
  })
})
