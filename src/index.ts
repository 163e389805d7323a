import './polyfill.js'

export { createAmiko } from './node/amiko.js'
export { initialise } from './node/config.js'
export type {
  AmikoNode, AmikoOptions, Assets, Channels, InvoiceView, Invoices, LinkView, Links, MeetingPointView, MeetingPoints,
  MeshNoun, NetworkInfo, NodeConfig, NodeStatus, PaymentView, Payments, Waiting, WaypointView, Waypoints
} from './node/nouns.js'
export { AmikoError, ERRORS, type ErrorName } from './core/base/errors.js'
export type { Amount, Asset } from './core/base/assets.js'
export type { AssetId, ChannelId, InvoiceId, LinkId, MeetingPointId, PeerId } from './core/base/ids.js'
export type { Units } from './core/base/money.js'
export type { AcceptRule, FeePolicy } from './core/link/rules.js'
export type { ChannelView } from './core/channel/entity.js'
export type { PaymentResult } from './core/node/requests.js'
