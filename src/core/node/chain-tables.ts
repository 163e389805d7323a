import type { Hex } from '../base/bytes.js'
import type { ChannelId, PeerId } from '../base/ids.js'
import { bytesOf, entity, hexOf, list, oneOf, optional, record, text, u32, type ValueOf } from '../base/struct.js'
import { createTable, type Journal, type Table } from '../base/table.js'
import { BACKUP_ADDRESSES_MAX, BACKUP_ADDRESS_BYTES_MAX } from '../backup/limits.js'
import type { EnforcedOpening } from '../channel/messages.js'
import { outpointText, type ChainName, type ChainWatch, type Outpoint } from '../wallet/chain-facts.js'
import type { SendId } from '../wallet/tables.js'
import { toHex } from '../base/bytes.js'
import type { ChainState } from './events.js'
import { RESUME_BLOCKS_MAX } from './limits.js'

const chainName = oneOf('bitcoin', 'litecoin')
/** A taproot output script of the wallet. */
const payoutScript = bytesOf(34)

const tipRecord = record({
  chain: chainName,
  /** Height from which on this node has followed the chain; what a restore brings may be older. */
  sinceHeight: u32,
  /** The last blocks that were applied, the newest first. */
  blocks: list(record({ height: u32, hash: hexOf(32) }), RESUME_BLOCKS_MAX)
})
/** Where a chain stands, under `chain-tip/<chain>`. */
export type ChainTip = ValueOf<typeof tipRecord>
export const chainTipLayout = entity<ChainTip>('chain-tip', 1, tipRecord)

const purseRecord = record({
  channelId: hexOf<ChannelId>(32),
  chain: chainName,
  /** The payment of the wallet that funds it; undefined when the peer does, or nothing is prepared yet. */
  send: optional(hexOf<SendId>(16)),
  /** Where what is taken on the chain goes; undefined before anything is. */
  payout: optional(payoutScript)
})
/** What the wallet does for one enforced channel, under `channel-purse/<channel id>`. */
export type Purse = ValueOf<typeof purseRecord>
export const purseLayout = entity<Purse>('channel-purse', 1, purseRecord)

const restoredRecord = record({
  channelId: hexOf<ChannelId>(32),
  peer: text<PeerId>(64),
  /** Where the peer may be reached. */
  addresses: list(text(BACKUP_ADDRESS_BYTES_MAX), BACKUP_ADDRESSES_MAX)
})
/** How to reach the peer of a channel that came from a backup and waits to be closed by it, under `restored-channel/<channel id>`. */
export type Restored = ValueOf<typeof restoredRecord>
export const restoredLayout = entity<Restored>('restored-channel', 1, restoredRecord)

/** What this process has heard of a chain's backend. Volatile. */
export interface ChainNews {
  readonly state: ChainState
  /** Since when it is so. */
  readonly sinceMs: number
  readonly formats: ReadonlyArray<EnforcedOpening['format']>
  /** Its tip was heard of since the process started. */
  readonly heard: boolean
}

/** Who watches an output or a script, so that one part does not end the watch of another. Volatile. */
export interface Watching {
  readonly chain: ChainName
  readonly watch: ChainWatch
  /** `wallet`, or a channel's id. */
  readonly users: readonly string[]
  /** The height from which its history is still to be asked for; undefined when it is known, or not wanted. */
  readonly historyFrom: number | undefined
  /** The lowest height from which it was asked for; undefined when it never was. */
  readonly askedFrom?: number | undefined
}

/** A funding output as the chain told of it last. Volatile. */
export interface FundingSeen {
  /** Of its block; undefined while it is unconfirmed or not there. */
  readonly height: number | undefined
  /** It is in the chain or in the mempool, and not spent. */
  readonly there: boolean
  /** Its history was asked for, because it is not there. */
  readonly searched: boolean
}

/** A transaction that is being published, and the wallet's coins that pay for it. Volatile. */
export interface Published {
  readonly channelId: ChannelId
  readonly coins: readonly Outpoint[]
}

/** Inputs of a peer in a funding transaction of both, of which the chain was asked and has not answered. Volatile. */
export interface InputCheck {
  readonly channelId: ChannelId
  readonly chain: ChainName
  /** Outpoints as people write them. */
  readonly waiting: readonly string[]
}

export interface ChainTables {
  readonly tips: Table<ChainName, ChainTip>
  readonly purses: Table<ChannelId, Purse>
  readonly restored: Table<ChannelId, Restored>
  readonly news: Table<ChainName, ChainNews>
  /** By chain and what is watched. */
  readonly watches: Table<string, Watching>
  readonly fundingSeen: Table<ChannelId, FundingSeen>
  /** By chain and txid, grouped by channel. */
  readonly published: Table<string, Published>
  readonly inputChecks: Table<ChannelId, InputCheck>
}

export const watchKey = (chain: ChainName, watch: ChainWatch): string => `${chain}:${watch.type === 'outpoint' ? outpointText(watch.outpoint) : toHex(watch.script)}`
export const publishedKey = (chain: ChainName, txid: Hex): string => `${chain}:${txid}`

export function createChainTables (journal: Journal): ChainTables {
  return {
    tips: createTable(journal, 'chain-tip', { layout: chainTipLayout }),
    purses: createTable(journal, 'channel-purse', { layout: purseLayout }),
    restored: createTable(journal, 'restored-channel', { layout: restoredLayout }),
    news: createTable(journal, 'chain-news'),
    watches: createTable(journal, 'chain-watch'),
    fundingSeen: createTable(journal, 'channel-funding-seen'),
    published: createTable(journal, 'channel-published', { groupBy: (_key, { channelId }) => channelId }),
    inputChecks: createTable(journal, 'channel-input-check')
  }
}
