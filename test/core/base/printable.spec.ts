import assert from 'node:assert/strict'
import fc from 'fast-check'
import { printable } from '../../../src/core/base/printable.js'

describe('printable text', () => {
  it('leaves ordinary text of any language as it is', () => {
    for (const text of ['', 'tea', 'Tee für zwei', 'чай', 'お茶', '🫖 tea']) assert.equal(printable(text), text)
  })

  it('writes out what could command a terminal, forge a line or turn the reading direction', () => {
    assert.equal(printable('a\u001b[2Jb'), 'a\\u{1b}[2Jb')
    assert.equal(printable('a\r\nb'), 'a\\u{d}\\u{a}b')
    assert.equal(printable('\u202eexe\u2069\u200b\ufeff\u{e0041}'), '\\u{202e}exe\\u{2069}\\u{200b}\\u{feff}\\u{e0041}')
    assert.equal(printable('\ud800'), '\\u{d800}')
  })

  it('is bounded whatever it is given, and safe to show twice', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.integer({ min: 0, max: 1_000 }), (text, max) => {
      const shown = printable(text, max)
      assert.ok(shown.length <= 10 * max + 40)
      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      assert.equal(printable(shown, shown.length), shown)
    }))
  })
})
