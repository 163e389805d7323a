import assert from 'node:assert/strict'
import { escaped, svgOf } from '../../simulations/report/bars.js'
import { chartsOf, isReport, type Report } from '../../simulations/report/charts.js'
import { pageOf } from '../../simulations/report/page.js'

const traffic = { perSecond: 1234, ratio: 1.5, cpuUs: 300, floorUs: 200, floorCurveUs: 150, floorSyncUs: 50 }
const sequential = { invoiceToProof: { medianMs: 9, p95Ms: 12 } }
const reports: readonly Report[] = [
  { benchmark: 'channel', engine: 'tiny-secp256k1', figures: { lock: traffic, payment: { sequential, concurrent: traffic } } },
  { benchmark: 'channel', engine: 'libsecp256k1', figures: { lock: traffic, payment: 'not run' } },
  { benchmark: 'line', engine: 'libsecp256k1', figures: { nodes: 6, sequential, concurrent: traffic } },
  { benchmark: 'crypto', engine: 'libsecp256k1', figures: { 'tiny-secp256k1': { mulG: 98 }, libsecp256k1: { mulG: 22 } } },
  { benchmark: 'codec', engine: 'libsecp256k1', figures: { messages: { 'channel.ack': { bytes: 40, encodeUs: 2, decodeUs: 3 } }, entities: {} } },
  { benchmark: 'startup', engine: 'libsecp256k1', figures: { ready: { medianMs: 900 }, stopped: { medianMs: 60 }, idleRssMb: 100 } }
]

describe('report of benchmarks', () => {
  it('draws what is there, by engine, and leaves out what was not run', () => {
    const charts = chartsOf(reports)
    assert.deepEqual(charts.map(({ name }) => name), ['rates', 'floors', 'ratios', 'latencies', 'crypto', 'codec-messages', 'startup'])
    assert.deepEqual(charts[0]!.rows, [
      { label: 'locks, one line, tiny-secp256k1', values: [1234] },
      { label: 'locks, one line, libsecp256k1', values: [1234] },
      { label: 'payments, one line, tiny-secp256k1', values: [1234] },
      { label: 'payments, line of six, libsecp256k1', values: [1234] }
    ])
    assert.deepEqual(charts[4], { name: 'crypto', title: 'Operations of the curve', unit: 'µs', series: ['tiny-secp256k1', 'libsecp256k1'], rows: [{ label: 'mulG', values: [98, 22] }] })
    assert.deepEqual(chartsOf([]), [])
  })

  it('gives each bar a length in proportion, and says its value', () => {
    const svg = svgOf({ name: 'x', title: 'X', unit: 'ms', series: ['a'], rows: [{ label: 'one', values: [2] }, { label: 'half', values: [1] }] })
    const widths = [...svg.matchAll(/<rect x="210" y="\d+" width="([\d.]+)" height="12"/g)].map(([, width]) => Number(width))
    assert.equal(widths.length, 2)
    assert.equal(widths[0], 2 * widths[1]!)
    assert.match(svg, />2<\/text>/)
    assert.throws(() => svgOf({ name: 'x', title: 'X', unit: 'ms', series: ['a'], rows: [] }), RangeError)
  })

  it('makes a page that loads nothing and takes text for text', () => {
    const page = pageOf(chartsOf(reports), [{ name: '<script>.json', json: { a: '</pre><script>' } }])
    assert.doesNotMatch(page, /<script|<link|src=|href=|@import|url\(/)
    assert.equal(page.match(/<svg/g)?.length, chartsOf(reports).length)
    assert.equal(escaped('<&">\''), '&#60;&#38;&#34;&#62;&#39;')
  })

  it('knows a report from other files', () => {
    assert.ok(isReport(reports[0]))
    for (const other of [undefined, 1, 'x', [], {}, { benchmark: 'x', engine: 'y' }, { benchmark: 1, engine: 'y', figures: {} }]) assert.ok(!isReport(other))
  })
})
