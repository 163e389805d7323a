import assert from 'node:assert/strict'
import { exitCodeOf } from '../../src/cli/exit.js'
import { AmikoError, ERRORS, type ErrorName } from '../../src/core/base/errors.js'

describe('exit codes', () => {
  it('every named error has one of the published codes', () => {
    for (const name of Object.keys(ERRORS) as ErrorName[]) assert.ok([1, 2, 3, 4].includes(exitCodeOf(new AmikoError(name), false)), name)
  })

  it('a payment whose request may have arrived stays open; one that cannot have arrived does not', () => {
    assert.equal(exitCodeOf(new AmikoError('node-unreachable', { sent: true }), true), 4)
    assert.equal(exitCodeOf(new AmikoError('node-unreachable', { sent: false }), true), 2)
    assert.equal(exitCodeOf(new AmikoError('node-unreachable', { sent: true }), false), 2)
    assert.equal(exitCodeOf(new DOMException('', 'AbortError'), true), 4)
    assert.equal(exitCodeOf(new DOMException('', 'AbortError'), false), 1)
  })
})
