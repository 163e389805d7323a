import { toHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { bytes32, oneOf, struct, text, u8 } from '../base/struct.js'
import type { BeaconChain } from '../routing/host.js'

/** What makes a network: two nodes with a different genesis do not understand each other, and say so. */
export const genesis = struct('amiko/genesis', {
  version: u8,
  /** `[a-z0-9-]{1,32}`, part of every protocol id. */
  name: text(32),
  kind: oneOf('mainnet', 'testnet', 'regtest'),
  /** Commitment to the network key of a private network; zeros for an open one. */
  keyCommitment: bytes32
})

/** The same, of a network whose meeting points are elected by the blocks of a chain. */
export const genesisWithChain = struct('amiko/genesis', {
  version: u8,
  name: text(32),
  kind: oneOf('mainnet', 'testnet', 'regtest'),
  keyCommitment: bytes32,
  beaconChain: oneOf('bitcoin', 'litecoin')
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
  /** The chain whose blocks are the beacons instead. @see HINT-18 */
  readonly beaconChain: BeaconChain | undefined
}

const NETWORK_NAME = /^[a-z0-9-]{1,32}$/
export const isNetworkName = (name: string): boolean => NETWORK_NAME.test(name)

/**
 * The network of a name, a kind and, for a private network, its 32-byte key. The name must be a network name.
 *
 * @param beaconChain - whose blocks elect the meeting points; it makes another network than without
 */
export function networkOf (name: string, kind: NetworkKind, networkKey?: Uint8Array, beaconChain?: BeaconChain): Network {
  const keyCommitment = networkKey === undefined ? new Uint8Array(32) : taggedHash('amiko/network-key', networkKey)
  const hash = beaconChain === undefined ? genesis.hash({ version: 1, name, kind, keyCommitment }) : genesisWithChain.hash({ version: 2, name, kind, keyCommitment, beaconChain })
  return { name, kind, id: hash.slice(0, 8), beacon: toHex(hash), beaconChain }
}
