import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUnits } from '../../../src/core/base/money.js'
import { meetingPoints } from '../../../src/core/routing/routing.js'
import { newJournal, createTable } from '../../../src/core/base/table.js'
import { useCurve, curve } from '../../../src/core/crypto/curve.js'
import type { Score } from '../../../src/core/routing/tables.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { simulate } from '../../../simulations/command.js'
import { fakeCurve } from '../../../simulations/harness/fake-curve.js'
import { randomOf } from '../../../simulations/harness/random.js'
import { ASSET } from '../../../simulations/routing/buckets.js'
import { createHints } from '../../../simulations/routing/hints.js'
import { electRoster } from '../../../simulations/routing/roster.js'
import { drawPayments, readGraph, runRouting, scaleFree, type RoutingReport, type RunOptions } from '../../../simulations/routing/routing.js'
import { routingView } from '../../../simulations/routing/views.js'

const LIGHTNING = repositoryFile('test', 'fixtures', 'routing', 'lightning-1000.csv')
const OPTIONS: RunOptions = { seed: 1n, algorithm: 'meeting-points', compare: false, refreshEvery: 1, partsMax: 1, concurrency: 1, faults: {} }
const SAT = 1_000
const same = ({ seconds, ...report }: RoutingReport): Omit<RoutingReport, 'seconds'> => {
  assert.ok(seconds >= 0)
  return report
}

describe('study of routing', () => {
  it('delivers what a single path carries, on a thousand nodes of the Lightning network', function () {
    this.timeout(60_000)
    const graph = readGraph(LIGHTNING)
    const report = runRouting(graph, drawPayments(graph, 200, 100_000 * SAT, randomOf(5n)), OPTIONS)
    assert.equal(report.nodes, 1_000)
    assert.ok(report.feasible > 60, `${report.feasible} feasible`)
    assert.ok(report.deliveredShare >= 0.98, `${report.delivered} of ${report.feasible} delivered`)
    assert.ok(report.firstTryShare >= 0.97, `${report.firstTry} at the first try`)
    assert.ok(report.messagesMean <= 7, `${report.messagesMean} messages`)
    assert.ok(report.stretch >= 1 && report.stretch <= 1.8, `stretch ${report.stretch}`)
    assert.equal(graph.balance.reduce((a, b) => a + b), readGraph(LIGHTNING).balance.reduce((a, b) => a + b), 'the file\'s balances stay')
  })

  it('gives the same figures for the same seed, and others for another', function () {
    this.timeout(60_000)
    const run = (seed: bigint): RoutingReport => {
      const graph = scaleFree(150, randomOf(seed))
      return runRouting(graph, drawPayments(graph, 30, 100_000 * SAT, randomOf(seed)), { ...OPTIONS, seed, faults: { refuse: 0.05 }, concurrency: 4, compare: true })
    }
    const strip = (report: RoutingReport): string => JSON.stringify(same(report)).replaceAll(/"seconds":[\d.]+/g, '')
    assert.equal(strip(run(7n)), strip(run(7n)))
    assert.notEqual(strip(run(7n)), strip(run(8n)))
  })

  it('delivers nearly as much with many payments at once', function () {
    this.timeout(60_000)
    const graph = scaleFree(300, randomOf(3n))
    const payments = drawPayments(graph, 90, 50_000 * SAT, randomOf(4n))
    const [one, many] = [1, 64].map((concurrency) => runRouting(graph, payments, { ...OPTIONS, concurrency }).delivered)
    assert.ok(many! >= 0.97 * one!, `${many} of ${one}`)
  })

  it('splits what no single path carries, and gives all back when a part finds no way', function () {
    this.timeout(60_000)
    const graph = scaleFree(100, randomOf(2n))
    const payments = drawPayments(graph, 12, 3_000_000 * SAT, randomOf(6n))
    const whole = runRouting(graph, payments, OPTIONS)
    const split = runRouting(graph, payments, { ...OPTIONS, partsMax: 16 })
    assert.ok(split.delivered > whole.delivered, `${split.delivered} against ${whole.delivered}`)
    assert.ok(split.feasibleSplit! >= split.delivered)
  })

  for (const fault of ['dead', 'drop', 'refuse', 'lie', 'stall'] as const) {
    it(`ends every payment among nodes that ${fault === 'dead' ? 'are dead' : fault}`, function () {
      this.timeout(60_000)
      const graph = scaleFree(200, randomOf(11n))
      const report = runRouting(graph, drawPayments(graph, 40, 20_000 * SAT, randomOf(12n)), { ...OPTIONS, faults: { [fault]: 0.1 } })
      assert.ok(report.delivered >= (fault === 'stall' ? 15 : 30), `${report.delivered} of ${report.feasible}`)
      assert.ok(report.delivered <= report.feasible)
    })
  }

  it('knows the distances to meeting points that the production rule reads off the vectors', () => {
    const before = curve()
    useCurve(fakeCurve)
    try {
      const graph = scaleFree(250, randomOf(21n))
      const secretOf = (node: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => i === 31 ? node & 255 : i === 30 ? node >> 8 : 1)
      const roster = electRoster(graph, 1n, secretOf)
      const hints = createHints(graph, roster, { pacing: 'world', secretOf, liars: new Set(), bytesMax: 2 ** 28 })
      const scores = createTable<string, Score>(newJournal(), 'scores')
      let compared = 0
      for (let node = 0; node < graph.nodes; node += 7) {
        const view = routingView({ hints, pacing: 'world', scoresOf: () => scores, nowMs: () => 0, isUp: () => true }, node)
        for (const direction of ['to', 'from'] as const) {
          const found = new Map(meetingPoints(view, ASSET, asUnits(1_000_000n), direction).map(({ id, hops }) => [id, hops]))
          const reached = hints.reached(node, direction, 7)
          for (const { id, place, node: host } of roster) {
            if (reached[place] === 0 || host === node) continue
            compared++
            assert.ok(found.get(id)! <= reached[place]!, `node ${node}, ${direction}, ${id}: ${found.get(id)} against ${reached[place]}`)
          }
        }
      }
      assert.ok(compared > 1_000)
    } finally {
      useCurve(before)
    }
  })
})

describe('command sim routing', () => {
  let folder = ''
  before(() => { folder = mkdtempSync(join(tmpdir(), 'amiko-routing-')) })
  after(() => { rmSync(folder, { recursive: true }) })
  const sim = async (...args: readonly string[]): Promise<{ readonly code: number, readonly out: string, readonly err: string }> => {
    const out: string[] = []
    const err: string[] = []
    const code = await simulate(['routing', ...args], { out: (text) => { out.push(text) }, err: (text) => { err.push(text) } })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  it('writes one object, to standard output and to a file, with the fields of the contract', async () => {
    const file = join(folder, 'out.json')
    const { code, out } = await sim('--nodes', '80', '--count', '10', '--amount', '1000sat', '--seed', '3', '--json', file)
    assert.equal(code, 0)
    assert.equal(readFileSync(file, 'utf8').trim(), out)
    const report = JSON.parse(out) as Record<string, unknown>
    assert.deepEqual(Object.keys(report).slice(0, 13), ['nodes', 'channels', 'payments', 'feasible', 'delivered', 'firstTry', 'stretch', 'messagesMean', 'messagesP95', 'volumeDelivered', 'stateBytesPerNode', 'hintBytesPerNodePerHour', 'seconds'])
    assert.deepEqual([report.nodes, report.payments, report.feasible, report.delivered], [80, 10, 10, 10])
  })

  it('runs every algorithm, and says what it found', async () => {
    for (const algorithm of ['meeting-points', 'source', 'trees', 'flood']) {
      const { code, out } = await sim('--nodes', '60', '--count', '5', '--amount', '10', '--algorithm', algorithm)
      assert.equal(code, 0)
      assert.match(out, new RegExp(`${algorithm}: [45] delivered`))
    }
  })

  it('refuses what it cannot do, with the reason', async () => {
    const bad = join(folder, 'bad.csv')
    writeFileSync(bad, 'node_a,node_b,capacity_ab,capacity_ba\n0,0,1,1\n')
    for (const [args, said] of [
      [['--graph', bad], /bad\.csv, line 2: a channel of node 0 with itself/],
      [['--graph', join(folder, 'none.csv')], /cannot read/],
      [['--nodes', '1'], /--nodes takes/],
      [['--algorithm', 'magic'], /--algorithm takes/],
      [['--split', '3'], /--split takes/],
      [['--stale', '0'], /--stale takes/],
      [['--drop', '1.5'], /--drop takes a share/],
      [['--drop', '0.6', '--lie', '0.6'], /more than all/],
      [['--amount', '0'], /--amount takes/],
      [['--seed', 'x'], /--seed takes/],
      [['--wrong'], /Unknown option/]
    ] as const) {
      const { code, out, err } = await sim(...args)
      assert.deepEqual([code, out], [3, ''], args.join(' '))
      assert.match(err, said)
    }
  })
})
