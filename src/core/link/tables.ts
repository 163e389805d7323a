import type { AssetId, PeerId, RequestId } from '../base/ids.js'
import { bool, decodeLayout, entity, hexOf, list, oneOf, optional, record, text, u32, units, type Layout, type ValueOf } from '../base/struct.js'
import { createTable, type Journal, type Table } from '../base/table.js'
import type { AcceptRule } from './rules.js'
import { ACCEPT_RULES_MAX, ADDRESSES_MAX, ADDRESS_BYTES_MAX } from './limits.js'

const ruleFields = { kind: oneOf('chain', 'trust-line'), asset: hexOf<AssetId>(32), limit: units }
const acceptRules = list(record({ ...ruleFields, add: optional(units) }) as Layout<AcceptRule>, ACCEPT_RULES_MAX)
/** Rules of version 1 say nothing of coins that are added. */
const firstAcceptRules = list(record(ruleFields), ACCEPT_RULES_MAX)
const withoutAdd = (rules: ValueOf<typeof firstAcceptRules> | undefined): readonly AcceptRule[] | undefined => rules?.map((rule) => ({ ...rule, add: undefined }))
const feePolicy = record({ base: units, ppm: u32 })

const linkFields = {
  peer: text<PeerId>(64),
  /** `requested`: we asked. `incoming`: they asked, and a person must decide. */
  status: oneOf('open', 'requested', 'incoming'),
  addresses: list(text(ADDRESS_BYTES_MAX), ADDRESSES_MAX),
  /** Undefined: the defaults hold. */
  accept: optional(acceptRules),
  fee: optional(feePolicy),
  /** The peer asked and nobody here did: such a link may make room for another while it carries no channel. */
  automatic: bool
}
const linkRecord = record(linkFields)
const firstLinkRecord = record({ ...linkFields, accept: optional(firstAcceptRules) })
/** A link as it is stored, under `link/<peer>`. */
export type Link = ValueOf<typeof linkRecord>
export const linkLayout = entity<Link>('link', 2, linkRecord, {
  1: (bytes) => { const link = decodeLayout(firstLinkRecord, bytes); return { ...link, accept: withoutAdd(link.accept) } }
})

const defaultsRecord = record({ accept: optional(acceptRules), fee: optional(feePolicy) })
const firstDefaultsRecord = record({ accept: optional(firstAcceptRules), fee: optional(feePolicy) })
/** Rules of links that have none of their own, under `link-defaults/all`. */
export type LinkDefaults = ValueOf<typeof defaultsRecord>
export const linkDefaultsLayout = entity<LinkDefaults>('link-defaults', 2, defaultsRecord, {
  1: (bytes) => { const { accept, fee } = decodeLayout(firstDefaultsRecord, bytes); return { accept: withoutAdd(accept), fee } }
})

/** One connection to a peer. Volatile: exists while the connection does. */
export interface LinkSession {
  /** How far the peer's clock is ahead of ours; undefined until the first pong. */
  readonly clockSkewMs: number | undefined
  readonly roundTripMs: number | undefined
  /** The ping that waits for its pong. */
  readonly ping: { readonly nonce: number, readonly sentMs: number } | undefined
  /** Messages the peer may still send, and when that was counted. */
  readonly credit: number
  readonly creditAtMs: number
}

/** A user's request that waits for the peer. */
export interface OpenWait { readonly requestId: RequestId, readonly peer: PeerId }

export interface LinkTables {
  readonly links: Table<PeerId, Link>
  readonly linkDefaults: Table<'all', LinkDefaults>
  readonly linkSessions: Table<PeerId, LinkSession>
  /** Grouped by peer. */
  readonly openWaits: Table<RequestId, OpenWait>
}

export function createLinkTables (journal: Journal): LinkTables {
  return {
    links: createTable(journal, 'link', { layout: linkLayout }),
    linkDefaults: createTable(journal, 'link-defaults', { layout: linkDefaultsLayout }),
    linkSessions: createTable(journal, 'link-session'),
    openWaits: createTable(journal, 'link-wait', { groupBy: (_key, wait) => wait.peer })
  }
}
