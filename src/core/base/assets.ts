import { toHex, fromHex, utf8Bytes } from './bytes.js'
import { taggedHash } from './hash.js'
import { isPeerId, keyOf, type AssetId } from './ids.js'
import { UNITS_MAX, asUnits, type Units } from './money.js'
import { bytes33, struct, text, u8 } from './struct.js'

/** An asset as people write it, and how to count it. */
export interface Asset {
  readonly id: AssetId
  /** `btc`, `ltc`, or `<code>@<issuer peer id>`. */
  readonly name: string
  /** What one whole is called in text: `btc`, `eur`. */
  readonly code: string
  /** Smallest units are 10^-decimals of a whole: 11 for `btc` and `ltc`. */
  readonly decimals: number
  /** Most units of one amount. */
  readonly max: Units
}

/** An amount that crosses borders: asset and value. */
export interface Amount {
  readonly asset: AssetId
  readonly value: Units
}

// 21·10^14 satoshi are all bitcoin there will be; 84·10^14 litoshi all litecoin. A smallest unit is a thousandth.
const BTC_MAX = 2_100_000_000_000_000_000n
const LTC_MAX = 8_400_000_000_000_000_000n
/** Decimals of `btc` and `ltc`: eight to the satoshi, three to its thousandth. */
const COIN_DECIMALS = 11

const BTC_GENESIS: Readonly<Record<string, string>> = {
  mainnet: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
  regtest: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'
}
const LTC_GENESIS: Readonly<Record<string, string>> = {
  mainnet: '12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2',
  regtest: '530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9'
}

const coinId = (genesisHash: string): AssetId => toHex(taggedHash('amiko/asset/coin', fromHex(genesisHash))) as AssetId

/** `btc` or `ltc` of a chain. @param chainNetwork - `mainnet` or `regtest` */
export function coin (code: 'btc' | 'ltc', chainNetwork: 'mainnet' | 'regtest'): Asset {
  const genesis = (code === 'btc' ? BTC_GENESIS : LTC_GENESIS)[chainNetwork]!
  return { id: coinId(genesis), name: code, code, decimals: COIN_DECIMALS, max: asUnits(code === 'btc' ? BTC_MAX : LTC_MAX) }
}

/** The declaration of an issued asset; its hash is the asset id, so other decimals are another asset. */
export const assetDeclaration = struct('amiko/asset/declaration', {
  issuer: bytes33,
  code: text(12),
  decimals: u8,
  title: text(64)
})

/** Default decimals of an asset named only by `<code>@<issuer>`: cents. */
export const ISSUED_DECIMALS = 2

/** An issued asset with an empty title; undefined when code, issuer or decimals are not valid. */
export function issuedAsset (code: string, issuer: string, decimals: number = ISSUED_DECIMALS, title = ''): Asset | undefined {
  if (!/^[a-z0-9]{2,12}$/.test(code) || !isPeerId(issuer) || !Number.isInteger(decimals) || decimals < 0 || decimals > 9 || utf8Bytes(title).length > 64) return undefined
  const id = toHex(assetDeclaration.hash({ issuer: keyOf(issuer), code, decimals, title })) as AssetId
  return { id, name: `${code}@${issuer}`, code, decimals, max: UNITS_MAX as Units }
}

/** Reads `1500msat`, `20sat`, `0.001btc`, `5ltc`, `12.50eur@<issuer>`; `undefined` when it is no amount, or more than there is. */
export function parseAmount (input: string, assets: Iterable<Asset>): { asset: Asset, value: Units } | undefined {
  const read = readAmount(input, assets)
  return read === undefined || read.value > read.asset.max ? undefined : { asset: read.asset, value: asUnits(read.value) }
}

/** The same without a bound: tells "more than there is" from "no amount". */
export function readAmount (input: string, assets: Iterable<Asset>): { asset: Asset, value: bigint } | undefined {
  const match = /^(\d{1,40})(?:\.(\d{1,11}))?\s?([a-z][a-z0-9]*(?:@\w+)?)$/.exec(input.trim())
  if (match === null) return undefined
  const [, whole, fraction = '', unit] = match
  for (const asset of assets) {
    const decimals = decimalsOfUnit(asset, unit!)
    if (decimals === undefined) continue
    return fraction.length > decimals ? undefined : { asset, value: BigInt(whole! + fraction.padEnd(decimals, '0')) }
  }
  return undefined
}

/** Units that may be written for an asset: how many decimals one of them has. */
function decimalsOfUnit (asset: Asset, unit: string): number | undefined {
  if (unit === asset.name) return asset.decimals
  if (asset.name === 'btc') return unit === 'msat' ? 0 : unit === 'sat' ? 3 : undefined
  if (asset.name === 'ltc') return unit === 'mlit' ? 0 : unit === 'lit' ? 3 : undefined
  return undefined
}

/** Text that {@link parseAmount} reads back: whole satoshis as `sat`, else `msat`; issued assets with their decimals. */
export function formatAmount (asset: Asset, value: bigint): string {
  const sign = value < 0n ? '-' : ''
  const size = value < 0n ? -value : value
  if (asset.name === 'btc') return sign + (size % 1000n === 0n ? `${size / 1000n}sat` : `${size}msat`)
  if (asset.name === 'ltc') return sign + (size % 1000n === 0n ? `${size / 1000n}lit` : `${size}mlit`)
  const one = 10n ** BigInt(asset.decimals)
  const fraction = asset.decimals === 0 ? '' : '.' + (size % one).toString().padStart(asset.decimals, '0')
  return `${sign}${size / one}${fraction}${asset.name}`
}
