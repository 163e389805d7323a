import type { FeeWallet } from '../../../../src/core/channel/enforced/spends.js'
import { taprootOutput } from '../../../../src/core/channel/enforced/scripts.js'
import { signatureHash } from '../../../../src/core/channel/enforced/sighash.js'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { signSchnorr } from '../../../../src/core/crypto/schnorr.js'
import { taprootSecret } from '../../../../src/core/crypto/taproot.js'
import { hashOf, secretOf } from './two-sides.js'

/** A wallet of taproot coins, each of so many satoshis. */
export function coinsOf (...values: readonly bigint[]): FeeWallet {
  const secret = secretOf(99)
  const { script } = taprootOutput(mulG(secret))
  return {
    coins: () => values.map((valueSat, index) => ({ txid: hashOf('coins'), index, output: { valueSat, script }, witnessBytes: 66 })),
    changeScript: () => script,
    sign: (tx, index, prevouts) => [signSchnorr(signatureHash(tx, index, prevouts, 0), taprootSecret(secret))]
  }
}
