import type { ChannelMessage } from '../../src/core/channel/messages.js'
import type { Member } from './member.js'

/** How much each end of a small world's channels may owe the other. */
export const LIMIT = 1_000n
/** What the forwarder takes. */
export const FEE = 3n

/** How a receiver answers a lock: at once, or at any moment that the world picks, or never. */
export type Answer = 'fulfil' | 'fail' | 'late' | 'silent'

/** One payment of a small world: between neighbours, or over the node between them. */
export interface SmallPayment { readonly from: number, readonly to: number, readonly amount: bigint, readonly answer: Answer }

export interface LineOptions {
  /** Two, or three with a forwarder in the middle. */
  readonly nodes: 2 | 3
  readonly payments: readonly SmallPayment[]
  /** How often connections may be cut, and processes crash. */
  readonly cuts: number
  readonly crashes: number
  /** Whether time passes: beyond the end of the last lock, and with three nodes then beyond that of the one before it. */
  readonly time: boolean
  /** A fault planted in the nodes, for tests of the search: what a batch holds back leaves before the batch is durable. */
  readonly plant?: 'reveal-before-store'
}

/** The whole world at one moment. */
export interface State {
  readonly members: readonly Member[]
  /** Messages under way, oldest first, from member `index >> 1` upward (even) or to it (odd): two for each link. */
  readonly wires: ReadonlyArray<readonly ChannelMessage[]>
  readonly up: readonly boolean[]
  readonly time: number
  readonly cuts: number
  readonly crashes: number
}
