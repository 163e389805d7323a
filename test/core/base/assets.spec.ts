import assert from 'node:assert/strict'
import fc from 'fast-check'
import { coin, formatAmount, issuedAsset, parseAmount, type Asset } from '../../../src/core/base/assets.js'
import { peerIdOfPublicKey } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'

const issuer = peerIdOfPublicKey(new Uint8Array(33).fill(2))
const btc = coin('btc', 'regtest')
const ltc = coin('ltc', 'regtest')
const eur = issuedAsset('eur', issuer)!
const known: readonly Asset[] = [btc, ltc, eur]

const parsed = (text: string): string | undefined => {
  const amount = parseAmount(text, known)
  return amount === undefined ? undefined : `${amount.value} ${amount.asset.code}`
}

describe('assets, the known ones', () => {
  it('are told apart by chain and by network', () => {
    const ids = [btc, ltc, coin('btc', 'mainnet'), coin('ltc', 'mainnet'), eur].map((asset) => asset.id)
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^[0-9a-f]{64}$/)
  })

  it('end where the coins end: 21·10^14 satoshi, 84·10^14 litoshi', () => {
    assert.equal(btc.max, 21n * 10n ** 14n * 1000n)
    assert.equal(ltc.max, 84n * 10n ** 14n * 1000n)
  })
})

describe('assets, an issued one', () => {
  it('has an id over issuer, code, decimals and title', () => {
    const other = peerIdOfPublicKey(new Uint8Array(33).fill(3))
    const all = [eur, issuedAsset('eur', issuer, 3), issuedAsset('usd', issuer), issuedAsset('eur', other), issuedAsset('eur', issuer, 2, 'Euro')]
    assert.equal(new Set(all.map((asset) => asset?.id)).size, all.length)
    assert.equal(issuedAsset('eur', issuer)!.id, eur.id)
  })

  it('is refused with a bad code, issuer, number of decimals or title', () => {
    for (const code of ['', 'e', 'EUR', 'thirteenchars', 'e-r', 'e r', 'ü2']) assert.equal(issuedAsset(code, issuer), undefined, code)
    for (const peer of ['', 'bob', '12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf', issuer.slice(0, -1), issuer + '1']) assert.equal(issuedAsset('eur', peer), undefined, peer)
    for (const decimals of [-1, 10, 1.5, NaN]) assert.equal(issuedAsset('eur', issuer, decimals), undefined, String(decimals))
    assert.equal(issuedAsset('eur', issuer, 2, 'ü'.repeat(33)), undefined)
    assert.ok(issuedAsset('eur', issuer, 0, 'ü'.repeat(32)))
  })
})

describe('amounts in text', () => {
  describe('on a number with its unit', () => {
    it('reads every unit of every asset', () => {
      const rows: Array<[string, string]> = [
        ['1500msat', '1500 btc'], ['20sat', '20000 btc'], ['0.001btc', '100000000 btc'], ['1btc', '100000000000 btc'],
        ['0.00000000001btc', '1 btc'], ['1.5sat', '1500 btc'], ['20 sat', '20000 btc'], [' 20sat ', '20000 btc'], ['0sat', '0 btc'],
        ['5ltc', '500000000000 ltc'], ['7lit', '7000 ltc'], ['7mlit', '7 ltc'],
        [`12.50eur@${issuer}`, '1250 eur'], [`12eur@${issuer}`, '1200 eur'], [`0.01eur@${issuer}`, '1 eur']
      ]
      for (const [text, wanted] of rows) assert.equal(parsed(text), wanted, text)
    })

    it('reads the largest amount there is, and not one unit more', () => {
      assert.equal(parsed('2100000000000000sat'), '2100000000000000000 btc')
      assert.equal(parsed('21000000btc'), '2100000000000000000 btc')
      for (const text of ['2100000000000001sat', '2100000000000000001msat', '21000000.00000000001btc', '99999999999999999999msat', `92233720368547758.08eur@${issuer}`]) {
        assert.equal(parsed(text), undefined, text)
      }
    })

    it('does not lose digits above 2^53', () => {
      assert.equal(parsed('9007199254740993msat'), '9007199254740993 btc')
    })
  })

  describe('on anything else', () => {
    it('refuses: bare, negative, signed, scientific, hexadecimal, grouped, too fine, or in a unit nobody knows', () => {
      const bad = [
        '', ' ', '5', '5.0', 'sat', '-5sat', '+5sat', '--5sat', '1e3sat', '0x10sat', '1,5sat', '1_000sat', '1 000sat', '1..5sat', '.5sat', '5.sat',
        '1.5msat', '1.0001sat', '0.000000000001btc', '1.234567890123btc', `1.234eur@${issuer}`,
        '5eur', '5usd', '5bitcoin', '5SAT', '5Sat', '5btc@x', `5eur@${issuer}x`, `5usd@${issuer}`, '5 sat!', '5sat sat', 'NaNsat', 'Infinitysat',
        '٥sat', '5sat\u0000', '100000000000000000000000000sat', '5__proto__', '5constructor'
      ]
      for (const text of bad) assert.equal(parsed(text), undefined, JSON.stringify(text))
    })

    it('does not take long over long text', () => {
      for (const text of ['1'.repeat(100_000) + 'sat', '1.' + '0'.repeat(100_000), ' '.repeat(100_000) + 'x', '1' + 'a'.repeat(100_000) + '@']) assert.equal(parsed(text), undefined)
    })
  })

  describe('on writing', () => {
    it('is read back as the same value', () => {
      fc.assert(fc.property(fc.constantFrom(...known), fc.bigInt(0n, 10n ** 18n), (asset, value) => {
        const read = parseAmount(formatAmount(asset, value), known)
        assert.equal(read?.asset.id, asset.id)
        assert.equal(read.value, asUnits(value))
      }))
    })

    it('takes whole satoshis as sat, else msat, and cents with two decimals', () => {
      assert.equal(formatAmount(btc, 20_000n), '20sat')
      assert.equal(formatAmount(btc, 1_501n), '1501msat')
      assert.equal(formatAmount(ltc, -1_501n), '-1501mlit')
      assert.equal(formatAmount(eur, 5n), `0.05eur@${issuer}`)
      assert.equal(formatAmount(eur, -1_250n), `-12.50eur@${issuer}`)
      assert.equal(formatAmount(issuedAsset('cup', issuer, 0)!, 3n), `3cup@${issuer}`)
    })
  })
})
