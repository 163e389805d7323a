import '../../src/polyfill.js'
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { curve, useCurve } from '../../src/core/crypto/curve.js'
import { simulate } from '../../simulations/command.js'
import type { LiveReport } from '../../simulations/live/live.js'
import { NODES_MAX } from '../../simulations/live/limits.js'
import { randomOf } from '../../simulations/harness/random.js'
import { distance, ringWithChords } from '../../simulations/topologies/topologies.js'

/** More, and as processes, with `npm run sim -- live`. */
const NODES = 24
const PAYMENTS = 100
const MEETING_POINTS_GONE = 3

async function live (...args: readonly string[]): Promise<{ readonly code: number, readonly out: string, readonly err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await simulate(['live', ...args], { out: (text) => { out.push(text) }, err: (text) => { err.push(text) } })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe(`${NODES} live nodes in one process, a ring with random chords`, function () {
  this.timeout(300_000)
  const engine = curve()
  // Nodes choose the engine of their process; the tests after these have the one from before.
  after(() => { useCurve(engine) })

  it(`elect their meeting points and pay ${PAYMENTS} times, over the end of ${MEETING_POINTS_GONE} of those; nothing is lost [I4, I18, I27, HINT-23, HINT-24]`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'amiko-live-'))
    try {
      const file = join(folder, 'report.json')
      const { code, err } = await live('--nodes', String(NODES), '--payments', String(PAYMENTS), '--json', file)
      assert.equal(code, 0, err)
      const report = JSON.parse(readFileSync(file, 'utf8')) as LiveReport
      const { vanished } = report
      assert.ok(vanished !== undefined)
      assert.deepEqual([report.nodes, report.links, report.lost, report.failed, report.complaints], [NODES, 2 * NODES, 0, 0, []])
      assert.deepEqual([vanished.nodes, vanished.paidAfter], [MEETING_POINTS_GONE, PAYMENTS / 2], err)
      // Only what was under way when they vanished may have failed.
      assert.ok(report.paid >= PAYMENTS - vanished.disturbed.failed - vanished.disturbed.pending, JSON.stringify(report))
      // Hints that have converged are shortest ways here, where every line is as wide as every other.
      assert.equal(report.stretch, 1)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('command sim live', () => {
  for (const [words, complaint] of [
    [[], /--nodes is wanted/], [['--nodes', String(NODES_MAX + 1)], /--nodes takes a whole number from 3 to/], [['--nodes', '5', '--vanishing', '4'], /--vanishing takes a whole number from 0 to 3/],
    [['--nodes', '5', '--seed', 'x'], /--seed/], [['--nodes', '5', '--fast'], /--fast/]
  ] as const) {
    it(`refuses ${words.join(' ') || 'no words'}`, async () => {
      const { code, err } = await live(...words)
      assert.equal(code, 3)
      assert.match(err, complaint)
    })
  }

  it('a ring with chords has each pair once, and chords make it narrow', () => {
    const { edges, nodes } = ringWithChords(randomOf(1n), 200, 200)
    assert.equal(edges.length, 400)
    assert.equal(new Set(edges.map(([a, b]) => [a, b].sort((x, y) => x - y).join())).size, 400)
    for (let at = 0; at < nodes; at++) assert.ok(distance({ name: '', nodes, edges, meetingPoints: [] }, 0, at)! <= 10)
  })
})
