import assert from 'node:assert/strict'
import fc from 'fast-check'
import { formatInvitation, parseInvitation, type Invitation } from '../../../../src/cli/process/network/join-string.js'
import { AmikoError } from '../../../../src/core/base/errors.js'

const INVITATION: Invitation = { network: 'village', kind: 'regtest', networkKey: '5a'.repeat(32), bootstrap: ['/ip4/192.0.2.7/tcp/9735/p2p/16Uiu2HAkzLr3L4TNNzfyKxwovQhSXpDHU3dSJiV7fbBRWDqEwiEc'] }

describe('join string', () => {
  it('is read back as it was written, with a key and without', () => {
    for (const invitation of [INVITATION, { ...INVITATION, networkKey: undefined, bootstrap: [] }]) assert.deepEqual(parseInvitation(formatInvitation(invitation)), invitation)
    assert.deepEqual(parseInvitation(` ${formatInvitation(INVITATION)}\n`), INVITATION)
  })

  it('one changed letter is noticed', () => {
    const written = formatInvitation(INVITATION)
    fc.assert(fc.property(fc.integer({ min: 9, max: written.length - 1 }), fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l'), (at, letter) => {
      fc.pre(written[at] !== letter)
      assert.throws(() => parseInvitation(written.slice(0, at) + letter + written.slice(at + 1)), AmikoError)
    }))
  })

  it('any other text is a named error', () => {
    fc.assert(fc.property(fc.string(), (text) => { assert.throws(() => parseInvitation(text), AmikoError) }))
    for (const text of ['', 'amikonet1', 'amiko1qqqq', 'x'.repeat(10_000)]) assert.throws(() => parseInvitation(text), AmikoError)
  })

  it('more addresses than fit are refused', () => {
    assert.throws(() => formatInvitation({ ...INVITATION, bootstrap: new Array(9).fill(INVITATION.bootstrap[0]) }), AmikoError)
  })
})
