import type { Draw, Env } from '../base/env.js'
import type { PeerId, RequestId } from '../base/ids.js'
import type { Refusal } from '../base/step.js'
import type { LinkMessage } from './messages.js'
import type { LinkTables } from './tables.js'

/** What the links may use of the node step around them. `core/node` implements it. */
export interface LinkHost {
  readonly env: Env
  readonly draw: Draw
  readonly self: PeerId
  readonly settings: LinkSettings
  readonly tables: LinkTables
  /** Nothing is sent when the peer is not connected; what matters is said again at the next connection. */
  send: (peer: PeerId, message: LinkMessage) => void
  /** Keep a connection to the peer, redialling after losses. Idempotent. */
  keep: (peer: PeerId, addresses: readonly string[]) => void
  release: (peer: PeerId) => void
  /** Cut the connection now; a kept peer is dialled again with back-off. */
  drop: (peer: PeerId) => void
  /** A volatile timer; keys are `link/…`; setting again replaces. Comes back through `onLinkTimer`. */
  setTimer: (key: string, atMs: number) => void
  clearTimer: (key: string) => void
  answer: (requestId: RequestId, result: object | Refusal) => void
  notify: (notice: LinkNotice) => void
  isConnected: (peer: PeerId) => boolean
  /** Channels with this peer, whatever their status. */
  channelCount: (peer: PeerId) => number
}

export interface LinkSettings {
  /** How often a linked peer is asked for a sign of life. */
  readonly pingMs: number
  /** How long it may take to answer. */
  readonly pingTimeoutMs: number
  /** What becomes of a stranger's request: accepted up to a bound (`all`, the default), or kept for a person (`ask`). */
  readonly acceptLinks?: 'all' | 'ask'
}

/** What listeners hear of links. */
export type LinkNotice =
  /** `link:requested`: a stranger asks, and a person must decide. */
  | { readonly type: 'link:opened' | 'link:requested' | 'link:closed', readonly peer: PeerId }
  | { readonly type: 'link:refused', readonly peer: PeerId, readonly reason: string }
  | { readonly type: 'link:fault', readonly peer: PeerId, readonly stream: 'link', readonly requirement: string, readonly detail: string }
  /** The two clocks agree from now on, or no longer. */
  | { readonly type: 'link:clock', readonly peer: PeerId, readonly agree: boolean, readonly skewMs: number }
