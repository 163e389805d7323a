import type { ClockName } from '../../../src/core/base/env.js'
import type { ChannelId, MeetingPointId, OriginId, PeerId } from '../../../src/core/base/ids.js'
import type { Refusal } from '../../../src/core/base/step.js'
import type { Journal } from '../../../src/core/base/table.js'
import type { Lock, LockTerms } from '../../../src/core/channel/lock.js'
import type { FeePolicy } from '../../../src/core/link/rules.js'
import type { PaymentNotice, PaymentSettings } from '../../../src/core/payment/host.js'
import type { RouteMessage } from '../../../src/core/payment/messages.js'
import type { Host, PaymentTables } from '../../../src/core/payment/tables.js'

/** Things that a test lets happen. Each may be replaced while the network runs. */
export interface Faults {
  /** Undefined drops the message. */
  route: (from: number, to: number, message: RouteMessage) => RouteMessage | undefined
  /** What the receiver of a lock sees of it, and after how many milliseconds; undefined: never. */
  lock: (from: number, to: number, terms: LockTerms) => { readonly terms: LockTerms, readonly delayMs: number } | undefined
  /** Whether a receiver's fulfil reaches the channel. */
  fulfil: (node: number) => boolean
  /** Whether this node's offers wait for a round that never comes. */
  queue: (node: number) => boolean
  /** Whether this node's offers are refused by its channels. */
  offer: (node: number) => Refusal | undefined
}

export interface ChannelLock { readonly lock: Lock, readonly amount: bigint, readonly from: number, status: 'live' | 'fulfilled' | 'failed' | 'expired', offererKnows: boolean }

export interface FakeChannel {
  readonly id: ChannelId
  readonly ends: readonly [number, number]
  readonly clock: ClockName
  readonly balance: Map<number, bigint>
  readonly locks: ChannelLock[]
}

export interface FakeNode {
  readonly index: number
  readonly peer: PeerId
  journal: Journal
  tables: PaymentTables
  readonly host: Host
  readonly store: Map<string, Uint8Array>
  readonly timers: Map<string, number>
  readonly hosted: Map<MeetingPointId, Uint8Array>
  readonly answers: Map<string, object | Refusal>
  readonly notices: PaymentNotice[]
  /** Offers that wait for a round that never comes; see {@link Faults.queue}. */
  readonly queued: Set<OriginId>
  up: boolean
}

export interface NetworkOptions {
  readonly edges: ReadonlyArray<readonly [number, number]>
  /** What each end can send on each channel. */
  readonly balance?: bigint
  readonly hosts: readonly number[]
  readonly settings?: Partial<PaymentSettings>
  readonly fees?: Readonly<Record<number, FeePolicy>>
  /** Clocks of channels that do not run on `unix`, by the place of their edge. */
  readonly clocks?: Readonly<Record<number, ClockName>>
  /** Milliseconds from block to block of the bitcoin chain; a fourth of it on the other. */
  readonly blockMs?: number
  readonly seed?: string
}
