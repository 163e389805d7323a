import type { ChannelId, InvoiceId, LinkId, MeetingPointId, PeerId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { AmikoError } from '../../src/core/base/errors.js'
import type { ChannelView } from '../../src/core/channel/entity.js'
import type { SendId } from '../../src/core/wallet/tables.js'
import { createAssets } from '../../src/node/assets.js'
import type { AmikoNode, ChainView, InvoiceView, LinkView, PaymentView, WaypointView } from '../../src/node/nouns.js'

export const PEER = '16Uiu2HAkzLr3L4TNNzfyKxwovQhSXpDHU3dSJiV7fbBRWDqEwiEc' as PeerId
export const ADDRESS = `/ip4/127.0.0.1/tcp/20000/p2p/${PEER}`
export const CHANNEL_ID = 'c1'.repeat(32) as ChannelId
export const INVOICE_ID = 'ab'.repeat(32) as InvoiceId
export const PAYMENT_ID = '0123456789abcdef0123456789abcdef'
export const CHAIN_ADDRESS = 'bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6'
export const SEND_ID = '5d'.repeat(16) as SendId
export const TXID = '7a'.repeat(32)
export const MEETING_POINT_ID = ('02' + '11'.repeat(32)) as MeetingPointId

const CHAIN: ChainView = {
  name: 'bitcoin', network: 'regtest', backend: 'bitcoind', height: 7, hash: '00'.repeat(32), status: 'ok', detail: '', capabilities: { truc: true, packages: true, ephemeralAnchors: true }
}

/** One thing that was asked of a fake node. */
export interface Asked { readonly what: string, readonly with: unknown }

export interface FakeNode extends AmikoNode {
  readonly asked: Asked[]
  readonly notify: (notice: { readonly type: string, readonly [field: string]: unknown }) => void
  readonly listening: () => number
  /** What `payments.pay` does next. */
  payment: (signal: AbortSignal | undefined) => Promise<void>
  stopped: boolean
}

/** A node of one link, one channel, one invoice and one payment, that records what is asked of it. */
export function fakeNode (): FakeNode {
  const assets = createAssets('regtest')
  const btc = assets.resolve('btc').id
  const listeners = new Set<(notice: { type: string }) => void>()
  const asked: Asked[] = []
  const ask = (what: string, ...args: unknown[]): void => { asked.push({ what, with: args.map(withoutSignal) }) }
  const link: LinkView = {
    peer: PEER, linkId: '1b'.repeat(32) as LinkId, status: 'open', connected: true, addresses: [ADDRESS], channels: 1,
    accept: [{ kind: 'trust-line', asset: btc, limit: asUnits(1_000_000n) }], fee: { base: asUnits(7n), ppm: 5 }, clockSkewMs: undefined, roundTripMs: 2
  }
  const channel: ChannelView = {
    id: CHANNEL_ID, peer: PEER, kind: 'trust-line', asset: btc, status: 'open', owedToUs: -5_000n, localLimit: 1_000_000n, remoteLimit: 1_000_000n, spendable: 995_000n, receivable: 1_005_000n,
    locks: [{ id: 1, offeredBy: 'local', amount: 1_000n, expiry: 1_800_000_000, status: 'live' }], round: 3, next: 'Nothing is due.'
  }
  const invoice: InvoiceView = {
    id: INVOICE_ID, invoice: 'amiko1fake', status: 'open', asset: btc, amount: 20_000n, received: 0n, description: 'tea', createdMs: 1_760_000_000_000, expiresMs: 1_760_003_600_000, paidMs: undefined, times: 1, timesPaid: 0
  }
  const payment: PaymentView = {
    id: PAYMENT_ID, invoiceId: INVOICE_ID, status: 'paid', asset: btc, amount: 20_000n, fee: 3n, description: 'tea', proof: '77'.repeat(32), reason: undefined, parts: 1, attempts: 1, startedMs: 1_760_000_000_000, endedMs: 1_760_000_000_050
  }
  const waypoint: WaypointView = {
    key: ('03' + '22'.repeat(32)) as MeetingPointId, entry: 'amkway1fake', meetingPoint: MEETING_POINT_ID, asset: btc, createdMs: 1_760_000_000_000, expiresMs: 1_760_604_800_000, status: 'standing'
  }
  const node: FakeNode = {
    asked,
    listening: () => listeners.size,
    notify: (notice) => { for (const listener of listeners) listener(notice) },
    payment: async () => undefined,
    stopped: false,
    peerId: PEER,
    network: { name: 'village', id: '0011223344556677', kind: 'regtest' },
    assets,
    links: {
      open: async (target, options) => { ask('links.open', target, options); return { linkId: link.linkId, peer: PEER, status: 'open' } },
      list: (options) => { ask('links.list', options); return [link] },
      show: (peer) => { if (peer !== PEER) throw new AmikoError('no-link', { peer }); return link },
      set: async (peer, options) => { ask('links.set', peer, options) },
      close: async (peer) => { ask('links.close', peer) }
    },
    channels: {
      open: async (peer, options) => { ask('channels.open', peer, options); return { channelId: CHANNEL_ID } },
      list: (options) => { ask('channels.list', options); return [channel] },
      show: (id) => { if (id !== CHANNEL_ID) throw new AmikoError('no-channel', { id }); return channel },
      find: (idOrPeer, asset) => { ask('channels.find', idOrPeer, asset); return channel },
      set: async (id, options) => { ask('channels.set', id, options) },
      close: async (id, options) => { ask('channels.close', id, options); return { status: 'closed' } }
    },
    invoices: {
      create: async (options) => { ask('invoices.create', options); return { invoice: invoice.invoice, id: INVOICE_ID, expiresMs: invoice.expiresMs } },
      list: () => [invoice],
      show: (id) => { if (id !== INVOICE_ID) throw new AmikoError('not-found', { what: 'invoice', id }); return invoice },
      decode: (text) => { if (text !== invoice.invoice) throw new AmikoError('bad-invoice', { reason: 'it is too short' }); return invoice },
      cancel: async (id) => { ask('invoices.cancel', id) }
    },
    payments: {
      pay: async (text, options) => {
        ask('payments.pay', text, options)
        await node.payment(options?.signal)
        return { status: 'paid', paymentId: PAYMENT_ID, asset: btc, amount: asUnits(20_000n), fee: asUnits(3n), proof: '77'.repeat(32), parts: 1, attempts: 1, durationMs: 48 }
      },
      list: () => [payment],
      show: (id) => { if (id !== PAYMENT_ID) throw new AmikoError('not-found', { what: 'payment', id }); return payment },
      wait: async (id, options) => { ask('payments.wait', id, options); return payment }
    },
    meetingPoints: {
      host: async () => { ask('meetingPoints.host'); return { id: MEETING_POINT_ID } },
      list: () => [{ id: MEETING_POINT_ID, hosted: false, hops: undefined, announced: true, role: 'elected', epoch: 20_254, attestations: 3 }],
      roster: () => ({ epoch: 20_255, beacon: 'genesis', size: 64, there: 1, here: 'none', duty: 'volunteer' }),
      stop: async (id) => { ask('meetingPoints.stop', id) }
    },
    waypoints: {
      publish: async (options) => { ask('waypoints.publish', options); return waypoint },
      list: () => [waypoint],
      withdraw: async (key) => { ask('waypoints.withdraw', key) }
    },
    mesh: {
      peers: () => [{ peer: PEER, addresses: [ADDRESS], direction: 'outbound', linked: true }],
      connect: async (address, options) => { ask('mesh.connect', address, options); return PEER },
      disconnect: async (peer) => { ask('mesh.disconnect', peer) },
      addresses: () => [ADDRESS]
    },
    chains: { list: () => [CHAIN] },
    wallet: {
      balance: () => [{ chain: 'bitcoin', totalSat: 5_000n, spendableSat: 4_000n, reservedSat: 1_000n, waitingSat: 0n, doubtedSat: 0n, coins: 2, scanning: 0 }],
      address: async (chain) => { ask('wallet.address', chain); return { address: CHAIN_ADDRESS } },
      send: async (options) => { ask('wallet.send', options); return { id: SEND_ID, txid: TXID, feeSat: 222n } },
      bump: async (id, options) => { ask('wallet.bump', id, options); return { id: SEND_ID, txid: TXID, feeSat: 444n } },
      list: (chain) => chain === 'litecoin'
        ? []
        : [{ id: SEND_ID, chain, kind: 'payment', status: 'pending', txid: TXID, versions: 1, outputs: [{ address: CHAIN_ADDRESS, valueSat: 1_000n }], feeSat: 222n, satPerKvb: 2_000n, confirmations: 0, createdMs: 1_760_000_000_000 }],
      rescan: async (chain, fromHeight, gap) => { ask('wallet.rescan', chain, fromHeight, gap) }
    },
    backup: {
      export: async (path = '/backup.amiko') => { ask('backup.export', path); return { path, bytes: 4_178, channels: 1 } },
      verify: async (path = '/backup.amiko') => ({ path, network: 'village', peerId: PEER, createdMs: 1_760_000_000_000, channels: 1, peers: 1 }),
      restore: async (path = '/backup.amiko') => { ask('backup.restore', path); return { path, channels: 1 } }
    },
    listen: (listener) => { listeners.add(listener); return () => { listeners.delete(listener) } },
    status: () => ({
      peerId: PEER, network: node.network, version: '0.1.0', addresses: [ADDRESS], connectedPeers: 1, links: 1, channels: 1,
      capacity: [{ asset: btc, canSend: 995_000n, canReceive: 1_005_000n }], locks: 1, meetingPointsKnown: 1, meetingPointsHosted: 0, chains: [CHAIN], uptimeMs: 12.7, engine: 'tiny-secp256k1', rssBytes: 90_000_000, warnings: []
    }),
    stop: async () => { node.stopped = true }
  }
  return node
}

/** Signals differ at every call; everything else is compared. */
function withoutSignal (value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'signal'))
}
