import { isPeerId, linkIdOf, type LinkId, type PeerId, type RequestId } from '../base/ids.js'
import { refuse, type Refusal } from '../base/step.js'
import { utf8Bytes } from '../base/bytes.js'
import { ADDRESSES_MAX, ADDRESS_BYTES_MAX, INCOMING_MAX, LINKS_MAX, OPEN_WAITS_MAX, OPEN_WAIT_MS, STRANGER_LINKS_MAX } from './limits.js'
import type { LinkHost } from './host.js'
import type { LinkRefuseReason } from './messages.js'
import { startPing, stopPing } from './ping.js'
import type { AcceptRule, FeePolicy } from './rules.js'
import type { Link } from './tables.js'

const openWaitKey = (peer: PeerId): string => `link/wait/${peer}`

/** What a user's `link open` is answered with. */
export interface LinkOpened { readonly linkId: LinkId, readonly peer: PeerId, readonly status: 'open' | 'requested' }

export interface OpenRequest { readonly peer: PeerId, readonly addresses: readonly string[], readonly accept: readonly AcceptRule[] | undefined }

/**
 * Asks a peer to be neighbours, or accepts its request. Idempotent.
 *
 * @returns the answer, a refusal, or undefined when the answer waits for the peer
 * @see LINK-3
 */
export function openLink (host: LinkHost, requestId: RequestId, request: OpenRequest): LinkOpened | Refusal | undefined {
  const { peer } = request
  if (peer === host.self) return refuse('self-link')
  if (!isPeerId(peer)) return refuse('bad-peer', { text: String(peer).slice(0, 64) })
  const addresses = [...new Set(request.addresses)].slice(0, ADDRESSES_MAX)
  if (addresses.some((address) => utf8Bytes(address).length > ADDRESS_BYTES_MAX)) return refuse('bad-address', { text: `longer than ${ADDRESS_BYTES_MAX} bytes` })

  const { links, openWaits } = host.tables
  const before = links.get(peer)
  if (before === undefined && links.size >= LINKS_MAX) return refuse('busy', { what: 'links', limit: LINKS_MAX })
  const known: Link = before ?? { peer, status: 'requested', addresses: [], accept: undefined, fee: undefined, automatic: false }
  const link: Link = {
    ...known,
    addresses: addresses.length > 0 ? addresses : known.addresses,
    accept: request.accept ?? known.accept,
    automatic: false
  }
  if (link.status === 'open') {
    links.set(peer, link)
    host.keep(peer, link.addresses)
    return opened(host, link)
  }
  if (link.status === 'incoming') {
    becomeOpen(host, link, 'tell')
    return opened(host, links.get(peer)!)
  }
  const connected = host.isConnected(peer)
  if (!connected && link.addresses.length === 0) return refuse('peer-offline', { peer })
  if (openWaits.size >= OPEN_WAITS_MAX) return refuse('busy', { what: 'waiting link requests', limit: OPEN_WAITS_MAX })
  links.set(peer, link)
  host.keep(peer, link.addresses)
  if (connected) host.send(peer, { type: 'linkOpen' })
  openWaits.set(requestId, { requestId, peer })
  host.setTimer(openWaitKey(peer), host.env.nowMs + OPEN_WAIT_MS)
  return undefined
}

/** Changes the rules of a link, or with `default` those of all links that have none of their own. */
export function setLink (host: LinkHost, request: { readonly peer: PeerId | 'default', readonly accept: readonly AcceptRule[] | undefined, readonly fee: FeePolicy | undefined }): object | Refusal {
  const { peer, accept, fee } = request
  const { links, linkDefaults } = host.tables
  if (peer === 'default') {
    const before = linkDefaults.get('all')
    linkDefaults.set('all', { accept: accept ?? before?.accept, fee: fee ?? before?.fee })
    return {}
  }
  const link = links.get(peer)
  if (link === undefined) return refuse('no-link', { peer })
  links.set(peer, { ...link, accept: accept ?? link.accept, fee: fee ?? link.fee })
  return {}
}

/** Ends a link, withdraws our request, or declines the peer's. Refused while the link carries channels. */
export function closeLink (host: LinkHost, request: { readonly peer: PeerId }): object | Refusal {
  const { peer } = request
  const link = host.tables.links.get(peer)
  if (link === undefined) return refuse('no-link', { peer })
  const channels = host.channelCount(peer)
  if (channels > 0) return refuse('link-busy', { peer, channels })
  host.send(peer, link.status === 'incoming' ? { type: 'linkRefuse', reason: 'declined' } : { type: 'linkClose' })
  forget(host, link, 'closed')
  return {}
}

/** First words on a new connection. @see LINK-4 */
export function resumeLink (host: LinkHost, peer: PeerId): void {
  const link = host.tables.links.get(peer)
  if (link?.status === 'requested') host.send(peer, { type: 'linkOpen' }) // LINK-4
  if (link?.status !== 'open') return
  host.send(peer, { type: 'linkState', status: 'open' }) // LINK-4
  startPing(host, peer)
}

/** The peer has the link open. @see LINK-5 */
export function onPeerHasLink (host: LinkHost, peer: PeerId): void {
  const link = host.tables.links.get(peer)
  switch (link?.status) {
    case 'open': return // LINK-5: said again after a reconnect; nothing changes
    case 'requested': becomeOpen(host, link, 'told'); return
    default:
      host.send(peer, { type: 'linkClose' }) // LINK-6
      if (link !== undefined) forget(host, link, 'closed')
  }
}

/** The peer asks to be neighbours. @see LINK-3 */
export function onLinkOpen (host: LinkHost, peer: PeerId): void {
  const { links } = host.tables
  const link = links.get(peer)
  switch (link?.status) {
    case 'requested': // LINK-3: both asked, so both agree
      becomeOpen(host, link, 'tell')
      return
    case 'open': host.send(peer, { type: 'linkAccept' }); return
    case 'incoming': host.send(peer, { type: 'linkRefuse', reason: 'asked' }); return
    default: admit(host, peer)
  }
}

/** Our request was not accepted, or not yet. @see LINK-9 */
export function onLinkRefuse (host: LinkHost, peer: PeerId, reason: LinkRefuseReason): void {
  const link = host.tables.links.get(peer)
  if (link?.status !== 'requested') return // LINK-9: an answer to nothing
  if (reason === 'asked') answerWaits(host, peer, opened(host, link))
  else {
    host.notify({ type: 'link:refused', peer, reason })
    forget(host, link, reason)
  }
}

/** The peer has no link to us. @see LINK-7 */
export function onLinkClose (host: LinkHost, peer: PeerId): void {
  const link = host.tables.links.get(peer)
  // LINK-7: a request of ours may have crossed an older answer; it stands until it is refused.
  if (link === undefined || link.status === 'requested') return
  const channels = host.channelCount(peer)
  if (channels > 0) { // LINK-7: money outlives the peer's wish
    host.notify({ type: 'link:fault', peer, stream: 'link', requirement: 'LINK-7', detail: `the peer closes a link that carries ${channels} channels` })
    return
  }
  forget(host, link, 'closed')
}

/** The peer took its time: the user hears how things stand. */
export function onOpenWaitTimer (host: LinkHost, peer: PeerId): void {
  const link = host.tables.links.get(peer)
  if (link === undefined) return
  answerWaits(host, peer, host.isConnected(peer) ? opened(host, link) : refuse('peer-offline', { peer }))
}

const opened = (host: LinkHost, link: Link): LinkOpened =>
  ({ linkId: linkIdOf(host.self, link.peer), peer: link.peer, status: link.status === 'open' ? 'open' : 'requested' })

/** @param word - `tell`: the peer learns it now, before our first ping, which it would not answer else. `told`: we learnt it from the peer */
function becomeOpen (host: LinkHost, link: Link, word: 'tell' | 'told'): void {
  const now: Link = { ...link, status: 'open' }
  host.tables.links.set(link.peer, now)
  host.keep(link.peer, now.addresses)
  host.notify({ type: 'link:opened', peer: link.peer })
  answerWaits(host, link.peer, opened(host, now))
  if (word === 'tell') host.send(link.peer, { type: 'linkAccept' })
  if (host.isConnected(link.peer)) startPing(host, link.peer)
}

function forget (host: LinkHost, link: Link, reason: string): void {
  const { peer } = link
  host.tables.links.delete(peer)
  stopPing(host, peer)
  if (link.status !== 'incoming') host.release(peer)
  if (link.status === 'open') host.notify({ type: 'link:closed', peer })
  answerWaits(host, peer, refuse('link-refused', { reason }))
}

/** Decides about a stranger, within bounds. @see LINK-8 */
function admit (host: LinkHost, peer: PeerId): void {
  const answer = (reason: LinkRefuseReason): void => { host.send(peer, { type: 'linkRefuse', reason }) }
  const { links } = host.tables
  const automatic = (host.settings.acceptLinks ?? 'all') === 'all' &&
    makeRoom(host, STRANGER_LINKS_MAX, (link) => link.status === 'open' && link.automatic && host.channelCount(link.peer) === 0) // LINK-8
  if (!automatic && !makeRoom(host, INCOMING_MAX, (link) => link.status === 'incoming')) {
    answer('full') // LINK-8
    return
  }
  if (links.size >= LINKS_MAX) {
    answer('full') // LINK-8
    return
  }
  const link: Link = { peer, status: 'incoming', addresses: [], accept: undefined, fee: undefined, automatic }
  if (automatic) {
    becomeOpen(host, link, 'tell')
    return
  }
  links.set(peer, link)
  host.notify({ type: 'link:requested', peer })
  answer('asked')
}

/** Whether fewer than `most` links are of a kind, after one of them whose peer is away was dropped if need be. */
function makeRoom (host: LinkHost, most: number, ofKind: (link: Link) => boolean): boolean {
  const all = [...host.tables.links.values()].filter(ofKind)
  if (all.length < most) return true
  const away = all.find(({ peer }) => !host.isConnected(peer))
  if (away === undefined) return false
  forget(host, away, 'closed')
  return true
}

function answerWaits (host: LinkHost, peer: PeerId, result: object | Refusal): void {
  const { openWaits } = host.tables
  const waits = [...openWaits.group(peer).values()]
  if (waits.length === 0) return
  for (const { requestId } of waits) {
    openWaits.delete(requestId)
    host.answer(requestId, result)
  }
  host.clearTimer(openWaitKey(peer))
}
