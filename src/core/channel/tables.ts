import type { ChannelId, OriginId } from '../base/ids.js'
import { createTable, type Journal, type Table } from '../base/table.js'
import type { ChainFacts } from './chain-facts.js'
import type { Channel, JointFunding } from './entity.js'
import type { ChannelSession, ClosingSession, Offer, UpdateQueue } from './host.js'
import { lockLayout, type Lock, type LockKey } from './lock.js'
import { channelLayout, jointFundingLayout } from './layout.js'

/** The tables that channels live in. */
export interface ChannelTables {
  readonly channels: Table<ChannelId, Channel>
  readonly locks: Table<LockKey, Lock>
  readonly queues: Table<ChannelId, UpdateQueue>
  readonly sessions: Table<ChannelId, ChannelSession>
  readonly offers: Table<OriginId, Offer>
  readonly closings: Table<ChannelId, ClosingSession>
  readonly chainFacts: Table<ChannelId, ChainFacts>
  readonly joints: Table<ChannelId, JointFunding>
}

/** Makes the tables: `channel` (grouped by peer), `lock` (grouped by channel) and `joint-funding` are durable, the others volatile. */
export function createChannelTables (journal: Journal): ChannelTables {
  return {
    channels: createTable<ChannelId, Channel>(journal, 'channel', { layout: channelLayout, groupBy: (_id, channel) => channel.peer }),
    locks: createTable<LockKey, Lock>(journal, 'lock', { layout: lockLayout, groupBy: (_key, lock) => lock.channelId }),
    queues: createTable<ChannelId, UpdateQueue>(journal, 'channel-queue'),
    sessions: createTable<ChannelId, ChannelSession>(journal, 'channel-session'),
    offers: createTable<OriginId, Offer>(journal, 'offer'),
    closings: createTable<ChannelId, ClosingSession>(journal, 'channel-closing'),
    chainFacts: createTable<ChannelId, ChainFacts>(journal, 'channel-chain-facts'),
    joints: createTable<ChannelId, JointFunding>(journal, 'joint-funding', { layout: jointFundingLayout })
  }
}
