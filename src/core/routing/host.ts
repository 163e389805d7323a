import type { Draw, Env } from '../base/env.js'
import type { AssetId, ChannelId, MeetingPointId, PeerId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { RoutingMessage } from '../link/messages.js'
import type { PacingProfile } from './pacing.js'
import type { RoutingTables } from './tables.js'

/** Chains whose blocks can make the tickets of a network. */
export type BeaconChain = 'bitcoin' | 'litecoin'

/**
 * What a node does for others. `volunteer`: forwards, and stands for election as a meeting point. `forwarder`: forwards
 * only. `light`: tells nobody of ways through it, keeps few meeting points and never stands.
 *
 * @see HINT-21, HINT-28
 */
export type Duty = 'volunteer' | 'forwarder' | 'light'

/** What routing may use of the node step around it. `core/node` implements it. */
export interface RoutingHost {
  readonly env: Env
  readonly draw: Draw
  readonly self: PeerId
  /** Role keys are derived from it; they are never stored. */
  readonly identitySecret: Uint8Array
  /** `id`: first 8 bytes of the hash of the network's genesis struct. `beaconChain`: whose blocks make the tickets; undefined: the genesis does. */
  readonly network: { readonly id: Uint8Array, readonly name: string, readonly beaconChain?: BeaconChain | undefined }
  /** What this node does for others; `forwarder` when left out. */
  readonly duty?: Duty | undefined
  readonly pacing: PacingProfile
  readonly tables: RoutingTables
  /** Sends on the link stream; nothing is sent when the peer is not connected. */
  send: (peer: PeerId, message: RoutingMessage) => void
  /** Peers of open links. */
  linkPeers: () => Iterable<{ readonly peer: PeerId, readonly connected: boolean }>
  /** Open channels with a peer in an asset that can be used now: none while the peer is away. */
  channelsWith: (peer: PeerId, asset: AssetId) => ReadonlyArray<{ readonly id: ChannelId, readonly spendable: Units, readonly receivable: Units }>
  /** All assets of open channels. */
  assets: () => ReadonlySet<AssetId>
  peerOf: (channelId: ChannelId) => PeerId | undefined
  /** A volatile timer; keys are `routing/…`; setting again replaces. Comes back through `onRoutingTimer`. */
  setTimer: (key: string, atMs: number) => void
  clearTimer: (key: string) => void
  /** Publishes on the topic of meeting points and puts the record into the DHT. */
  announce: (bytes: Uint8Array) => void
  /** A meeting point hosted here has ended by itself: nobody waits at it any more. */
  ended?: (id: MeetingPointId) => void
  /** Looks a record up in the DHT; what is found comes as an announcement. */
  findMeetingPoint: (id: string) => void
  notify: (notice: RoutingNotice) => void
}

/** What listeners hear of routing. */
export type RoutingNotice =
  | { readonly type: 'meeting-point:hosted' | 'meeting-point:elected' | 'meeting-point:stopped' | 'meeting-point:announced' | 'meeting-point:withdrawn', readonly id: MeetingPointId }
  /** A neighbour broke a rule; said once a connection and rule. */
  | { readonly type: 'link:fault', readonly peer: PeerId, readonly stream: 'link', readonly requirement: string, readonly detail: string }
