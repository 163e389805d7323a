import assert from 'node:assert/strict'
import { runBatch } from '../../simulations/shards.js'

describe('simulations, shared out over threads', () => {
  it('find the same in the same order as on one thread, each thread with several shares [I30]', async function () {
    this.timeout(300_000)
    const batch = { scenario: 'random', options: { seed: 1n }, count: 90 }
    const seeds = async (jobs: number): Promise<{ readonly order: readonly string[], readonly result: object }> => {
      const order: string[] = []
      const result = await runBatch({ ...batch, jobs }, ({ seed }) => { order.push(seed) })
      return { order, result }
    }
    const one = await seeds(1)
    assert.deepEqual(await seeds(3), one)
    assert.deepEqual(one.order, Array.from({ length: 90 }, (_, index) => String(index + 1)))
  })

  it('say so when a thread cannot run what it is given', async () => {
    await assert.rejects(runBatch({ scenario: 'no-such', options: { seed: 1n }, count: 4, jobs: 2 }, () => {}), /no scenario no-such/)
  })
})
