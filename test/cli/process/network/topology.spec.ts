import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AmikoError } from '../../../../src/core/base/errors.js'
import { centralNodes, distancesFrom, parseTopology, shaped, SHAPES } from '../../../../src/cli/process/network/topology.js'

/** The tree of the first scenarios: node 4 is in the middle. */
const TREE = ['0,1', '1,2', '2,4', '4,5', '5,7', '2,3', '2,8', '8,9', '5,6', '5,10', '10,11'].map((pair) => `${pair},1000,1000`).join('\n')

describe('topology, shapes', () => {
  it('line, ring and star have the links of their names', () => {
    const pairs = (shape: 'line' | 'ring' | 'star', count: number): string => shaped(shape, count, 5n, 1).links.map(({ a, b }) => `${a}-${b}`).join(' ')
    assert.equal(pairs('line', 4), 'n0-n1 n1-n2 n2-n3')
    assert.equal(pairs('ring', 4), 'n0-n1 n1-n2 n2-n3 n0-n3')
    assert.equal(pairs('ring', 2), 'n0-n1')
    assert.equal(pairs('star', 4), 'n0-n1 n0-n2 n0-n3')
  })

  it('every shape is in one piece, without double links, and the same for the same seed', () => {
    fc.assert(fc.property(fc.constantFrom(...SHAPES), fc.integer({ min: 2, max: 60 }), fc.nat(1_000), (shape, count, seed) => {
      const topology = shaped(shape, count, 1n, seed)
      assert.equal(distancesFrom(topology, 'n0').size, count)
      assert.equal(new Set(topology.links.map(({ a, b }) => [a, b].sort().join())).size, topology.links.length)
      assert.deepEqual(shaped(shape, count, 1n, seed), topology)
    }))
  })

  it('sizes that are none are refused', () => {
    for (const count of [-1, 0, 1, 1.5, 201, 1e9]) assert.throws(() => shaped('line', count, 1n, 1), AmikoError, String(count))
  })
})

describe('topology, file', () => {
  it('is read with or without its head, with comments and any line ends', () => {
    const expected = { nodes: ['a', 'b', 'c'], links: [{ a: 'a', b: 'b', capacityAb: 1_000n, capacityBa: 0n }, { a: 'b', b: 'c', capacityAb: 5n, capacityBa: 7n }] }
    assert.deepEqual(parseTopology('a,b,1000,0\nb,c,5,7', 'f'), expected)
    assert.deepEqual(parseTopology('node_a,node_b,capacity_ab,capacity_ba\r\n# comment\r\na, b , 1000,0\r\n\r\nb,c,5,7\r\n', 'f'), expected)
  })

  const BAD: ReadonlyArray<readonly [string, number, RegExp]> = [
    ['', 1, /no link/],
    ['# only a comment', 1, /no link/],
    ['a,b,1000', 1, /3 values/],
    ['a,b,1000,1000,5', 1, /5 values/],
    ['a,b,1,1\na,a,1,1', 2, /itself/],
    ['a,b,1,1\n\nb,a,1,1', 3, /already/],
    ['a,b,-5,1', 1, /no capacity/],
    ['a,b,1.5,1', 1, /no capacity/],
    ['a,b,1e3,1', 1, /no capacity/],
    ['a,b,,1', 1, /no capacity/],
    ['a,b,0,0', 1, /one direction/],
    ['a,b,2100000000000001,1', 1, /more than there is/],
    ['../x,b,1,1', 1, /no name/],
    ['__proto__,b,1,1', 1, /no name/],
    ['a\u202e,b,1,1', 1, /no name/],
    [`${'a'.repeat(33)},b,1,1`, 1, /no name/],
    ['a;b;1;1', 1, /1 values/]
  ]
  for (const [text, line, reason] of BAD) {
    it(`${JSON.stringify(text.slice(0, 40))} is refused with line ${line} and the reason`, () => {
      assert.throws(() => parseTopology(text, 'village.csv'), (error: unknown) => error instanceof AmikoError && error.name === 'bad-topology' && error.detail['line'] === line && reason.test(error.message))
    })
  }

  it('more nodes than a machine should run are refused', () => {
    assert.throws(() => parseTopology(Array.from({ length: 300 }, (_, at) => `n${at},n${at + 1},1,1`).join('\n'), 'f'), (error: unknown) => error instanceof AmikoError && error.name === 'too-large')
  })

  it('any text gives a topology or a named error', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      try {
        parseTopology(text, 'f')
      } catch (error) {
        assert.ok(error instanceof AmikoError)
      }
    }))
  })
})

describe('topology, where meeting points go', () => {
  it('the most central node of the first scenarios is 4', () => {
    assert.deepEqual(centralNodes(parseTopology(TREE, 'tree')), ['4'])
  })

  it('the middle of a line, the hub of a star', () => {
    assert.deepEqual(centralNodes(shaped('line', 5, 1n, 1)), ['n2'])
    assert.deepEqual(centralNodes(shaped('star', 9, 1n, 1)), ['n0'])
  })

  it('a large network gets several, and one in pieces gets the larger piece first', () => {
    assert.equal(centralNodes(shaped('small-world', 64, 1n, 1)).length, 4)
    assert.deepEqual(centralNodes(parseTopology('x,y,1,1\na,b,1,1\nb,c,1,1', 'f')), ['b'])
  })
})
