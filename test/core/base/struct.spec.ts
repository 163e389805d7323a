import assert from 'node:assert/strict'
import fc from 'fast-check'
import { concatBytes, fromHex, toHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { UNITS_MAX, asBalance, asUnits } from '../../../src/core/base/money.js'
import {
  LayoutError, NewerVersionError, balance, bool, bytes16, bytesOf, decodeLayout, encodeLayout, entity, hexOf, list,
  oneOf, optional, record, struct, text, u128, u16, u32, u48, u64, u8, union, units, varBytes, type Layout
} from '../../../src/core/base/struct.js'

const shape = union('type', {
  circle: { radius: u16 },
  polygon: { corners: list(record({ x: u8, y: u8 }), 5), name: optional(text(10)) },
  nothing: {}
})

/** One of each layout, so that a property over this one is a property over all. */
const everything = record({
  a: u8, b: u16, c: u32, d: u48, e: u64, f: u128, g: units, h: balance, i: bool, j: bytes16, k: hexOf(4),
  l: varBytes(20), m: text(40), n: oneOf('red', 'green', 'blue'), o: optional(u8), p: list(bool, 9), q: shape
})

const bytes = (minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength, maxLength })
/** Objects of the ordinary kind, as layouts give them. */
const PLAIN = { noNullPrototype: true }
const shapes = fc.oneof(
  fc.record({ type: fc.constant('circle' as const), radius: fc.nat(65_535) }, PLAIN),
  fc.record({
    type: fc.constant('polygon' as const),
    corners: fc.array(fc.record({ x: fc.nat(255), y: fc.nat(255) }, PLAIN), { maxLength: 5 }),
    name: fc.option(fc.string({ maxLength: 10 }), { nil: undefined })
  }, PLAIN),
  fc.constant({ type: 'nothing' as const })
)
const values = fc.record({
  a: fc.nat(255),
  b: fc.nat(65_535),
  c: fc.nat(2 ** 32 - 1),
  d: fc.maxSafeNat().map((n) => n % 2 ** 48),
  e: fc.bigInt(0n, 2n ** 64n - 1n),
  f: fc.bigInt(0n, 2n ** 128n - 1n),
  g: fc.bigInt(0n, UNITS_MAX).map(asUnits),
  h: fc.bigInt(-UNITS_MAX, UNITS_MAX).map(asBalance),
  i: fc.boolean(),
  j: bytes(16),
  k: bytes(4).map(toHex),
  l: bytes(0, 20),
  m: fc.string({ unit: 'grapheme', maxLength: 5 }).filter((s) => Buffer.byteLength(s) <= 40),
  n: fc.constantFrom('red' as const, 'green' as const, 'blue' as const),
  o: fc.option(fc.nat(255), { nil: undefined }),
  p: fc.array(fc.boolean(), { maxLength: 9 }),
  q: shapes
}, PLAIN)

const refused = <T>(layout: Layout<T>, hex: string): void => { assert.throws(() => decodeLayout(layout, fromHex(hex)), LayoutError, hex) }

describe('canonical layout, all kinds', () => {
  describe('on a value', () => {
    it('reads back what it wrote', () => {
      fc.assert(fc.property(values, (value) => { assert.deepEqual(decodeLayout(everything, encodeLayout(everything, value)), value) }), { numRuns: 1_000 })
    })

    it('writes all bytes at the same place whatever is written before', () => {
      fc.assert(fc.property(values, bytes(0, 700), (value, before) => {
        const both = record({ before: varBytes(700), value: everything })
        assert.deepEqual(encodeLayout(both, { before, value }).slice(4 + before.length), encodeLayout(everything, value))
      }))
    })

    it('loses no byte where the buffer must grow, at any length before', () => {
      const both = record({ before: varBytes(2_048), flag: bool, small: u8, word: u16, amount: u64 })
      for (let length = 0; length <= 1_030; length++) {
        const value = { before: new Uint8Array(length).fill(7), flag: true, small: 255, word: 0xffff, amount: 0xffff_ffff_ffff_ffffn }
        assert.deepEqual(decodeLayout(both, encodeLayout(both, value)), value, `${length} bytes before`)
      }
    })
  })

  describe('on bytes', () => {
    it('accepts only what it would itself have written: one value, one encoding', () => {
      fc.assert(fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
        const mutated = encodeLayout(everything, value)
        mutated[at % mutated.length]! ^= change
        let read
        try {
          read = decodeLayout(everything, mutated)
        } catch (error) {
          assert.ok(error instanceof LayoutError, String(error))
          return
        }
        assert.deepEqual(encodeLayout(everything, read), mutated)
      }), { numRuns: 3_000 })
    })

    it('refuses every truncation and every byte too many', () => {
      fc.assert(fc.property(values, fc.nat(), (value, at) => {
        const whole = encodeLayout(everything, value)
        assert.throws(() => decodeLayout(everything, whole.subarray(0, at % whole.length)), LayoutError)
        assert.throws(() => decodeLayout(everything, concatBytes(whole, Uint8Array.of(0))), LayoutError)
      }))
    })

    it('throws nothing but LayoutError on noise', () => {
      fc.assert(fc.property(bytes(0, 200), (noise) => {
        try { decodeLayout(everything, noise) } catch (error) { assert.ok(error instanceof LayoutError, String(error)) }
      }), { numRuns: 2_000 })
    })

    it('does not keep a view on the input: changing it later changes nothing', () => {
      const input = encodeLayout(bytes16, new Uint8Array(16).fill(7))
      const read = decodeLayout(bytes16, input)
      input.fill(9)
      assert.deepEqual(read, new Uint8Array(16).fill(7))
    })
  })
})

describe('canonical layout, one kind', () => {
  it('writes numbers big-endian', () => {
    const rows: Array<[Uint8Array, string]> = [
      [encodeLayout(u8, 1), '01'], [encodeLayout(u16, 258), '0102'], [encodeLayout(u32, 2 ** 32 - 2), 'fffffffe'],
      [encodeLayout(u48, 2 ** 48 - 1), 'ffffffffffff'], [encodeLayout(u64, 1n), '0000000000000001'],
      [encodeLayout(u128, 2n ** 64n), '00000000000000010000000000000000'], [encodeLayout(balance, asBalance(-1n)), 'ffffffffffffffff']
    ]
    for (const [written, hex] of rows) assert.equal(toHex(written), hex)
  })

  it('refuses to write numbers out of range, fractions and what is no number', () => {
    for (const [layout, value] of [[u8, 256], [u8, -1], [u16, 65_536], [u32, 2 ** 32], [u48, 2 ** 48], [u8, 1.5], [u8, NaN], [u8, Infinity]] as const) {
      assert.throws(() => encodeLayout(layout, value), LayoutError, String(value))
    }
    for (const [layout, value] of [[u64, -1n], [u64, 2n ** 64n], [u128, 2n ** 128n], [u128, -1n]] as const) {
      assert.throws(() => encodeLayout(layout, value), LayoutError, String(value))
    }
    for (const value of [-1n, UNITS_MAX + 1n]) assert.throws(() => encodeLayout(units as unknown as Layout<bigint>, value), LayoutError)
    for (const value of [-UNITS_MAX - 1n, UNITS_MAX + 1n]) assert.throws(() => encodeLayout(balance as unknown as Layout<bigint>, value), LayoutError)
  })

  it('refuses to read amounts above 2^63 - 1 and the balance -2^63', () => {
    refused(units, '8000000000000000')
    refused(balance, '8000000000000000')
    assert.equal(decodeLayout(balance, fromHex('8000000000000001')), -UNITS_MAX)
  })

  it('refuses a flag that is neither 0 nor 1', () => {
    refused(bool, '02')
    refused(bool, 'ff')
    refused(optional(u8), '0201')
  })

  it('refuses an absent value that brings bytes and a present one that brings none', () => {
    refused(optional(u8), '0001')
    refused(optional(u8), '01')
  })

  it('refuses bytes of another length than declared', () => {
    for (const length of [0, 2, 4]) assert.throws(() => encodeLayout(bytesOf(3), new Uint8Array(length)), LayoutError)
    for (const hex of ['', '00', '000000', 'ABCD', 'zz00']) assert.throws(() => encodeLayout(hexOf(2), hex), LayoutError, hex)
  })

  it('refuses a length above the bound before it looks at the bytes', () => {
    refused(varBytes(3), 'ffffffff')
    refused(varBytes(3), '0000000400000000')
    assert.throws(() => encodeLayout(varBytes(3), new Uint8Array(4)), LayoutError)
    refused(list(u8, 2), '0003000000')
    assert.throws(() => encodeLayout(list(u8, 2), [1, 2, 3]), LayoutError)
    assert.throws(() => encodeLayout(text(3), 'four'), LayoutError)
    assert.throws(() => encodeLayout(text(3), '€€'), LayoutError, 'the bound counts bytes, not letters')
  })

  it('refuses text that is not UTF-8, and keeps a byte order mark as a letter of the text', () => {
    for (const hex of ['00000001ff', '00000002c080', '00000003eda080']) refused(text(9), hex)
    const withMark = fromHex('00000004efbbbf61')
    assert.deepEqual(encodeLayout(text(9), decodeLayout(text(9), withMark)), withMark)
    assert.notEqual(decodeLayout(text(9), withMark), 'a')
  })

  it('refuses a word and a variant that are not in the table', () => {
    refused(oneOf('red', 'green'), '02')
    assert.throws(() => encodeLayout(oneOf('red', 'green') as Layout<string>, 'blue'), LayoutError)
    refused(shape, '03')
    assert.throws(() => encodeLayout(shape as Layout<{ type: string }>, { type: 'square' }), LayoutError)
    assert.throws(() => encodeLayout(shape as Layout<{ type: string }>, { type: 'toString' }), LayoutError)
  })
})

describe('canonical struct', () => {
  const statement = struct('amiko/test/statement', { sequence: u48, owed: balance })

  it('hashes its encoding under its domain', () => {
    const value = { sequence: 5, owed: asBalance(-7n) }
    assert.equal(toHex(statement.encode(value)), '000000000005fffffffffffffff9')
    assert.deepEqual(statement.hash(value), taggedHash('amiko/test/statement', statement.encode(value)))
    assert.deepEqual(statement.decode(statement.encode(value)), value)
  })

  it('gives other hashes under another domain', () => {
    const value = { sequence: 5, owed: asBalance(-7n) }
    const other = struct('amiko/test/other', { sequence: u48, owed: balance })
    assert.notDeepEqual(other.hash(value), statement.hash(value))
  })
})

describe('stored entity', () => {
  const first = entity('note', 1, record({ text: text(20) }))
  const second = entity('note', 2, record({ text: text(20), stars: u8 }), {
    1: (old) => ({ ...decodeLayout(record({ text: text(20) }), old), stars: 0 })
  })

  it('starts with its version', () => {
    assert.equal(second.encode({ text: 'a', stars: 3 })[0], 2)
  })

  it('loads an older version as the entity of today', () => {
    assert.deepEqual(second.decode(first.encode({ text: 'old' })), { text: 'old', stars: 0 })
  })

  it('names a version from the future, and does not guess', () => {
    assert.throws(() => first.decode(second.encode({ text: 'new', stars: 1 })), (error) =>
      error instanceof NewerVersionError && error.entity === 'note' && error.found === 2 && error.known === 1)
  })

  it('refuses emptiness, a version nobody wrote, and bytes too many', () => {
    assert.throws(() => second.decode(new Uint8Array()), LayoutError)
    assert.throws(() => second.decode(Uint8Array.of(0, 0, 0, 0, 0)), LayoutError)
    assert.throws(() => second.decode(concatBytes(second.encode({ text: 'a', stars: 3 }), Uint8Array.of(0))), LayoutError)
  })
})
