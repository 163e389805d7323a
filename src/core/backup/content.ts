import type { ChannelId, PeerId } from '../base/ids.js'
import { bytes32, bytes33, hexOf, list, oneOf, optional, record, text, u16, u32, u48, u64, type ValueOf } from '../base/struct.js'
import { BACKUP_ADDRESSES_MAX, BACKUP_ADDRESS_BYTES_MAX, BACKUP_CHAINS_MAX, BACKUP_CHANNELS_MAX, BACKUP_PEERS_MAX } from './limits.js'

const chainName = oneOf('bitcoin', 'litecoin')
const side = oneOf('local', 'remote')

const channelRecord = record({
  channelId: hexOf<ChannelId>(32),
  peer: text<PeerId>(64),
  chain: chainName,
  format: oneOf('v3-zero-fee', 'v2-fee'),
  opener: side,
  /** The funding output: `txid` as people write it. */
  funding: record({ txid: hexOf(32), vout: u32 }),
  fundingSat: u64,
  delayBlocks: u16,
  dustSat: u64,
  feeRatePerKw: u32,
  /** With the identity key it gives our secrets of the channel. */
  salt: bytes32,
  /** The peer's static keys: funding, payment, delayed, ptlc, revocation base. */
  remoteKeys: list(bytes33, 5),
  /** The chain is looked through from here for the channel's end. */
  sinceHeight: u32
})
/**
 * What never changes in the life of an enforced channel: enough to find its end on the chain and to take what the peer's
 * commitment pays us; nothing that could be published. No balance, number, secret of a commitment or signature is in it,
 * because an old one of these is what makes a restored node lose its money.
 *
 * The enforced channel fills it when the funding transaction is known, and the node writes a backup anew then.
 */
export type ChannelBackup = ValueOf<typeof channelRecord>

const contentRecord = record({
  /** Of the network, for people; the header names it for programs. */
  network: text(32),
  peerId: text<PeerId>(64),
  /** The identity secret of a folder that is older than its phrase; undefined when it follows from the phrase. */
  identity: optional(bytes32),
  /** Where neighbours were last seen. */
  peers: list(record({ peer: text<PeerId>(64), addresses: list(text(BACKUP_ADDRESS_BYTES_MAX), BACKUP_ADDRESSES_MAX) }), BACKUP_PEERS_MAX),
  /** The wallet's coins are looked for from these heights. */
  chains: list(record({ chain: chainName, sinceHeight: u32 }), BACKUP_CHAINS_MAX),
  channels: list(channelRecord, BACKUP_CHANNELS_MAX),
  createdMs: u48
})
/** All that a backup holds. Trust lines are not in it: what is owed is in the statements that both ends keep. */
export type BackupContent = ValueOf<typeof contentRecord>

/** Layout of the content, of format 1. */
export const backupContent = contentRecord
