import { AmikoError } from '../core/base/errors.js'
import { isPeerId, type AssetId, type PeerId } from '../core/base/ids.js'
import { asUnits } from '../core/base/money.js'
import type { InvoiceText } from '../core/payment/views.js'
import { isRefusal } from '../core/base/step.js'
import type { PaymentResult } from '../core/node/requests.js'
import type { ChannelView } from '../core/channel/entity.js'
import type { Clock } from '../ports/clock.js'
import type { Mesh, MeshAdministration } from '../ports/mesh.js'
import { ask } from './ask.js'
import type { NodeChains } from './chains.js'
import type { AmikoNode, Assets, Channels, Invoices, Links, MeetingPoints, MeshNoun, NetworkInfo, NodeStatus, Payments, PaymentView, Waypoints } from './nouns.js'
import type { Runner } from './runner.js'
import { backupOf, walletOf, type PhraseParts } from './wallet-nouns.js'

/** What the nouns speak to. */
export interface NounParts {
  readonly self: PeerId
  readonly network: NetworkInfo
  readonly version: string
  readonly engine: string
  readonly assets: Assets
  readonly runner: Runner
  readonly mesh: Mesh & MeshAdministration
  readonly chains: Pick<NodeChains, 'list' | 'warnings'>
  /** Of the folder's phrase. */
  readonly phrase: PhraseParts | undefined
  readonly dir: string
  readonly clock: Clock
  readonly warnings: readonly string[]
  readonly listen: AmikoNode['listen']
  readonly stop: () => Promise<void>
}

/** The public nouns over a runner and a mesh. */
export function nounsOf (parts: NounParts): AmikoNode {
  const startedMs = performance.now()
  return {
    peerId: parts.self,
    network: parts.network,
    assets: parts.assets,
    links: linksOf(parts),
    channels: channelsOf(parts),
    invoices: invoicesOf(parts),
    payments: paymentsOf(parts),
    meetingPoints: meetingPointsOf(parts),
    waypoints: waypointsOf(parts),
    mesh: meshOf(parts),
    chains: { list: parts.chains.list },
    wallet: walletOf(parts),
    backup: backupOf(parts),
    listen: parts.listen,
    status: () => statusOf(parts, Math.round(performance.now() - startedMs)),
    stop: parts.stop
  }
}

function linksOf (parts: NounParts): Links {
  const { mesh, runner: { view } } = parts
  const links: Links = {
    async open (target, options = {}) {
      const { peer, addresses } = targetOf(target)
      return await ask(parts, { type: 'link.open', peer, addresses, accept: options.accept }, { signal: options.signal })
    },
    list: ({ requests = false } = {}) => view.links().filter((link) => (link.status === 'incoming') === requests)
      .map((link) => ({ ...link, connected: mesh.isConnected(link.peer) })),
    show (peer) {
      const link = view.links().find((candidate) => candidate.peer === peer)
      if (link === undefined) throw new AmikoError('no-link', { peer })
      return { ...link, connected: mesh.isConnected(peer) }
    },
    async set (peer, { accept, fee }) { await ask(parts, { type: 'link.set', peer, accept, fee }) },
    async close (peer) { await ask(parts, { type: 'link.close', peer }) }
  }
  return links
}

/** A multiaddr that ends in /p2p/<peer id>, or a peer id alone. Throws bad-address, bad-peer. */
function targetOf (target: string): { peer: PeerId, addresses: readonly string[] } {
  const peer = target.startsWith('/') ? target.slice(target.lastIndexOf('/p2p/') + 5) : target
  if (target.startsWith('/') && !target.includes('/p2p/')) throw new AmikoError('bad-address', { text: target })
  if (!isPeerId(peer)) throw new AmikoError('bad-peer', { text: peer.slice(0, 80) })
  return { peer, addresses: target.startsWith('/') ? [target] : [] }
}

function channelsOf (parts: NounParts): Channels {
  const { runner: { view } } = parts
  const show: Channels['show'] = (id) => {
    const channel = view.channels().find((candidate) => candidate.id === id)
    if (channel === undefined) throw new AmikoError('no-channel', { id })
    return channel
  }
  return {
    async open (peer, { asset, signal, ...terms }) {
      if (terms.kind === 'trust-line') return await ask(parts, { type: 'channel.open', peer, kind: 'trust-line', asset, limit: terms.limit, amount: terms.amount }, { signal, asset })
      return await ask(parts, { type: 'channel.open', peer, kind: 'chain', asset, amount: terms.amount, push: terms.push ?? asUnits(0n), theirAmount: terms.theirAmount }, { signal, asset })
    },
    list: ({ peer } = {}) => view.channels().filter((channel) => peer === undefined || channel.peer === peer),
    show,
    find: (idOrPeer, asset) => isPeerId(idOrPeer) ? onlyChannel(view.channels(), idOrPeer, asset) : show(idOrPeer as ChannelView['id']),
    async set (id, { limit, signal }) { await ask(parts, { type: 'channel.set', channelId: id, limit }, { signal, asset: show(id).asset }) },
    close: async (id, { signal, force = false } = {}) => await ask(parts, { type: 'channel.close', channelId: id, force }, { signal, asset: show(id).asset })
  }
}

function onlyChannel (channels: readonly ChannelView[], peer: PeerId, asset: AssetId | undefined): ChannelView {
  const matches = channels.filter((channel) => channel.peer === peer && (asset === undefined || channel.asset === asset))
  const [only] = matches
  if (only === undefined) throw new AmikoError('no-channel', { id: `with ${peer}` })
  if (matches.length > 1) throw new AmikoError('bad-request', { reason: `${matches.length} channels with ${peer}: name one of ${matches.map(({ id }) => id).join(', ')}` })
  return only
}

function invoicesOf (parts: NounParts): Invoices {
  const { runner } = parts
  return {
    create: async ({ amount, description = '', expiryMs, meetingPoints, via, times, signal }) => await ask(parts, {
      type: 'invoice.create', asset: amount.asset, amount: amount.value, description, expiryMs, meetingPoints, via, times
    }, { signal, asset: amount.asset }),
    list: () => runner.view.invoices(),
    show (id) {
      const invoice = runner.view.invoice(id)
      if (invoice === undefined) throw new AmikoError('not-found', { what: 'invoice', id })
      return invoice
    },
    decode: (text) => readInvoice(parts, text),
    async cancel (id) { await ask(parts, { type: 'invoice.cancel', id }) }
  }
}

function paymentsOf (parts: NounParts): Payments {
  const { runner, listen } = parts
  const show = (id: string): PaymentView => {
    const payment = runner.view.payment(id)
    if (payment === undefined) throw new AmikoError('not-found', { what: 'payment', id })
    return payment
  }
  const ended = ({ status }: PaymentView): boolean => status === 'paid' || status === 'failed'
  return {
    async pay (invoice, { feeMax, via = [], timeoutMs, signal } = {}) {
      if (feeMax !== undefined && feeMax.asset !== readInvoice(parts, invoice).asset) throw new AmikoError('bad-request', { reason: 'the fee limit is in another asset than the invoice' })
      return await ask<PaymentResult>(parts, { type: 'pay', invoice, feeMax: feeMax?.value, via, timeoutMs }, {
        signal,
        asset: () => readInvoice(parts, invoice).asset,
        // After a lock the outcome is open whatever the caller does: say so, with the id.
        onAborted (reason) {
          const payment = runner.view.paymentOfInvoice(invoice)
          return payment?.status === 'locked' ? new AmikoError('payment-pending', { id: payment.id }) : reason
        }
      })
    },
    list: () => runner.view.payments(),
    show,
    async wait (id, { signal, timeoutMs } = {}) {
      const first = show(id)
      if (ended(first)) return first
      const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
      const either = AbortSignal.any([signal, limit].filter((one) => one !== undefined))
      return await new Promise<PaymentView>((resolve, reject) => {
        const stopListening = listen((notice) => {
          if (notice['paymentId'] !== id || !ended(show(id))) return
          stopListening()
          resolve(show(id))
        })
        either.addEventListener('abort', () => {
          stopListening()
          reject(limit?.aborted === true ? new AmikoError('payment-pending', { id }) : either.reason as Error)
        }, { once: true })
      })
    }
  }
}

function readInvoice ({ runner }: NounParts, text: string): InvoiceText {
  const read = runner.view.readInvoice(text)
  if (isRefusal(read)) throw new AmikoError(read.refused, read.detail)
  return read
}

function meetingPointsOf (parts: NounParts): MeetingPoints {
  return {
    host: async () => await ask(parts, { type: 'meetingPoint.host' }),
    list: () => parts.runner.view.meetingPoints(),
    roster: () => parts.runner.view.roster(),
    async stop (id) { await ask(parts, { type: 'meetingPoint.stop', id }) }
  }
}

function waypointsOf (parts: NounParts): Waypoints {
  return {
    publish: async ({ asset, meetingPoint, expiryMs, signal }) => await ask(parts, { type: 'waypoint.publish', asset, meetingPoint, expiryMs }, { signal, asset }),
    list: () => parts.runner.view.waypoints(),
    async withdraw (key) { await ask(parts, { type: 'waypoint.withdraw', key }) }
  }
}

function meshOf ({ mesh }: NounParts): MeshNoun {
  return {
    peers: () => mesh.peers(),
    connect: async (address, options = {}) => await mesh.connect(address, options),
    disconnect: async (peer) => { await mesh.disconnect(peer) },
    addresses: () => mesh.addresses()
  }
}

function statusOf (parts: NounParts, uptimeMs: number): NodeStatus {
  const { view } = parts.runner
  const channels = view.channels()
  const capacity = new Map<AssetId, { asset: AssetId, canSend: bigint, canReceive: bigint }>()
  for (const { asset, status, spendable, receivable } of channels) {
    if (status !== 'open') continue
    const sum = capacity.get(asset) ?? { asset, canSend: 0n, canReceive: 0n }
    capacity.set(asset, { asset, canSend: sum.canSend + spendable, canReceive: sum.canReceive + receivable })
  }
  const meetingPoints = view.meetingPoints()
  return {
    peerId: parts.self,
    network: parts.network,
    version: parts.version,
    addresses: parts.mesh.addresses(),
    connectedPeers: parts.mesh.peers().length,
    links: view.links().filter(({ status }) => status === 'open').length,
    channels: channels.length,
    capacity: [...capacity.values()],
    locks: channels.reduce((sum, { locks }) => sum + locks.length, 0),
    meetingPointsKnown: meetingPoints.length,
    meetingPointsHosted: meetingPoints.filter(({ hosted }) => hosted).length,
    chains: parts.chains.list(),
    uptimeMs,
    engine: parts.engine,
    rssBytes: process.memoryUsage.rss(),
    warnings: [...parts.warnings, ...parts.chains.warnings(), ...view.warnings()]
  }
}
