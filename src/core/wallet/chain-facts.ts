import type { Hex } from '../base/bytes.js'

/** Chains whose coins a wallet holds. */
export type ChainName = 'bitcoin' | 'litecoin'

/**
 * What the wallet must know of a chain. The chain port's parameters are one; declared here because the port stands above
 * the core.
 */
export interface WalletChain {
  readonly chain: ChainName
  readonly network: string
  readonly bech32Hrp: string
  /** @see BIP 44, SLIP 44 */
  readonly coinType: number
  readonly minFeeSatPerKvb: bigint
  readonly maxMoneySat: bigint
}

/** `txid` as people write it: the last byte first. */
export interface Outpoint {
  readonly txid: Hex
  readonly vout: number
}

export interface Output {
  readonly valueSat: bigint
  readonly script: Uint8Array
}

/** A transaction that touches what is watched. */
export interface SeenTransaction {
  readonly txid: Hex
  readonly raw: Uint8Array
}

export type ChainWatch =
  | { readonly type: 'outpoint', readonly outpoint: Outpoint }
  | { readonly type: 'script', readonly script: Uint8Array }

/** What became of a broadcast: the shape of the chain port. */
export type Verdict =
  | { readonly status: 'accepted' | 'known' }
  | { readonly status: 'rejected', readonly reason: string, readonly text: string }
  | { readonly status: 'unavailable', readonly text: string }

export const outpointText = ({ txid, vout }: Outpoint): string => `${txid}:${vout}`
