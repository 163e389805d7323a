import assert from 'node:assert/strict'
import { AmikoError } from '../../src/core/base/errors.js'
import { createAssets } from '../../src/node/assets.js'

const issuer = '16Uiu2HAm3CK5VE7YwzXnjsAmEfXyCbz9xWhCoWY4MuT9D8Jh4PGx'

describe('assets of a node', () => {
  const assets = createAssets('regtest')

  describe('on text of an amount', () => {
    for (const [text, value] of [['1msat', 1n], ['20sat', 20_000n], ['0.001btc', 100_000_000n], ['5ltc', 500_000_000_000n], ['0sat', 0n], ['1.5sat', 1_500n]] as const) {
      it(`reads ${text}`, () => { assert.equal(assets.parse(text).value, value) })
    }

    it('reads issued assets with their decimals', () => {
      assert.equal(assets.parse(`12.50eur@${issuer}`).value, 1_250n)
    })

    for (const text of ['20', '-5sat', '1.0001sat', '1.5msat', '20 shells', '', '1e3sat', '0.0000000000001btc', '٣sat']) {
      it(`refuses ${JSON.stringify(text)} as no amount`, () => {
        assert.throws(() => assets.parse(text), (error: unknown) => error instanceof AmikoError && error.name === 'bad-amount')
      })
    }

    for (const text of ['2100000000000001sat', '21000001btc', '9223372036854775808msat', '99999999999999999999999sat', '84000001ltc']) {
      it(`refuses ${text} as more than there is`, () => {
        assert.throws(() => assets.parse(text), (error: unknown) => error instanceof AmikoError && error.name === 'amount-out-of-range')
      })
    }

    it('refuses an issued asset whose issuer is no peer', () => {
      assert.throws(() => assets.parse('1eur@nobody'), (error: unknown) => error instanceof AmikoError && error.name === 'unknown-asset')
    })
  })
})
