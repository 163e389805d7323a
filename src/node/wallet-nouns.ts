import type { BackupContent } from '../core/backup/content.js'
import type { ChainName } from '../core/wallet/chain-facts.js'
import type { SendId } from '../core/wallet/tables.js'
import type { SendView, WalletBalance } from '../core/wallet/views.js'
import type { Waiting } from './nouns.js'

/**
 * The wallet of a node that has a chain: the shape of `node.wallet`. It is not among the nouns of a running node before
 * a chain serves it.
 */
export interface WalletNoun {
  /** Chains of this node, one row each. */
  balance: () => readonly WalletBalance[]
  /** A fresh address. Throws no-chain. */
  address: (chain: ChainName) => Promise<{ readonly address: string }>
  /**
   * Pays on chain. An abort ends the waiting, never the money. Throws no-chain, bad-chain-address, dust-output,
   * insufficient-coins, fee-rate-out-of-range, fee-share.
   */
  send: (options: Waiting & { readonly chain: ChainName, readonly address: string, readonly valueSat: bigint | 'all', readonly satPerKvb?: bigint, readonly targetBlocks?: number }) => Promise<{ readonly id: SendId, readonly txid: string, readonly feeSat: bigint }>
  /** Replaces an unconfirmed payment by one of a higher fee. Throws not-found, not-replaceable. */
  bump: (id: SendId, options?: Waiting & { readonly satPerKvb?: bigint }) => Promise<{ readonly id: SendId, readonly txid: string, readonly feeSat: bigint }>
  /** Payments, the newest first. */
  list: (chain: ChainName) => readonly SendView[]
}

/** Backups of a node that has a phrase: the shape of `node.backup`. */
export interface BackupNoun {
  export: (path: string) => Promise<{ readonly path: string, readonly bytes: number, readonly channels: number }>
  /** Says what is in a backup, and changes nothing. Throws backup-damaged, backup-newer, backup-network, backup-phrase. */
  verify: (path: string) => Promise<Pick<BackupContent, 'network' | 'peerId' | 'createdMs'> & { readonly channels: number, readonly peers: number }>
  /** Asks the peers of all channels in a backup to close them. The node publishes nothing of its own. */
  restore: (path: string) => Promise<{ readonly channels: number }>
}
