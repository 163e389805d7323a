import { Transaction, address as bech32Address } from 'bitcoinjs-lib'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, fromHex, utf8Bytes } from '../../core/base/bytes.js'
import { mulG } from '../../core/crypto/curve.js'
import { signSchnorr } from '../../core/crypto/schnorr.js'
import type { ChainParameters } from '../../ports/chain-parameters.js'
import type { Coin } from './coins.js'

/** Everybody knows this secret: what it holds is money of a private chain, to be given away. */
const SECRET = sha256(utf8Bytes('the faucet of an embedded chain'))
const SIGHASH_DEFAULT = 0
const FEE_SAT_PER_VB = 2n
const BYTES_AROUND = 120n
const INPUT_VBYTES = 58n
const SEQUENCE = 0xfffffffd

/** Where blocks pay to when nobody asks otherwise. */
export const faucetScript = (): Uint8Array => concatBytes(Uint8Array.of(0x51, 0x20), mulG(SECRET).subarray(1))

/** The script of a native segwit address of this chain; throws on any other text. */
export function scriptOfAddress (text: string, parameters: ChainParameters): Uint8Array {
  const { prefix, version, data } = bech32Address.fromBech32(text)
  if (prefix !== parameters.bech32Hrp) throw new RangeError(`${text} is no address of ${parameters.chain} ${parameters.network}: ${parameters.bech32Hrp}1… is`)
  return concatBytes(Uint8Array.of(version === 0 ? 0 : 0x50 + version, data.length), data)
}

/**
 * Pays `valueSat` to `script`, output 0, from the faucet's coins.
 *
 * @returns undefined when they do not suffice
 */
export function faucetPayment (coins: ReadonlyArray<readonly [key: string, coin: Coin]>, script: Uint8Array, valueSat: bigint): Uint8Array | undefined {
  const chosen: Array<readonly [string, Coin]> = []
  let sum = 0n
  const fee = (): bigint => FEE_SAT_PER_VB * (BYTES_AROUND + BigInt(chosen.length) * INPUT_VBYTES)
  for (const row of coins) {
    if (sum >= valueSat + fee()) break
    chosen.push(row)
    sum += row[1].valueSat
  }
  const change = sum - valueSat - fee()
  if (change < 0n) return undefined
  const tx = new Transaction()
  tx.version = 2
  for (const [key] of chosen) tx.addInput(fromHex(key.slice(0, 64)).reverse(), Number(key.slice(65)), SEQUENCE)
  tx.addOutput(script, valueSat)
  // What is too little to come back goes to the miner.
  if (change >= 10_000n) tx.addOutput(faucetScript(), change)
  const scripts = chosen.map(([, coin]) => coin.script)
  const values = chosen.map(([, coin]) => coin.valueSat)
  chosen.forEach((_row, i) => { tx.setWitness(i, [signSchnorr(tx.hashForWitnessV1(i, scripts, values, SIGHASH_DEFAULT), SECRET)]) })
  return tx.toBuffer()
}
