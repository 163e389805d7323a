import assert from 'node:assert/strict'
import { complaint, run } from '../../simulations/run.js'
import { scenarioOf } from '../../simulations/scenarios/scenarios.js'

const PARTS = scenarioOf('parts')!
const NODES = 5
/** Acts of a node within one payment, and more. */
const ACTS = 40
/** Of all crashes this share is tried here; `npm run sim -- parts --seed 0 --count 250` tries all. */
const STRIDE = 7

describe('simulations, a payment in three parts', () => {
  it('is all or nothing, and nothing is left, wherever a process dies [ROUTE-50] (I14)', async function () {
    this.timeout(300_000)
    const told = new Set<boolean>()
    for (let seed = 0; seed < NODES * ACTS; seed += STRIDE) {
      const report = await run(PARTS, { seed: BigInt(seed) })
      assert.equal(complaint(report), '')
      told.add(report.figures['paid'] === true)
    }
    assert.equal(told.size, 2, 'some crashes come before, some after the point of no return')
  })

  it('is paid, in parts, when nobody dies [ROUTE-51]', async function () {
    this.timeout(60_000)
    const report = await run(PARTS, { seed: BigInt(NODES * 100_000) })
    assert.equal(complaint(report), '')
    assert.equal(report.figures['paid'], true)
    assert.ok(Number(report.figures['parts']) >= 3)
  })
})
