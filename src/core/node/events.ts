import type { PeerId, RequestId } from '../base/ids.js'
import type { Fault } from '../base/step.js'
import type { ChannelMessage } from '../channel/messages.js'
import type { LinkMessage } from '../link/messages.js'
import type { RouteMessage } from '../payment/messages.js'
import type { Request } from './requests.js'

/** The long-lived streams of a neighbour. */
export type StreamName = 'link' | 'channel' | 'route'

/** Everything that can happen to a node. */
export type NodeEvent =
  /** First event of a process, after all entities are loaded. */
  | { readonly type: 'started' }
  /** A connection to a peer exists, passed the network gate, and all three streams are up. */
  | { readonly type: 'peerConnected', readonly peer: PeerId }
  | { readonly type: 'peerDisconnected', readonly peer: PeerId }
  | { readonly type: 'linkMessage', readonly peer: PeerId, readonly message: LinkMessage }
  | { readonly type: 'channelMessage', readonly peer: PeerId, readonly message: ChannelMessage }
  | { readonly type: 'routeMessage', readonly peer: PeerId, readonly message: RouteMessage }
  /** The codec could not make a message of a frame. */
  | { readonly type: 'frameFault', readonly peer: PeerId, readonly stream: StreamName, readonly fault: Fault }
  /** A validated meeting-point announcement from gossipsub or the DHT. */
  | { readonly type: 'announcement', readonly bytes: Uint8Array }
  | { readonly type: 'timerFired', readonly key: string }
  | { readonly type: 'request', readonly requestId: RequestId, readonly request: Request }
  /** The runner drained what was ready: rounds may start now, so that one round takes all that waited. */
  | { readonly type: 'flush' }

/** What the runner performs. `send`, `announce`, `answer` and `notify` are held until their step's batch is durable. */
export type Effect =
  | { readonly type: 'send', readonly peer: PeerId, readonly stream: 'link', readonly message: LinkMessage }
  | { readonly type: 'send', readonly peer: PeerId, readonly stream: 'channel', readonly message: ChannelMessage }
  | { readonly type: 'send', readonly peer: PeerId, readonly stream: 'route', readonly message: RouteMessage }
  /** Keep a connection to this peer (and its three streams): dial now and after losses, with back-off. Idempotent. */
  | { readonly type: 'keep', readonly peer: PeerId, readonly addresses: readonly string[] }
  /** Stop keeping it. */
  | { readonly type: 'release', readonly peer: PeerId }
  /** Cut the connection now; a kept peer is dialled again with back-off. */
  | { readonly type: 'drop', readonly peer: PeerId }
  /** Publish on the gossipsub topic of meeting points, and put the record into the DHT. */
  | { readonly type: 'announce', readonly bytes: Uint8Array }
  /** Look a meeting point's record up in the DHT; found records come as `announcement`. */
  | { readonly type: 'findMeetingPoint', readonly id: string }
  | { readonly type: 'setTimer', readonly key: string, readonly atMs: number }
  | { readonly type: 'clearTimer', readonly key: string }
  | { readonly type: 'answer', readonly requestId: RequestId, readonly result: unknown }
  | { readonly type: 'notify', readonly notice: Notice }

/** `noun:verb` and flat, JSON-friendly fields (bigints as bigint). */
export interface Notice { readonly type: string, readonly [field: string]: unknown }
