import type { Asset, Amount } from '../core/base/assets.js'
import type { AssetId, ChannelId, InvoiceId, LinkId, MeetingPointId, PeerId } from '../core/base/ids.js'
import type { Units } from '../core/base/money.js'
import type { BackupContent } from '../core/backup/content.js'
import type { ChannelView } from '../core/channel/entity.js'
import type { AcceptRule, FeePolicy } from '../core/link/rules.js'
import type { InvoiceText } from '../core/payment/views.js'
import type { PaymentResult } from '../core/node/requests.js'
import type { SendId } from '../core/wallet/tables.js'
import type { SendView, WalletBalance } from '../core/wallet/views.js'
import type { ChainName, ChainNetwork } from '../ports/chain-parameters.js'
import type { ChainCapabilities, ChainStatus } from '../ports/chain.js'

/**
 * The public nouns of a running node. Every failure is an AmikoError; every call that waits takes `signal`.
 * An abort ends the waiting, never the money.
 */
export interface AmikoNode {
  readonly peerId: PeerId
  readonly network: NetworkInfo
  readonly assets: Assets
  readonly links: Links
  readonly channels: Channels
  readonly invoices: Invoices
  readonly payments: Payments
  readonly meetingPoints: MeetingPoints
  readonly waypoints: Waypoints
  readonly mesh: MeshNoun
  readonly chains: Chains
  readonly wallet: WalletNoun
  readonly backup: BackupNoun
  /** Notices `noun:verb` (`link:opened`, `payment:paid`, …); gives a function that stops listening. */
  readonly listen: (listener: (notice: { readonly type: string, readonly [field: string]: unknown }) => void) => () => void
  readonly status: () => NodeStatus
  readonly stop: () => Promise<void>
}

export interface Waiting { readonly signal?: AbortSignal }

export interface NetworkInfo {
  readonly name: string
  /** First 8 bytes, hex, of the hash of the genesis struct. */
  readonly id: string
  readonly kind: 'mainnet' | 'testnet' | 'regtest'
}

export interface NodeStatus {
  readonly peerId: PeerId
  readonly network: NetworkInfo
  readonly version: string
  readonly addresses: readonly string[]
  readonly connectedPeers: number
  readonly links: number
  readonly channels: number
  /** Of open channels, per asset. */
  readonly capacity: ReadonlyArray<{ readonly asset: AssetId, readonly canSend: bigint, readonly canReceive: bigint }>
  readonly locks: number
  readonly meetingPointsKnown: number
  readonly meetingPointsHosted: number
  readonly chains: readonly ChainView[]
  readonly uptimeMs: number
  /** Curve engine: `tiny-secp256k1` or `libsecp256k1`. */
  readonly engine: string
  readonly rssBytes: number
  /** What the user should know: frozen channels, clock skew, chains that are not well, store trouble. */
  readonly warnings: readonly string[]
}

export interface Assets {
  list: () => readonly Asset[]
  /** By id, by name (`btc`, `eur@16Uiu2…`); throws unknown-asset. Well-formed issued names become known by being used. */
  resolve: (name: string) => Asset
  byId: (id: AssetId) => Asset | undefined
  /** `20sat`, `12.50eur@16Uiu2…`; throws bad-amount or amount-out-of-range. Zero is an amount here; callers judge it. */
  parse: (text: string) => Amount
  format: (asset: AssetId, value: bigint) => string
}

export interface LinkView {
  readonly peer: PeerId
  readonly linkId: LinkId
  /** `requested`: we asked, they have not answered. `incoming`: they asked, we have not accepted. */
  readonly status: 'open' | 'requested' | 'incoming'
  readonly connected: boolean
  readonly addresses: readonly string[]
  readonly channels: number
  readonly accept: readonly AcceptRule[]
  readonly fee: FeePolicy
  /** Difference of the two clocks, when known. */
  readonly clockSkewMs: number | undefined
  readonly roundTripMs: number | undefined
}

export interface Links {
  /** @param target - a multiaddr ending in /p2p/<peer>, or a peer id that asked or is connected. */
  open: (target: string, options?: Waiting & { readonly accept?: readonly AcceptRule[] }) => Promise<{ readonly linkId: LinkId, readonly peer: PeerId, readonly status: 'open' | 'requested' }>
  list: (options?: { readonly requests?: boolean }) => readonly LinkView[]
  show: (peer: PeerId) => LinkView
  set: (peer: PeerId | 'default', options: { readonly accept?: readonly AcceptRule[], readonly fee?: FeePolicy }) => Promise<void>
  close: (peer: PeerId) => Promise<void>
}

export interface TrustLineTerms {
  readonly kind: 'trust-line'
  readonly asset: AssetId
  /** Most that the peer may owe us. */
  readonly limit: Units
  /** Most that we ask to be allowed to owe the peer. */
  readonly amount: Units
}

export interface ChainChannelTerms {
  readonly kind: 'chain'
  /** `btc` or `ltc`. */
  readonly asset: AssetId
  /** What our wallet puts in: whole satoshis. */
  readonly amount: Units
  /** What of it is the peer's at once. */
  readonly push?: Units
  /** What the peer is asked to put in beside it: whole satoshis, at most the amount. */
  readonly theirAmount?: Units
}

export interface Channels {
  /** An enforced channel is answered when its funding transaction is on its way, not when that is confirmed. */
  open: (peer: PeerId, options: Waiting & (TrustLineTerms | ChainChannelTerms)) => Promise<{ readonly channelId: ChannelId, readonly fundingTxid?: string }>
  list: (options?: { readonly peer?: PeerId }) => readonly ChannelView[]
  show: (id: ChannelId) => ChannelView
  /** All of a peer in an asset when `id` is a peer: exactly one must match. */
  find: (idOrPeer: string, asset?: AssetId) => ChannelView
  set: (id: ChannelId, options: Waiting & { readonly limit: Units }) => Promise<void>
  /** `force`: publishes our commitment and does not ask the peer. `txid` is that of the transaction that closes it on its chain. */
  close: (id: ChannelId, options?: Waiting & { readonly force?: boolean }) => Promise<{ readonly status: 'closed' | 'closing', readonly txid?: string }>
}

export interface InvoiceView {
  readonly id: InvoiceId
  readonly invoice: string
  readonly status: 'open' | 'paid' | 'expired' | 'cancelled'
  readonly asset: AssetId
  readonly amount: bigint
  readonly received: bigint
  readonly description: string
  readonly createdMs: number
  readonly expiresMs: number
  readonly paidMs: number | undefined
  /** How many times it can be paid, and how many times it was. */
  readonly times: number
  readonly timesPaid: number
}

export interface Invoices {
  create: (options: Waiting & { readonly amount: Amount, readonly description?: string, readonly expiryMs?: number, readonly meetingPoints?: readonly MeetingPointId[], readonly via?: readonly string[], readonly times?: number }) => Promise<{ readonly invoice: string, readonly id: InvoiceId, readonly expiresMs: number }>
  list: () => readonly InvoiceView[]
  show: (id: InvoiceId) => InvoiceView
  /** What an invoice's text says, whoever made it. Throws bad-invoice, wrong-network. */
  decode: (invoice: string) => InvoiceText
  cancel: (id: InvoiceId) => Promise<void>
}

export interface PaymentView {
  readonly id: string
  readonly invoiceId: InvoiceId
  /** `pending`: looking for a way, nothing locked. `locked`: the outcome is open. */
  readonly status: 'pending' | 'locked' | 'paid' | 'failed'
  readonly asset: AssetId
  readonly amount: bigint
  readonly fee: bigint | undefined
  readonly description: string
  readonly proof: string | undefined
  readonly reason: string | undefined
  readonly parts: number
  readonly attempts: number
  readonly startedMs: number
  readonly endedMs: number | undefined
}

export interface Payments {
  /** Rejects with payment-pending when aborted or timed out after a lock. Idempotent per invoice, but for one that can be paid many times: there each call is one more payment. */
  pay: (invoice: string, options?: Waiting & { readonly feeMax?: Amount, readonly via?: readonly string[], readonly timeoutMs?: number }) => Promise<PaymentResult>
  list: () => readonly PaymentView[]
  show: (id: string) => PaymentView
  /** Resolves when the payment has ended, either way. */
  wait: (id: string, options?: Waiting & { readonly timeoutMs?: number }) => Promise<PaymentView>
}

export interface MeetingPointView {
  readonly id: MeetingPointId
  readonly hosted: boolean
  /** This node's distance toward it, when hints reach it. */
  readonly hops: number | undefined
  readonly announced: boolean
  /** How it came to its role, as it says itself; undefined while only hints speak of it. */
  readonly role: 'hosted' | 'elected' | undefined
  /** Of its last announcement. */
  readonly epoch: number | undefined
  /** Neighbours that attest it. */
  readonly attestations: number | undefined
}

/** The election of meeting points, as this node sees it. */
export interface RosterView {
  /** Undefined while the chain whose blocks are the beacons has not told a height. */
  readonly epoch: number | undefined
  readonly beacon: 'genesis' | 'bitcoin' | 'litecoin'
  /** How many meeting points the network should have at most, and how many are announced and reachable. */
  readonly size: number
  readonly there: number
  /** What this node is in it. */
  readonly here: 'elected' | 'hosted' | 'candidate' | 'none'
  readonly duty: 'volunteer' | 'forwarder' | 'light'
}

export interface MeetingPoints {
  host: () => Promise<{ readonly id: MeetingPointId }>
  list: () => readonly MeetingPointView[]
  roster: () => RosterView
  stop: (id?: MeetingPointId) => Promise<void>
}

/** An entry that this node has published. `looking`: there is no way to its meeting point now; the node keeps trying. */
export interface WaypointView {
  readonly key: MeetingPointId
  /** The text to hand out: `amkway…`. */
  readonly entry: string
  readonly meetingPoint: MeetingPointId
  readonly asset: AssetId
  readonly createdMs: number
  readonly expiresMs: number
  readonly status: 'standing' | 'looking'
}

/** Being a waypoint for others without being a meeting point. */
export interface Waypoints {
  /** Throws bad-request, busy, wrong-asset, no-meeting-point. */
  publish: (options: Waiting & { readonly asset: AssetId, readonly meetingPoint?: MeetingPointId, readonly expiryMs?: number }) => Promise<WaypointView>
  list: () => readonly WaypointView[]
  /** Throws not-found. */
  withdraw: (key: MeetingPointId) => Promise<void>
}

export interface MeshNoun {
  peers: () => ReadonlyArray<{ readonly peer: PeerId, readonly addresses: readonly string[], readonly direction: 'inbound' | 'outbound', readonly linked: boolean }>
  connect: (address: string, options?: Waiting) => Promise<PeerId>
  disconnect: (peer: PeerId) => Promise<void>
  addresses: () => readonly string[]
}

/** How a chain of this node stands. */
export interface ChainView {
  readonly name: ChainName
  readonly network: ChainNetwork
  readonly backend: 'embedded' | 'bitcoind' | 'litecoind'
  /** Of the last block that was told; undefined until the backend has answered. */
  readonly height: number | undefined
  readonly hash: string | undefined
  readonly status: ChainStatus['state']
  /** Why it is not ok; else empty. */
  readonly detail: string
  /** What the mempool behind the backend takes; undefined until it was asked. */
  readonly capabilities: ChainCapabilities | undefined
}

export interface Chains {
  list: () => readonly ChainView[]
}

/** The node's own coins on its chains. Every method throws no-wallet in a folder without a phrase. */
export interface WalletNoun {
  /** Chains of this node, one row each. */
  balance: () => readonly WalletBalance[]
  /** A fresh address. Throws no-chain. */
  address: (chain: ChainName) => Promise<{ readonly address: string }>
  /**
   * Pays on chain. An abort ends the waiting, never the money. Throws no-chain, bad-chain-address, dust-output,
   * insufficient-coins, fee-rate-out-of-range, fee-share.
   */
  send: (options: Waiting & { readonly chain: ChainName, readonly address: string, readonly valueSat: bigint | 'all', readonly satPerKvb?: bigint, readonly targetBlocks?: number }) => Promise<SentOnChain>
  /** Replaces an unconfirmed payment by one of a higher fee. Throws not-found, not-replaceable. */
  bump: (id: SendId, options?: Waiting & { readonly satPerKvb?: bigint }) => Promise<SentOnChain>
  /** Payments, the newest first. */
  list: (chain: ChainName) => readonly SendView[]
  /** Looks for coins that the phrase was paid before, as after a restore; `balance` shows them as they are found. */
  rescan: (chain: ChainName, fromHeight: number, gap?: number) => Promise<void>
}

export interface SentOnChain { readonly id: SendId, readonly txid: string, readonly feeSat: bigint }

/** Backups of a node: one encrypted file, whose key follows from the phrase. Paths are absolute; without one `backup.amiko` of the data folder is meant. */
export interface BackupNoun {
  export: (path?: string) => Promise<{ readonly path: string, readonly bytes: number, readonly channels: number }>
  /** Says what is in a backup, and changes nothing. Throws not-found, backup-damaged, backup-newer, backup-network, backup-phrase. */
  verify: (path?: string) => Promise<Pick<BackupContent, 'network' | 'peerId' | 'createdMs'> & { readonly path: string, readonly channels: number, readonly peers: number }>
  /** Asks the peers of all channels in a backup to close them. The node publishes nothing of its own. Throws as `verify`, and backup-peer. */
  restore: (path?: string) => Promise<{ readonly path: string, readonly channels: number }>
}

/** What `createAmiko` takes. Everything has a default but `dir`. */
export interface AmikoOptions {
  /** Data folder; made by `initialise` (`amiko init`). */
  readonly dir: string
  /** Curve engine: `auto` takes libsecp256k1 when it is installed. */
  readonly engine?: 'auto' | 'tiny-secp256k1' | 'libsecp256k1'
  /** False: build everything, open nothing. */
  readonly start?: boolean
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug'
  /** Opens an encrypted phrase. */
  readonly passphrase?: string | undefined
}

/** The settings file `config.json` of a data folder. */
export interface NodeConfig {
  readonly version: 1
  readonly network: string
  readonly kind: 'mainnet' | 'testnet' | 'regtest'
  /** 32 bytes hex: the pre-shared network key of a private network, or absent for an open one. */
  readonly networkKey?: string
  readonly listen: readonly string[]
  readonly api: string
  /** `embedded`, `bitcoind=URL`, `litecoind=URL`; `readBackends` says how a URL names its cookie file. */
  readonly chains: readonly string[]
  /** Chains of mainnet are refused without it. */
  readonly allowMainnet?: boolean
  readonly bootstrap: readonly string[]
  readonly pacing: 'private' | 'world'
  /** Strangers' links: accepted up to a bound (`all`, the default), or kept for a person (`ask`). */
  readonly acceptLinks?: 'all' | 'ask'
  /**
   * What the node does for others. `volunteer` (the default): forwards, and stands for election as a meeting point.
   * `forwarder`: forwards only. `light`: no payments of others go through it, and it keeps few meeting points.
   */
  readonly duty?: 'volunteer' | 'forwarder' | 'light'
  /** The chain whose blocks elect the meeting points of this network; left out: the genesis does. All nodes of a network must say the same. */
  readonly beacon?: 'bitcoin' | 'litecoin'
  /** Overrides of payment settings, in milliseconds and seconds as their names say. */
  readonly payment?: Readonly<Record<string, number>>
}
