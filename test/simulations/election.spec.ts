import assert from 'node:assert/strict'
import { complaint, run } from '../../simulations/run.js'
import { scenarioOf } from '../../simulations/scenarios/scenarios.js'

describe('simulations, elections', () => {
  for (const nodes of [2, 3, 60]) {
    it(`a network of ${nodes} without settings finds meeting points and pays [HINT-23]`, async () => {
      const report = await run(scenarioOf('election')!, { seed: 5n, nodes })
      assert.equal(complaint(report), '')
      assert.ok(Number(report.figures['meetingPoints']) >= 1)
      assert.ok(Number(report.figures['payments']) >= 2)
    })
  }

  it('meeting points that vanish are replaced, and what is left of the network pays [HINT-24]', async () => {
    for (const seed of [1n, 2n]) {
      const report = await run(scenarioOf('election-vanish')!, { seed })
      assert.equal(complaint(report), '')
      assert.ok(Number(report.figures['after']) >= 1)
    }
  })
})
