import { linkIdOf, type LinkId, type PeerId } from '../base/ids.js'
import type { LinkHost } from './host.js'
import { acceptRulesOf, feePolicyOf } from './judge.js'
import type { AcceptRule, FeePolicy } from './rules.js'
import type { Link } from './tables.js'

/** A link as people see it: the shape of `LinkView` among the public nouns. */
export interface LinkDescription {
  readonly peer: PeerId
  readonly linkId: LinkId
  readonly status: Link['status']
  readonly connected: boolean
  readonly addresses: readonly string[]
  readonly channels: number
  readonly accept: readonly AcceptRule[]
  readonly fee: FeePolicy
  readonly clockSkewMs: number | undefined
  readonly roundTripMs: number | undefined
}

/** Describes a link; usable outside a step. */
export function linkView (host: Pick<LinkHost, 'self' | 'tables' | 'isConnected' | 'channelCount'>, link: Link): LinkDescription {
  const session = host.tables.linkSessions.get(link.peer)
  return {
    peer: link.peer,
    linkId: linkIdOf(host.self, link.peer),
    status: link.status,
    connected: host.isConnected(link.peer),
    addresses: link.addresses,
    channels: host.channelCount(link.peer),
    accept: acceptRulesOf(host, link.peer),
    fee: feePolicyOf(host, link.peer),
    clockSkewMs: session?.clockSkewMs,
    roundTripMs: session?.roundTripMs
  }
}
