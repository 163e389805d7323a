import assert from 'node:assert/strict'
import { fromHex, toHex } from '../../src/core/base/bytes.js'
import { LayoutError, NewerVersionError } from '../../src/core/base/struct.js'
import { layouts, storedFiles } from './entities.js'
import { toPlain } from './plain.js'

describe('stored entities', () => {
  const files = storedFiles()

  it('have a file for the present version of every layout', () => {
    for (const [name, layout] of layouts()) {
      const file = files.filter((candidate) => candidate.entity === name).at(-1)
      assert.ok(file !== undefined, `${name} has no file in test/stored/entities; run dist/test/stored/generate.js`)
      const bytes = fromHex(file.samples[0]!.hex)
      assert.equal(layout.encode(layout.decode(bytes))[0], Math.max(...files.filter((candidate) => candidate.entity === name).map(({ version }) => version)), `${name} has a newer version than its files`)
    }
  })

  for (const { entity, version, samples } of files) {
    describe(`${entity}, version ${version}`, () => {
      it('load as what they mean', () => {
        const layout = layouts().get(entity)
        assert.ok(layout !== undefined, `the layout ${entity} is gone, but stores may hold one`)
        assert.ok(samples.length > 0)
        for (const { hex, value } of samples) assert.deepEqual(toPlain(layout.decode(fromHex(hex))), value)
      })

      it('are written again as the same bytes, unless their version is an old one', () => {
        const layout = layouts().get(entity)!
        for (const { hex } of samples) {
          const again = layout.encode(layout.decode(fromHex(hex)))
          if (again[0] === version) assert.equal(toHex(again), hex)
          else assert.ok(again[0]! > version)
          assert.deepEqual(layout.decode(again), layout.decode(fromHex(hex)))
        }
      })

      it('are refused when cut, lengthened, or from the future', () => {
        const layout = layouts().get(entity)!
        for (const { hex } of samples) {
          const bytes = fromHex(hex)
          for (const length of [0, 1, bytes.length >> 1, bytes.length - 1]) assert.throws(() => layout.decode(bytes.subarray(0, length)), LayoutError, `${length} of ${bytes.length}`)
          assert.throws(() => layout.decode(fromHex(`${hex}00`)), LayoutError)
          assert.throws(() => layout.decode(fromHex(`ff${hex.slice(2)}`)), NewerVersionError)
        }
      })
    })
  }
})
