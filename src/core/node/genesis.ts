import { toHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { bytes32, oneOf, struct, text, u8 } from '../base/struct.js'

/** What makes a network: two nodes with a different genesis do not understand each other, and say so. */
export const genesis = struct('amiko/genesis', {
  version: u8,
  /** `[a-z0-9-]{1,32}`, part of every protocol id. */
  name: text(32),
  kind: oneOf('mainnet', 'testnet', 'regtest'),
  /** Commitment to the network key of a private network; zeros for an open one. */
  keyCommitment: bytes32
})

export type NetworkKind = 'mainnet' | 'testnet' | 'regtest'

/** A network as its nodes know it. */
export interface Network {
  readonly name: string
  readonly kind: NetworkKind
  /** First 8 bytes of the hash of the genesis struct: the network's name on the wire. */
  readonly id: Uint8Array
  /** Beacon of the meeting points of a network without a chain: the genesis hash, hex. */
  readonly beacon: string
}

const NETWORK_NAME = /^[a-z0-9-]{1,32}$/
export const isNetworkName = (name: string): boolean => NETWORK_NAME.test(name)

/** The network of a name, a kind and, for a private network, its 32-byte key. The name must be a network name. */
export function networkOf (name: string, kind: NetworkKind, networkKey?: Uint8Array): Network {
  const keyCommitment = networkKey === undefined ? new Uint8Array(32) : taggedHash('amiko/network-key', networkKey)
  const hash = genesis.hash({ version: 1, name, kind, keyCommitment })
  return { name, kind, id: hash.slice(0, 8), beacon: toHex(hash) }
}
