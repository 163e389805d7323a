import assert from 'node:assert/strict'
import { svgOfLines } from '../../../simulations/report/lines.js'
import { pageOf } from '../../../simulations/report/page.js'
import { isRoutingStudy, routingCharts, type RoutingStudy } from '../../../simulations/report/routing-charts.js'

const study: RoutingStudy = {
  study: 'routing', algorithm: 'meeting-points', nodes: 1_000, amount: 100, feasible: 10, delivered: 9, stretch: 1.2, messagesMean: 4, stateBytesPerNode: 10_000, hintBytesPerNodePerHour: 50_000,
  others: { flood: { feasible: 10, delivered: 10, stretch: 1, messagesMean: 900 } }
}

describe('report of studies of routing', () => {
  it('draws delivered, hops and messages against the amount, state and traffic against the size with the model', () => {
    const charts = routingCharts([study, { ...study, amount: 1_000, delivered: 5 }])
    assert.deepEqual(charts.map(({ name }) => name), ['routing-delivered', 'routing-hops', 'routing-messages', 'routing-state', 'routing-traffic'])
    assert.deepEqual(charts[0]!.lines, [
      { label: 'meeting-points, 1000', points: [[100, 0.9], [1_000, 0.5]] },
      { label: 'flood, 1000', points: [[100, 1], [1_000, 1]] }
    ])
    assert.equal(charts[3]!.lines[1]!.points.at(-1)![0], 1e9)
    assert.deepEqual(routingCharts([]), [])
  })

  it('puts points where the scales say, and loads nothing', () => {
    const svg = svgOfLines({ name: 'x', title: 'X', across: 'n', logAcross: true, logUp: false, lines: [{ label: 'a', points: [[10, 0], [1_000, 2]] }] })
    assert.match(svg, /points="90\.0,314\.0 740\.0,70\.0"/)
    const page = pageOf([], [{ name: 'a.json', json: study }], routingCharts([study]).map(svgOfLines))
    assert.equal(page.match(/<svg/g)?.length, 5)
    assert.doesNotMatch(page, /<script|<link|src=|href=|@import|url\(/)
    assert.throws(() => svgOfLines({ name: 'x', title: 'X', across: 'n', logAcross: true, logUp: true, lines: [{ label: 'a', points: [[0, 1]] }] }), RangeError)
  })

  it('knows a study from other files', () => {
    assert.ok(isRoutingStudy(study))
    for (const other of [undefined, null, {}, { ...study, study: 'x' }, { ...study, nodes: 'many' }]) assert.ok(!isRoutingStudy(other))
  })
})
