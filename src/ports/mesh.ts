import type { PeerId } from '../core/base/ids.js'

/** The three long-lived streams that two neighbours keep; every one is ordered and reliable while the connection lives. */
export type MeshStream = 'link' | 'channel' | 'route'

/** What a validator says of a published message: `reject` only what is provably bad, `ignore` what is stale or not for us. */
export type Verdict = 'accept' | 'ignore' | 'reject'

export interface MeshEvents {
  /** The peer passed the network gate and all three streams exist. Comes once until `disconnected`. */
  connected: (peer: PeerId) => void
  /** Everything sent and not yet answered may be lost: reestablish. */
  disconnected: (peer: PeerId) => void
  /** One whole frame (without its length), at most the stream's limit. Bytes are the callee's to keep. */
  frame: (peer: PeerId, stream: MeshStream, bytes: Uint8Array) => void
  /** A message on the meeting-point topic, or a DHT record under validation. Must answer at once. */
  judge: (bytes: Uint8Array) => Verdict
  /** A message that `judge` accepted. */
  announcement: (bytes: Uint8Array) => void
}

/**
 * Neighbours, frames, announcements: all that the node knows of the network under it. The libp2p host is one,
 * the in-memory mesh another, the simulator's virtual network a third; the same suite runs against them.
 */
export interface Mesh {
  /** Our own peer id. */
  readonly self: PeerId
  start: (events: MeshEvents) => Promise<void>
  stop: () => Promise<void>
  /**
   * Queues one frame; frames of one stream are coalesced into few writes and arrive in order.
   * False when there is no connection, or when the peer's queue was full: then the connection is dropped
   * (`disconnected` follows), never a frame out of the middle.
   */
  send: (peer: PeerId, stream: MeshStream, bytes: Uint8Array) => boolean
  /** Connect, and reconnect with back-off until `release`. */
  keep: (peer: PeerId, addresses: readonly string[]) => void
  release: (peer: PeerId) => void
  /** Cuts the connection now; a kept peer is dialled again with back-off. */
  drop: (peer: PeerId) => void
  announce: (bytes: Uint8Array) => void
  findMeetingPoint: (id: string) => void
  isConnected: (peer: PeerId) => boolean
}

/** What only a real host has: for `amiko mesh …`. */
export interface MeshAdministration {
  addresses: () => readonly string[]
  peers: () => ReadonlyArray<{ readonly peer: PeerId, readonly addresses: readonly string[], readonly direction: 'inbound' | 'outbound', readonly linked: boolean }>
  /** Throws AmikoError unreachable or wrong-network-key. */
  connect: (address: string, options: { readonly signal?: AbortSignal }) => Promise<PeerId>
  disconnect: (peer: PeerId) => Promise<void>
}
