/** Bytes of a backup. */
export const BACKUP_BYTES_MAX = 16 * 1_024 * 1_024
/** Its content is filled up to a multiple, so that its size tells little about how many channels there are. */
export const BACKUP_BLOCK_BYTES = 4_096
/** Channels in one backup. */
export const BACKUP_CHANNELS_MAX = 16_384
/** Neighbours in one backup, and addresses of each. */
export const BACKUP_PEERS_MAX = 1_024
export const BACKUP_ADDRESSES_MAX = 8
export const BACKUP_ADDRESS_BYTES_MAX = 256
/** Chains of one node. */
export const BACKUP_CHAINS_MAX = 8
