import assert from 'node:assert/strict'
import fc from 'fast-check'
import { PRINTABLE_CHARACTERS_MAX, printable } from '../../../src/core/base/printable.js'

describe('printable, a stranger\'s text', () => {
  it('keeps letters of every script, spaces and signs', () => {
    for (const text of ['', 'two coffees', 'Grüße, 你好, שלום, 🍎', 'a\u0301']) assert.equal(printable(text), text)
  })

  it('shows control characters, direction marks, line separators and lone surrogates as numbers (V24)', () => {
    const rows: Array<[string, string]> = [
      ['a\nb', 'a\\u{a}b'], ['\u001b[2J', '\\u{1b}[2J'], ['\r', '\\u{d}'], ['\u0000', '\\u{0}'], ['\u202eabc', '\\u{202e}abc'], ['\u2066', '\\u{2066}'],
      ['\u2028', '\\u{2028}'], ['\u200b', '\\u{200b}'], ['\ufeff', '\\u{feff}'], ['\ud800x', '\\u{d800}x'], ['\u{e0041}', '\\u{e0041}'], ['\u009b1m', '\\u{9b}1m']
    ]
    for (const [text, shown] of rows) assert.equal(printable(text), shown)
  })

  it('never leaves a dangerous character, and is of bounded length', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.integer({ min: 0, max: 200 }), (text, max) => {
      const shown = printable(text, max)

      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/u)
      assert.ok(shown.length <= 10 * max + 40)
    }))
  })

  it('says how long a text was that is cut', () => {
    const shown = printable('x'.repeat(60_000))
    assert.equal(shown, `${'x'.repeat(PRINTABLE_CHARACTERS_MAX)}… (60000 characters)`)
  })
})
