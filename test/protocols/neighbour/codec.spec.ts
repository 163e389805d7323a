import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createRecordAssembler, decodeRecord, encodeRecord, type NeighbourRecord } from '../../../protocols/neighbour/codec.js'
import { isFault } from '../../../src/core/base/step.js'

const record: fc.Arbitrary<NeighbourRecord> = fc.oneof(
  fc.uint8Array({ minLength: 8, maxLength: 8 }).map((session) => ({ kind: 'hello' as const, session })),
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => ({ kind: 'message' as const, bytes })),
  fc.nat(0xffffffff).map((units) => ({ kind: 'credit' as const, units }))
)

const plain = (value: NeighbourRecord): unknown => ({ ...value, ...'bytes' in value ? { bytes: [...value.bytes] } : {}, ...'session' in value ? { session: [...value.session] } : {} })

describe('neighbour records', () => {
  it('come out as they went in, however the bytes are cut', () => {
    fc.assert(fc.property(fc.array(record, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (records, cuts) => {
      const wire = Buffer.concat(records.map(encodeRecord))
      const assembler = createRecordAssembler(401)
      const out: NeighbourRecord[] = []
      for (let offset = 0, i = 0; offset < wire.length; i++) {
        const chunk = wire.subarray(offset, offset + cuts[i % cuts.length]!)
        offset += chunk.length
        const result = assembler.push(chunk)
        assert.equal(result.fault, undefined)
        for (const raw of result.records) {
          const decoded = decodeRecord(raw)
          assert.ok(!isFault(decoded))
          out.push(decoded)
        }
        assert.ok(assembler.pendingBytes <= 404)
      }
      assert.deepEqual(out.map(plain), records.map(plain))
    }))
  })

  it('are values or faults for any bytes [NEIGH-5]', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const decoded = decodeRecord(bytes)
      if (!isFault(decoded)) assert.deepEqual([...encodeRecord(decoded)].slice(-bytes.length), [...bytes])
      const { records } = createRecordAssembler(30).push(bytes)
      assert.ok(records.every((raw) => raw.length > 0 && raw.length <= 30))
    }), { numRuns: 2_000 })
  })

  for (const [what, bytes] of [
    ['an unknown kind', [3, 1]], ['a hello of another size', [0, 1, 2, 3]], ['an empty message', [1]], ['a credit of another size', [2, 0, 0, 1]], ['nothing', []]
  ] as const) {
    it(`are refused with ${what} [NEIGH-5]`, () => {
      const decoded = decodeRecord(Uint8Array.from(bytes))
      assert.ok(isFault(decoded) && decoded.requirement === 'NEIGH-5')
    })
  }

  for (const [what, bytes] of [
    ['above the limit', [0xd2, 0x0f]], ['of 2^53', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]], ['that never ends', [0xff, 0xff, 0xff, 0xff]], ['of zero', [0]], ['not in its shortest form', [0x81, 0x00]]
  ] as const) {
    it(`are refused at a length ${what}, before memory is taken [NEIGH-4]`, () => {
      const assembler = createRecordAssembler(2_000)
      const result = assembler.push(Uint8Array.from(bytes))
      assert.equal(result.fault?.requirement, 'NEIGH-4')
    })
  }

  it('take memory for what arrived, not for what a length promises [NEIGH-4]', () => {
    const before = process.memoryUsage().arrayBuffers
    // Lengths of 1,990,000 bytes in a thousand streams would be 2 GB.
    const assemblers = Array.from({ length: 1_000 }, () => createRecordAssembler(2_000_000))
    for (const assembler of assemblers) assembler.push(Uint8Array.of(0xf0, 0xba, 0x79, 1, 2, 3))
    assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000)
    assert.equal(assemblers[0]!.pendingBytes, 6)
  })
})
