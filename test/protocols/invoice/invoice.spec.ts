import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { bech32m } from '@scure/base'
import { isRefusal } from '../../../src/core/base/step.js'
import { invoiceUri, parseInvoice } from '../../../src/core/payment/invoice.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { badInvoices, CONTENT, GOOD, invoiceVectors, NETWORK } from './vectors.js'

describe('invoice text', () => {
  for (const { name, network, text } of GOOD) {
    it(`is read: ${name} [INV-1, INV-4, INV-11]`, () => {
      const invoice = parseInvoice(text, network)
      assert.ok(!isRefusal(invoice))
      assert.deepEqual(invoice.point, CONTENT.point)
    })
  }

  it('says what was put in, and has the id of what was signed [INV-1]', () => {
    const invoice = parseInvoice(GOOD[0]!.text, NETWORK)
    assert.ok(!isRefusal(invoice))
    const { id, network, version, signingKey, ...content } = invoice
    assert.deepEqual(content, CONTENT)
    assert.deepEqual([id.length, network, version, signingKey.length], [64, NETWORK.id, 1, 32])
    const other = parseInvoice(GOOD[3]!.text, NETWORK)
    assert.ok(!isRefusal(other) && other.id !== id)
  })

  for (const { why, text } of badInvoices()) {
    it(`is refused: ${why} [INV-2, INV-3, INV-5, INV-6, INV-7, INV-8, INV-9, INV-20]`, () => {
      const refused = parseInvoice(text, NETWORK)
      assert.ok(isRefusal(refused))
      assert.equal(refused.refused, why.startsWith('wrong') ? 'wrong-network' : 'bad-invoice')
    })
  }

  it('names the version and the network that it is of [INV-5, INV-6]', () => {
    const by = (why: string): unknown => parseInvoice(badInvoices().find((one) => one.why === why)!.text, NETWORK)
    assert.match(JSON.stringify(by('unknown version')), /version 3/)
    assert.match(JSON.stringify(by('wrong network and unknown version')), /wrong-network/)
    assert.match(JSON.stringify(by('wrong kind of network')), /mainnet/)
  })

  it('can stand behind amiko: [INV-4]', () => {
    assert.equal(invoiceUri('amkr1x'), 'amiko:amkr1x')
    assert.ok(!isRefusal(parseInvoice(`AMIKO:${GOOD[0]!.text.toUpperCase()}`, NETWORK)))
  })

  it('is read or refused whatever it is (I25, V21)', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => { assert.ok(isRefusal(parseInvoice(text, NETWORK))) }), { numRuns: 1_000 })
    fc.assert(fc.property(fc.string({ maxLength: 100, unit: 'binary' }), (text) => { assert.ok(isRefusal(parseInvoice(`amkr1${text}`, NETWORK))) }), { numRuns: 500 })
  })

  it('is refused when any byte is altered under a valid checksum [INV-7, INV-9] (V21)', () => {
    const bytes = bech32m.fromWords(bech32m.decode(GOOD[0]!.text as `${string}1${string}`, 4_096).words)
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }), fc.nat({ max: 3 }), (changes, cut) => {
      const altered = bytes.slice(0, bytes.length - cut)
      for (const [at, flip] of changes) if (at < altered.length) altered[at]! ^= flip
      if (altered.length === bytes.length && altered.every((byte, i) => byte === bytes[i])) return
      assert.ok(isRefusal(parseInvoice(bech32m.encode('amkr', bech32m.toWords(altered), 4_096), NETWORK)))
    }), { numRuns: 1_500 })
  })
})

describe('invoice vectors', () => {
  it('are what this program makes, so that others can rely on them [INV-18]', () => {
    assert.deepEqual(JSON.parse(readFileSync(repositoryFile('protocols', 'invoice', 'vectors', 'invoice.json'), 'utf8')), invoiceVectors())
  })
})
