import type { AssetId, PeerId } from '../base/ids.js'
import type { LinkHost } from './host.js'
import { CHAIN_CAPACITY_DEFAULT, CHANNELS_PER_LINK_MAX, FEE_DEFAULT } from './limits.js'
import type { AcceptRule, FeePolicy } from './rules.js'

/** A peer's wish to open a channel; amounts as this node would have them. */
export interface Opening {
  readonly kind: string
  readonly asset: AssetId
  /** What we may owe the peer (a trust line), or what is ours at most (a chain channel). */
  readonly peerMayBeOwed: bigint
  readonly peerMayOwe: bigint
  /** What we are asked to put into a chain channel. */
  readonly contribution?: bigint
}

export type Judgement =
  | { readonly accept: true }
  | { readonly accept: false, readonly reason: 'not-accepted' | 'limit' | 'unknown-asset' | 'too-many' | 'no-link' }

const ACCEPTED: Judgement = { accept: true }
const refused = (reason: (Judgement & { accept: false })['reason']): Judgement => ({ accept: false, reason })

/**
 * Whether a peer's opening fits the link's accept rules.
 *
 * @see LINK-14
 */
export function judgeOpening (host: LinkHost, peer: PeerId, opening: Opening): Judgement {
  if (host.tables.links.get(peer)?.status !== 'open') return refused('no-link')
  if (host.channelCount(peer) >= CHANNELS_PER_LINK_MAX) return refused('too-many') // LINK-14
  const rules = acceptRulesOf(host, peer)
  const ofKind = rules.filter(({ kind }) => kind === opening.kind)
  const rule = ofKind.find(({ asset }) => asset === opening.asset)
  switch (opening.kind) {
    // LINK-14: being owed is a risk, owing is none; so a trust line is judged by what the peer may owe us.
    case 'trust-line': {
      if (rule === undefined) return refused('not-accepted')
      return opening.peerMayOwe <= rule.limit ? ACCEPTED : refused('limit')
    }
    // LINK-14: a chain channel is as good as its chain, so it needs no rule up to a cap.
    case 'chain': {
      if (rule === undefined && ofKind.length > 0) return refused('not-accepted')
      // LINK-14: our own coins go into a peer's channel only where a rule says so.
      if ((opening.contribution ?? 0n) > (rule?.add ?? 0n)) return refused('limit')
      const limit = rule?.limit ?? CHAIN_CAPACITY_DEFAULT
      return opening.peerMayBeOwed + opening.peerMayOwe <= limit ? ACCEPTED : refused('limit')
    }
    default: return refused('not-accepted')
  }
}

/** The rules that hold on a link: its own, else the node's defaults, else none. */
export function acceptRulesOf (host: Pick<LinkHost, 'tables'>, peer: PeerId): readonly AcceptRule[] {
  return host.tables.links.get(peer)?.accept ?? host.tables.linkDefaults.get('all')?.accept ?? []
}

/** The fees of forwarding out over the link to a peer: its own, else the node's defaults, else none. */
export function feePolicyOf (host: Pick<LinkHost, 'tables'>, peer: PeerId): FeePolicy {
  return host.tables.links.get(peer)?.fee ?? host.tables.linkDefaults.get('all')?.fee ?? FEE_DEFAULT
}
