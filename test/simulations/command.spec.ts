import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simulate } from '../../simulations/command.js'
import { scenarios } from '../../simulations/scenarios/scenarios.js'

/** Runs the command; gives its exit code and what it wrote. */
async function sim (...args: readonly string[]): Promise<{ readonly code: number, readonly out: string, readonly err: string }> {
  const out: string[] = []
  const err: string[] = []
  const code = await simulate(args, { out: (text) => { out.push(text) }, err: (text) => { err.push(text) } })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe('command sim', () => {
  let folder = ''
  before(() => { folder = mkdtempSync(join(tmpdir(), 'amiko-sim-')) })
  after(() => { rmSync(folder, { recursive: true }) })

  it('lists every scenario with its question, as text and as one object', async () => {
    const text = await sim('list')
    const json = await sim('list', '--json')
    assert.deepEqual([text.code, json.code], [0, 0])
    for (const { name, question } of scenarios) assert.ok(text.out.includes(name) && text.out.includes(question), name)
    assert.deepEqual(JSON.parse(json.out), { scenarios: scenarios.map(({ name, question }) => ({ name, question })) })
  })

  it('runs a scenario and reports it as one object', async () => {
    const { code, out } = await sim('p9', '--seed', '5', '--json')
    assert.equal(code, 0, out)
    const report = JSON.parse(out) as Record<string, unknown>
    assert.deepEqual([report.scenario, report.seed, report.nodes, report.curve, report.violations], ['p9', '5', 2, 'fake', []])
    assert.match(String(report.traceHash), /^[0-9a-f]{64}$/)
  })

  it('writes a trace that replays without a difference, and finds a line that was changed', async () => {
    const file = join(folder, 'trace')
    assert.equal((await sim('random', '--seed', '3', '--nodes', '4', '--trace', file)).code, 0)
    const same = await sim('replay', file)
    assert.equal(same.code, 0, same.out)
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, lines.with(20, '0 n0 forged').join('\n'))
    const { code, out } = await sim('replay', file, '--json')
    assert.equal(code, 1)
    assert.equal((JSON.parse(out) as { difference: { line: number } }).difference.line, 21)
  })

  it('counts seeds up', async () => {
    const { code, out } = await sim('p9', '--seed', '1', '--count', '3', '--json')
    assert.equal(code, 0, out)
    assert.equal((JSON.parse(out) as { runs: number }).runs, 3)
  })

  it('runs a scenario after the word run too, shares seeds out, and says one hash for all', async () => {
    const one = await sim('run', 'p9', '--count', '4', '--json')
    const two = await sim('p9', '--count', '4', '--jobs', '2', '--json')
    assert.deepEqual([one.code, two.code], [0, 0])
    const hash = (text: string): unknown => (JSON.parse(text) as { traceHash: string }).traceHash
    assert.equal(hash(one.out), hash(two.out))
  })

  it('leaves parts of a schedule out, writes that into its trace, and replays it', async () => {
    const file = join(folder, 'less')
    const { code, out } = await sim('random', '--seed', '2', '--leave-out', 'n0,f1', '--until', '4000', '--trace', file, '--json')
    assert.equal(code, 0, out)
    assert.equal((JSON.parse(out) as { command: string }).command, 'npm run sim -- random --seed 2 --leave-out n0,f1 --until 4000')
    assert.match(readFileSync(file, 'utf8'), /^amiko-trace 1 scenario=random seed=2 nodes=- curve=fake without=n0,f1 until=4000\n/)
    assert.equal((await sim('replay', file)).code, 0)
  })

  it('sums up the reports of several runs', async () => {
    const file = join(folder, 'reports')
    writeFileSync(file, (await sim('two-nodes', '--count', '2', '--json', '--each')).out)
    const { code, out } = await sim('report', file, '--json')
    assert.equal(code, 0, out)
    const { scenarios: [summary] } = JSON.parse(out) as { scenarios: Array<{ scenario: string, runs: number, failed: number, figures: Record<string, { mean: number }> }> }
    assert.deepEqual([summary!.scenario, summary!.runs, summary!.failed, summary!.figures['payments']!.mean], ['two-nodes', 2, 0, 20])
    assert.match((await sim('report', file)).out, /two-nodes: 2 runs, 0 with violations/)
  })

  it('ends with exit code 1 when the reports it sums up have violations', async () => {
    const file = join(folder, 'bad')
    writeFileSync(file, JSON.stringify({ scenario: 'p1', violations: [{}], figures: {}, command: 'npm run sim -- p1 --seed 9' }))
    const { code, out } = await sim('report', file)
    assert.equal(code, 1)
    assert.match(out, /npm run sim -- p1 --seed 9/)
  })

  for (const [what, args] of Object.entries({
    'a part the schedule does not have': ['random', '--seed', '1', '--leave-out', 'p99'],
    'parts of a scenario that has none': ['p1', '--leave-out', 'n1'],
    'too many jobs': ['p1', '--jobs', '1000'],
    'a trace of several runs': ['p1', '--count', '2', '--trace', '/tmp/x'],
    'a report of nothing': ['report'],
    'a report of what is none': ['report', '/no/such/file'],
    'run without a scenario': ['run'],
    'no scenario': [],
    'an unknown scenario': ['no-such'],
    'a seed that is no number': ['p1', '--seed', 'x'],
    'too few nodes': ['line', '--nodes', '1'],
    'a number of nodes where the scenario has its own': ['p1', '--nodes', '5'],
    'an unknown curve': ['p1', '--curve', 'ed25519'],
    'an unknown option': ['p1', '--sede', '1'],
    'a file that is not there': ['replay', '/no/such/trace'],
    'a replay of nothing': ['replay'],
    'words too many': ['p1', 'p2']
  })) {
    it(`says how it is used for ${what}, with exit code 3`, async () => {
      const { code, out, err } = await sim(...args)
      assert.deepEqual([code, out], [3, ''])
      assert.match(err, /Usage:/)
    })
  }
})
