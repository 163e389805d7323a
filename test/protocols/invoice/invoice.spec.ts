import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { bech32m } from '@scure/base'
import { taggedHash } from '../../../src/core/base/hash.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { signSchnorr } from '../../../src/core/crypto/schnorr.js'
import { invoiceUri, parseInvoice, signedText, writeInvoice } from '../../../src/core/payment/invoice.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { badInvoices, CONTENT, GOOD, invoiceVectors, NETWORK, SIGNING } from './vectors.js'

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

describe('invoice text that a cheat signs anew (V21)', () => {
  const DESCRIPTION_AT = 8 + 1 + 33 + 32 + 32 + 8
  const bytesOf = (text: string): Uint8Array => bech32m.fromWords(bech32m.decode(text as `${string}1${string}`, 4_096).words)
  const content = (text: string): Uint8Array => bytesOf(text).subarray(0, -64)
  /** The digest is over the bytes themselves, so it can be made of bytes that are no invoice. */
  const sealed = (bytes: Uint8Array): string => signedText('amkr', bytes, signSchnorr(taggedHash('amiko/invoice', bytes), SIGNING, new Uint8Array(32)))
  const refusedFor = (bytes: Uint8Array, why: RegExp, name: string): void => {
    const read = parseInvoice(sealed(bytes), NETWORK)
    assert.ok(isRefusal(read), name)
    assert.match(JSON.stringify(read.detail), why, name)
  }

  it('is read when nothing is wrong with it: so the signature is not what stands against the others', () => {
    assert.ok(!isRefusal(parseInvoice(sealed(content(GOOD[0]!.text)), NETWORK)))
  })

  it('is refused when its description is no UTF-8, or written longer than it need be [INV-7]', () => {
    const wrong: Record<string, readonly number[]> = {
      'a byte that never occurs': [0xff], 'half of a character': [0xc3], 'the rest of one': [0x80], 'an overlong slash': [0xc0, 0xaf], 'an overlong null': [0xe0, 0x80, 0x80],
      'half of a pair': [0xed, 0xa0, 0x80], 'beyond the last character': [0xf4, 0x90, 0x80, 0x80]
    }
    const good = content(GOOD[0]!.text)
    const at = Buffer.from(good).indexOf('receipt')
    assert.ok(at > DESCRIPTION_AT)
    for (const [name, put] of Object.entries(wrong)) {
      const bytes = good.slice()
      bytes.set(put, at)
      refusedFor(bytes, /not well formed/, name)
    }
  })

  it('is refused when its numbers overflow, or say that more follows than does [INV-7, INV-8]', () => {
    const good = content(GOOD[0]!.text)
    const at = Buffer.from(good).indexOf('receipt')
    const altered = (from: number, put: readonly number[]): Uint8Array => { const bytes = good.slice(); bytes.set(put, from); return bytes }
    refusedFor(altered(DESCRIPTION_AT - 8, new Array<number>(8).fill(0xff)), /not well formed/, 'an amount of 2^64 - 1')
    refusedFor(altered(DESCRIPTION_AT - 8, [0x80, 0, 0, 0, 0, 0, 0, 0]), /not well formed/, 'an amount of 2^63')
    for (let byte = DESCRIPTION_AT; byte < at; byte++) refusedFor(altered(byte, [0xff]), /not well formed/, `a length of the description, byte ${byte}`)
  })

  it('is read or refused by name, and read again as it was, when two good ones are crossed', () => {
    const parts = GOOD.filter(({ network }) => network === NETWORK).map(({ text }) => content(text.replace(/^amiko:/, '').toLowerCase()))
    let [taken, refused] = [0, 0]
    const one = fc.nat({ max: parts.length - 1 })
    // Behind the network's id; half of them at one place of both, so that some are invoices.
    fc.assert(fc.property(one, one, fc.integer({ min: 8, max: 300 }), fc.option(fc.integer({ min: 8, max: 300 })), (first, second, cut, from) => {
      const read = parseInvoice(sealed(Uint8Array.from([...parts[first]!.subarray(0, cut), ...parts[second]!.subarray(from ?? cut)])), NETWORK)
      if (isRefusal(read)) { refused++; assert.equal(read.refused, 'bad-invoice'); return }
      taken++
      assert.equal(writeInvoice(NETWORK, read, SIGNING, new Uint8Array(32)).invoice.id, read.id)
    }), { numRuns: 1_500 })
    assert.ok(taken > 100 && refused > 100, `${taken} read, ${refused} refused`)
  })
})

describe('invoice vectors', () => {
  it('are what this program makes, so that others can rely on them [INV-18]', () => {
    assert.deepEqual(JSON.parse(readFileSync(repositoryFile('protocols', 'invoice', 'vectors', 'invoice.json'), 'utf8')), invoiceVectors())
  })
})
