import assert from 'node:assert/strict'
import { percentile } from '../../../../src/cli/process/network/pay.js'
import { inParallel } from '../../../../src/cli/process/network/parallel.js'

describe('figures of payments', () => {
  it('a percentile is the least value that so many do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at)
    assert.deepEqual([50, 95, 99, 100].map((percent) => percentile(hundred, percent)), [50, 95, 99, 100])
    assert.deepEqual([percentile([7], 50), percentile([7], 99), percentile([1, 2], 50), percentile([], 50)], [7, 7, 1, 0])
  })
})

describe('actions side by side', () => {
  it('never more at once than the limit, results in order', async () => {
    let running = 0
    let most = 0
    const results = await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return item * 10
    })
    assert.deepEqual([results, most], [[10, 20, 30, 40, 50, 60, 70], 3])
  })

  it('after a failure nothing more is begun, what runs is waited for, and the first failure is told', async () => {
    const begun: number[] = []
    let finished = 0
    await assert.rejects(inParallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item)
      if (item === 0) throw new Error('first')
      await new Promise((resolve) => setImmediate(resolve))
      finished++
    }), /first/)
    assert.deepEqual([begun, finished], [[0, 1], 1])
  })
})
