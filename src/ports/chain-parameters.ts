import type { Hex } from '../core/base/bytes.js'

export type ChainName = 'bitcoin' | 'litecoin'

/** Mainnet, the test networks, and the private chain of one machine. */
export type ChainNetwork = 'mainnet' | 'testnet' | 'testnet4' | 'signet' | 'regtest'

/** What does not change while a chain lives. */
export interface ChainParameters {
  readonly chain: ChainName
  readonly network: ChainNetwork
  /** Hash of block 0, in the order of the RPC (last byte first). */
  readonly genesisHash: Hex
  /** Seconds between blocks, on average. */
  readonly blockIntervalSeconds: number
  /** Decimals of the coin: 8 to the satoshi (litoshi). */
  readonly coinDecimals: number
  /** Human-readable part of native segwit addresses. */
  readonly bech32Hrp: string
  /** Coin type of derivation paths. @see BIP 44, SLIP 44 */
  readonly coinType: number
  /** Satoshis a kilo-virtual-byte that make an output worth spending: {@link dustLimit} follows from it. */
  readonly dustSatPerKvb: bigint
  /** Least fee rate of a transaction that nodes pass on, in satoshis a kilo-virtual-byte. */
  readonly minFeeSatPerKvb: bigint
  /** No amount, and no sum of amounts, is more. */
  readonly maxMoneySat: bigint
}

const BITCOIN = { chain: 'bitcoin', blockIntervalSeconds: 600, coinDecimals: 8, dustSatPerKvb: 3_000n, minFeeSatPerKvb: 1_000n, maxMoneySat: 2_100_000_000_000_000n } as const
// The dust rate of Litecoin 0.21 is ten times Bitcoin's: 3,300 litoshi for a taproot output, measured on litecoind.
const LITECOIN = { chain: 'litecoin', blockIntervalSeconds: 150, coinDecimals: 8, dustSatPerKvb: 30_000n, minFeeSatPerKvb: 1_000n, maxMoneySat: 8_400_000_000_000_000n } as const

const ALL: readonly ChainParameters[] = [
  { ...BITCOIN, network: 'mainnet', genesisHash: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f', bech32Hrp: 'bc', coinType: 0 },
  { ...BITCOIN, network: 'testnet', genesisHash: '000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943', bech32Hrp: 'tb', coinType: 1 },
  { ...BITCOIN, network: 'testnet4', genesisHash: '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043', bech32Hrp: 'tb', coinType: 1 },
  { ...BITCOIN, network: 'signet', genesisHash: '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6', bech32Hrp: 'tb', coinType: 1 },
  { ...BITCOIN, network: 'regtest', genesisHash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206', bech32Hrp: 'bcrt', coinType: 1 },
  { ...LITECOIN, network: 'mainnet', genesisHash: '12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2', bech32Hrp: 'ltc', coinType: 2 },
  { ...LITECOIN, network: 'testnet', genesisHash: '4966625a4b2851d9fdee139e56211a0d88575f59ed816ff5e6a63deb4e3e29a0', bech32Hrp: 'tltc', coinType: 1 },
  { ...LITECOIN, network: 'regtest', genesisHash: '530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9', bech32Hrp: 'rltc', coinType: 1 }
]

/** The parameters of a chain; undefined when the chain has no such network. */
export const chainParameters = (chain: ChainName, network: ChainNetwork): ChainParameters | undefined =>
  ALL.find((row) => row.chain === chain && row.network === network)

/** The parameters of the chain that begins with this block; undefined when it is none we know. */
export const parametersOfGenesis = (genesisHash: string): ChainParameters | undefined => ALL.find((row) => row.genesisHash === genesisHash)

/** Bytes of the shortest input that spends a segwit output, as nodes count them for dust. */
const SEGWIT_INPUT_BYTES = 67n
const OTHER_INPUT_BYTES = 148n

/**
 * The least amount of an output that nodes pass on, in satoshis: 330 for taproot, 294 for a witness key hash, 240 for a
 * pay-to-anchor output on Bitcoin. An output that cannot be spent (OP_RETURN) has none.
 */
export function dustLimit (parameters: ChainParameters, script: Uint8Array): bigint {
  if (script[0] === 0x6a) return 0n
  const size = BigInt(8 + (script.length < 253 ? 1 : 3) + script.length)
  const input = isWitnessProgram(script) ? SEGWIT_INPUT_BYTES : OTHER_INPUT_BYTES
  return parameters.dustSatPerKvb * (size + input) / 1_000n
}

/** Whether a script is a version and a program of 2 to 40 bytes. @see BIP 141 */
export function isWitnessProgram (script: Uint8Array): boolean {
  const [version, length] = script
  if (version === undefined || length === undefined || script.length < 4 || script.length > 42) return false
  return (version === 0 || (version >= 0x51 && version <= 0x60)) && script.length === length + 2
}
