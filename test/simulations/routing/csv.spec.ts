import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CsvError, readGraph, readPayments } from '../../../simulations/routing/csv.js'
import { BALANCE_MAX, slotBetween } from '../../../simulations/routing/graph.js'

const HEADER = 'node_a,node_b,capacity_ab,capacity_ba'

describe('CSV of a graph', () => {
  let folder = ''
  before(() => { folder = mkdtempSync(join(tmpdir(), 'amiko-routing-')) })
  after(() => { rmSync(folder, { recursive: true }) })
  const file = (content: string | Uint8Array): string => {
    const path = join(folder, 'file.csv')
    writeFileSync(path, content)
    return path
  }
  const refusal = (action: () => unknown): string => {
    let said = ''
    assert.throws(action, (error) => {
      said = error instanceof CsvError ? error.message : ''
      return error instanceof CsvError
    })
    return said
  }

  it('is read plain and packed, its columns in any order, its nodes by any name', () => {
    const text = `capacity_ba,node_b,node_a,capacity_ab,alias\r\n7,bob,alice,5,x\n\n1e+06,carol,bob,0.5,y\n`
    for (const content of [text, gzipSync(text)]) {
      const graph = readGraph(file(content))
      assert.deepEqual([graph.nodes, graph.channels, [...graph.names!.keys()].sort()], [3, 2, ['alice', 'bob', 'carol']])
      const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => graph.names!.get(name)!)
      const balance = (x: number, y: number): number => graph.balance[slotBetween(graph, x, y)]!
      assert.deepEqual([balance(alice!, bob!), balance(bob!, alice!), balance(bob!, carol!), balance(carol!, bob!)], [5_000, 7_000, 500, 1e9])
      assert.equal(slotBetween(graph, alice!, carol!), -1)
      for (let slot = 0; slot < graph.head.length; slot++) assert.deepEqual([graph.mate[graph.mate[slot]!], graph.head[graph.mate[slot]!]], [slot, graph.tail[slot]])
    }
  })

  for (const [what, content, said] of [
    ['a column that is missing', 'node_a,node_b,capacity_ab\n0,1,5\n', /line 1: no column capacity_ba/],
    ['a row with too few columns', `${HEADER}\n0,1,5,5\n0,2,5\n`, /line 3: 3 columns in place of 4/],
    ['an empty field', `${HEADER}\n0,,5,5\n`, /line 2: node_b is empty/],
    ['a channel of a node with itself', `${HEADER}\n0,1,5,5\n4,4,5,5\n`, /line 3: a channel of node 4 with itself/],
    ['a channel that comes twice', `${HEADER}\n0,1,5,5\n2,3,5,5\n1,0,9,9\n`, /line 4: nodes 1 and 0 have a channel in line 2 already/],
    ['a capacity below zero', `${HEADER}\n0,1,-5,5\n`, /line 2: capacity_ab is not an amount: -5/],
    ['a capacity that is no number', `${HEADER}\n0,1,5,NaN\n`, /line 2: capacity_ba is not an amount: NaN/],
    ['a line without an end', `${HEADER}\n${'9'.repeat(2_000)}`, /line 2: longer than/],
    ['no channel', `${HEADER}\n`, /no channels/],
    ['nothing', '', /empty/],
    ['bytes that only look packed', Uint8Array.of(0x1f, 0x8b, 1, 2, 3), /cannot read/]
  ] as const) {
    it(`refuses ${what}, with the line`, () => { assert.match(refusal(() => readGraph(file(content))), said) })
  }

  it('bounds a capacity that no sum could hold', () => {
    assert.equal(readGraph(file(`${HEADER}\n0,1,1e30,0\n`)).balance[0], BALANCE_MAX)
  })

  it('refuses payments of unknown nodes, to oneself, and of nothing, with the line', () => {
    const graph = readGraph(file(`${HEADER}\n0,1,5,5\n`))
    for (const [row, said] of [['0,7,1', /line 3: node 7 is not in the graph/], ['1,1,1', /line 3: node 1 pays itself/], ['0,1,0', /line 3: an amount of 0/], ['0,1,x', /line 3: amount is not an amount/]] as const) {
      assert.match(refusal(() => readPayments(file(`payer,payee,amount,oracle_hops\n0,1,2,1\n${row},-1\n`), graph)), said)
    }
    assert.match(refusal(() => readPayments(file('payer,payee\n0,1\n'), graph)), /line 1: no column amount/)
    assert.deepEqual(readPayments(file('payer,payee,amount\n1,0,2.5\n'), graph), [{ payer: 1, payee: 0, amount: 2_500 }])
  })
})
