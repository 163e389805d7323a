import assert from 'node:assert/strict'
import { AmikoError, ERRORS, isErrorName, sentenceOf, type ErrorName } from '../../../src/core/base/errors.js'

const entries = Object.entries(ERRORS) as Array<[ErrorName, readonly [number, string]]>

describe('errors, the table', () => {
  it('gives every error a sentence that starts with a capital and ends with a full stop', () => {
    for (const [name, [, sentence]] of entries) assert.match(sentence, /^(\{\w+\}|[A-Z]).*\.$/s, name)
  })

  it('gives every error a code of its own', () => {
    const codes = new Map<number, string>()
    for (const [name, [code]] of entries) {
      assert.equal(codes.get(code), undefined, `${name} and ${codes.get(code)} share ${code}`)
      codes.set(code, name)
    }
  })

  it('keeps codes between 100 and 699, their first digit being the family', () => {
    for (const [name, [code]] of entries) assert.ok(Number.isInteger(code) && code >= 100 && code <= 699, `${name}: ${code}`)
  })

  it('writes names in kebab-case', () => {
    for (const [name] of entries) assert.match(name, /^[a-z]+(-[a-z]+)*$/)
  })
})

describe('errors, one error', () => {
  describe('on making it', () => {
    it('carries name, code, detail and the filled-in sentence', () => {
      const error = new AmikoError('no-link', { peer: '16Uiu2x' })
      assert.ok(error instanceof Error)
      assert.deepEqual([error.name, error.code, error.message], ['no-link', 300, 'There is no open link to 16Uiu2x. `amiko link open` makes one.'])
      assert.deepEqual(error.detail, { peer: '16Uiu2x' })
    })

    it('keeps the cause', () => {
      const cause = new Error('disk')
      assert.equal(new AmikoError('internal', { reason: 'disk' }, { cause }).cause, cause)
    })

    it('writes bigints in full and a missing number as unknown', () => {
      assert.match(sentenceOf('fee-limit', { fee: 12n }), /costs 12, more than the limit unknown\./)
    })

    it('takes a detail from its own fields only', () => {
      assert.equal(sentenceOf('no-link', Object.create({ peer: 'inherited' }) as Record<string, unknown>), sentenceOf('no-link', {}))
    })

    it('does not fill a second time what a detail brought along', () => {
      assert.match(sentenceOf('bad-request', { reason: '{reason}{limit}' }), /not valid: \{reason\}\{limit\}\.$/)
    })
  })

  describe('on a name', () => {
    it('knows its own names and no other, not even inherited ones', () => {
      assert.ok(isErrorName('busy'))
      for (const name of ['', 'Busy', 'toString', '__proto__', 'constructor', 'hasOwnProperty']) assert.equal(isErrorName(name), false, name)
    })
  })
})
