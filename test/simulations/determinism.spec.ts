import assert from 'node:assert/strict'
import { parseTrace, replay, traceText } from '../../simulations/replay.js'
import { run } from '../../simulations/run.js'
import { runBatch } from '../../simulations/shards.js'
import { scenarioOf } from '../../simulations/scenarios/scenarios.js'

const PAIRS = 200
const random = scenarioOf('random')!

/** A run of seed 7, as the text of its trace. */
async function recorded (): Promise<string> {
  let text = ''
  const options = { seed: 7n }
  await run(random, options, { keep: true }, (world) => { text = traceText('random', options, world.trace.lines) })
  return text
}

describe('simulations, determinism', () => {
  it(`gives the same trace for the same seed, ${PAIRS} pairs on threads that share them out in two ways, and another for another [I30]`, async function () {
    this.timeout(600_000)
    const hashes = async (jobs: number): Promise<ReadonlyMap<string, string>> => {
      const found = new Map<string, string>()
      await runBatch({ scenario: 'random', options: { seed: 1n }, count: PAIRS, jobs }, ({ seed, traceHash, traceLines }) => {
        assert.ok(traceLines > 100, `a trace of ${traceLines} lines`)
        found.set(seed, traceHash)
      })
      return found
    }
    const first = await hashes(2)
    assert.deepEqual(await hashes(3), first)
    assert.equal(new Set(first.values()).size, PAIRS)
  })

  it('replays a trace without a difference', async () => {
    const trace = parseTrace(await recorded())
    assert.ok(typeof trace === 'object')
    assert.equal((await replay(trace)).difference, undefined)
  })

  it('names the first line that differs, and a trace that is too short or too long', async () => {
    const trace = parseTrace(await recorded())
    assert.ok(typeof trace === 'object')
    const { lines } = trace
    const changed = lines.with(50, 'something else')
    assert.deepEqual((await replay({ ...trace, lines: changed })).difference, { line: 52, recorded: 'something else', now: lines[50] })
    assert.deepEqual((await replay({ ...trace, lines: lines.slice(0, 60) })).difference, { line: 62, recorded: undefined, now: lines[60] })
    assert.deepEqual((await replay({ ...trace, lines: [...lines, 'one more'] })).difference, { line: lines.length + 2, recorded: 'one more', now: undefined })
  })

  it('says what is wrong with a file that is no trace', () => {
    assert.equal(typeof parseTrace(''), 'string')
    assert.equal(typeof parseTrace('amiko-trace 2 scenario=p1 seed=1 nodes=- curve=fake\n'), 'string')
    assert.equal(typeof parseTrace('amiko-trace 1 scenario=p1 seed=99999999999999999999 nodes=- curve=fake\n'), 'string')
    assert.deepEqual(parseTrace('amiko-trace 1 scenario=p1 seed=3 nodes=5 curve=real\nx\n'), { scenario: 'p1', options: { seed: 3n, nodes: 5, curve: 'real' }, lines: ['x'] })
  })
})
