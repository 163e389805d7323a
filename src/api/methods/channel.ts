import { z } from 'zod'
import { AmikoError } from '../../core/base/errors.js'
import type { ChannelId } from '../../core/base/ids.js'
import { isHexOf } from '../../core/base/bytes.js'
import { asUnits } from '../../core/base/money.js'
import type { ChannelView } from '../../core/channel/entity.js'
import type { AmikoNode } from '../../node/nouns.js'
import { amountText, assetName, assetText, chainField, channelText, count, hexId, peerId, peerText, unitsText } from './fields.js'
import { method } from './method.js'
import { ASSET_OF, assetNameOf, coinAmount, outOfRange, sameAsset } from './money.js'

const EXAMPLE_PEER = '16Uiu2HAkzLr3L4TNNzfyKxwovQhSXpDHU3dSJiV7fbBRWDqEwiEc'
const EXAMPLE_ID = '00'.repeat(32)

const channelAnswer = z.object({
  id: hexId,
  peer: peerId,
  kind: z.string(),
  asset: assetName,
  status: z.string(),
  canSend: unitsText,
  canReceive: unitsText,
  owedToUs: unitsText,
  /** How much the peer may owe us. */
  localLimit: unitsText,
  /** How much we may owe the peer. */
  remoteLimit: unitsText,
  locks: z.array(z.object({ id: count, offeredBy: z.string(), amount: unitsText, expiry: z.number(), status: z.string(), reason: z.string().optional() })),
  round: count,
  next: z.string(),
  /** Of a channel that a chain enforces: its funding output, what is waited for, and how it ends. */
  fundingTxid: hexId.optional(),
  fundingIndex: count.optional(),
  confirmations: count.optional(),
  confirmationsWanted: count.optional(),
  format: z.string().optional(),
  sweepHeight: count.optional(),
  closingTxid: hexId.optional()
})

const EXAMPLE_CHANNEL: z.output<typeof channelAnswer> = {
  id: EXAMPLE_ID, peer: EXAMPLE_PEER, kind: 'trust-line', asset: 'btc', status: 'open', canSend: '1000000', canReceive: '1000000', owedToUs: '0', localLimit: '1000000', remoteLimit: '1000000', locks: [], round: 1, next: 'Nothing is due.'
}

const answerOf = (node: AmikoNode, channel: ChannelView): z.output<typeof channelAnswer> => ({
  id: channel.id,
  peer: channel.peer,
  kind: channel.kind,
  asset: assetNameOf(node, channel.asset),
  status: channel.status,
  canSend: String(channel.spendable),
  canReceive: String(channel.receivable),
  owedToUs: String(channel.owedToUs),
  localLimit: String(channel.localLimit),
  remoteLimit: String(channel.remoteLimit),
  locks: channel.locks.map((lock) => ({ id: lock.id, offeredBy: lock.offeredBy, amount: String(lock.amount), expiry: lock.expiry, status: lock.status, ...(lock.reason === undefined ? {} : { reason: lock.reason }) })),
  round: channel.round,
  next: channel.next,
  ...(channel.fundingTxid === undefined ? {} : { fundingTxid: channel.fundingTxid }),
  ...(channel.fundingIndex === undefined ? {} : { fundingIndex: channel.fundingIndex }),
  ...(channel.confirmations === undefined ? {} : { confirmations: channel.confirmations }),
  ...(channel.confirmationsWanted === undefined ? {} : { confirmationsWanted: channel.confirmationsWanted }),
  ...(channel.format === undefined ? {} : { format: channel.format }),
  ...(channel.sweepHeight === undefined ? {} : { sweepHeight: channel.sweepHeight }),
  ...(channel.closingTxid === undefined ? {} : { closingTxid: channel.closingTxid })
})

const isChannelId = (text: string): text is ChannelId => isHexOf(text, 32)

/** The channel a caller means: by its id, or by its peer when that is unambiguous in the asset. */
const meant = (node: AmikoNode, channel: string, asset?: string): ChannelView =>
  isChannelId(channel) ? node.channels.show(channel) : node.channels.find(channel, asset === undefined ? undefined : node.assets.resolve(asset).id)

const channelField = channelText('Id of the channel, or of the peer when it has one channel only')

const openParams = z.strictObject({
  peer: peerText('Peer id of the neighbour'),
  kind: z.enum(['trust-line', 'chain']).default('trust-line').meta({ placeholder: 'KIND', description: 'trust-line (credit between the two) or chain (money of a blockchain)' }),
  chain: chainField('Chain that enforces it; by default that of the amount').optional(),
  asset: assetText('Asset; by default that of the amounts').optional(),
  limit: amountText('Trust line: most that the peer may owe us').optional(),
  amount: amountText('Trust line: most that we ask to be allowed to owe the peer; chain: what our wallet puts in').optional(),
  push: amountText('Chain: what of the amount is the peer\'s at once').optional(),
  theirAmount: amountText('Chain: what the peer is asked to put in beside the amount, at most as much').optional()
})
const openAnswer = z.object({ channelId: hexId, peer: peerId, kind: z.string(), asset: assetName, limit: unitsText.optional(), amount: unitsText, push: unitsText.optional(), theirAmount: unitsText.optional(), fundingTxid: hexId.optional() })
type OpenParams = z.output<typeof openParams>
type Opened = z.output<typeof openAnswer>

export const channelOpen = method({
  name: 'channel.open',
  summary: 'Open a channel on a link: a trust line with a credit limit, or one that a chain enforces',
  scope: 'admin',
  params: openParams,
  result: openAnswer,
  errors: [
    'bad-peer', 'no-link', 'peer-offline', 'bad-amount', 'amount-out-of-range', 'unknown-asset', 'not-accepted', 'channel-refused', 'channel-exists', 'timed-out',
    'no-chain', 'no-wallet', 'insufficient-coins'
  ],
  example: {
    params: { peer: EXAMPLE_PEER, kind: 'trust-line', limit: '1000sat', amount: '500sat' },
    result: { channelId: EXAMPLE_ID, peer: EXAMPLE_PEER, kind: 'trust-line', asset: 'btc', limit: '1000000', amount: '500000' }
  },
  command: {
    command: 'channel open',
    places: ['peer'],
    examples: [`amiko channel open ${EXAMPLE_PEER} --kind trust-line --limit 1000sat --amount 500sat`, `amiko channel open ${EXAMPLE_PEER} --kind chain --amount 0.01btc --push 1000sat`, `amiko channel open ${EXAMPLE_PEER} --kind chain --amount 0.01btc --their-amount 0.005btc`],
    summarise: ({ peer, kind, limit, amount, push, theirAmount }) => kind === 'chain'
      ? `${amount ?? '0'} of the wallet will be put into a channel with ${peer}${push === undefined ? '' : `, and ${push} of it becomes the peer's at once`}${theirAmount === undefined ? '' : `; the peer is asked to add ${theirAmount}`}; the wallet pays the fee of the chain.`
      : `A trust line with ${peer} will be opened: it may owe us up to ${limit ?? '0'}, and we ask to owe it up to ${amount ?? '0'}.`
  },
  handler: async (node, params, { signal }) => params.kind === 'chain' ? await openOnChain(node, params, signal) : await openTrustLine(node, params, signal)
})

async function openTrustLine (node: AmikoNode, params: OpenParams, signal: AbortSignal): Promise<Opened> {
  if (params.push !== undefined || params.theirAmount !== undefined || params.chain !== undefined) throw new AmikoError('bad-request', { reason: '--push, --their-amount and --chain belong to channels on a chain (--kind chain)' })
  if (params.limit === undefined) throw new AmikoError('bad-request', { reason: 'a trust line needs --limit, the most that the peer may owe us (0sat is possible)' })
  const limit = node.assets.parse(params.limit)
  const amount = params.amount === undefined ? { ...limit, value: asUnits(0n) } : node.assets.parse(params.amount)
  const asset = params.asset === undefined ? limit.asset : node.assets.resolve(params.asset).id
  sameAsset(node, 'the limit', asset, limit.asset)
  sameAsset(node, 'the amount', asset, amount.asset)
  if (limit.value === 0n && amount.value === 0n) throw outOfRange(node, limit)
  const { channelId } = await node.channels.open(params.peer, { kind: 'trust-line', asset, limit: limit.value, amount: amount.value, signal })
  return { channelId, peer: params.peer, kind: params.kind, asset: assetNameOf(node, asset), limit: String(limit.value), amount: String(amount.value) }
}

async function openOnChain (node: AmikoNode, params: OpenParams, signal: AbortSignal): Promise<Opened> {
  if (params.limit !== undefined) throw new AmikoError('bad-request', { reason: '--limit belongs to trust lines; a channel on a chain carries what is put in' })
  if (params.amount === undefined) throw new AmikoError('bad-request', { reason: 'a channel on a chain needs --amount, what our wallet puts in' })
  const amount = coinAmount(node, params.amount)
  const push = params.push === undefined ? { ...amount, value: asUnits(0n) } : node.assets.parse(params.push)
  sameAsset(node, 'what is pushed', amount.asset, push.asset)
  const theirs = params.theirAmount === undefined ? undefined : coinAmount(node, params.theirAmount)
  if (theirs !== undefined) sameAsset(node, 'what the peer puts in', amount.asset, theirs.asset)
  if (theirs !== undefined && theirs.value > amount.value) throw new AmikoError('bad-request', { reason: 'the peer is asked for more than is put in here' })
  if (params.asset !== undefined) sameAsset(node, 'the amount', node.assets.resolve(params.asset).id, amount.asset)
  if (params.chain !== undefined) sameAsset(node, 'the amount', node.assets.resolve(ASSET_OF[params.chain]).id, amount.asset)
  if (push.value > amount.value) throw new AmikoError('bad-request', { reason: 'more is pushed than is put in' })
  const { channelId, fundingTxid } = await node.channels.open(params.peer, { kind: 'chain', asset: amount.asset, amount: amount.value, push: push.value, ...(theirs === undefined ? {} : { theirAmount: theirs.value }), signal })
  return { channelId, peer: params.peer, kind: params.kind, asset: assetNameOf(node, amount.asset), amount: String(amount.value), push: String(push.value), ...(theirs === undefined ? {} : { theirAmount: String(theirs.value) }), ...(fundingTxid === undefined ? {} : { fundingTxid }) }
}

export const channelList = method({
  name: 'channel.list',
  summary: 'List the channels, of all links or of one',
  scope: 'read',
  params: z.strictObject({ peer: peerText('Only channels with this peer').optional() }),
  result: z.object({ channels: z.array(channelAnswer) }),
  errors: ['bad-peer'],
  example: { params: {}, result: { channels: [EXAMPLE_CHANNEL] } },
  command: {
    command: 'channel list',
    examples: ['amiko channel list', `amiko channel list --peer ${EXAMPLE_PEER}`],
    table: {
      rows: 'channels',
      columns: [
        { head: 'id', field: 'id', formatAs: 'id' }, { head: 'peer', field: 'peer' }, { head: 'kind', field: 'kind' }, { head: 'status', field: 'status' },
        { head: 'can send', field: 'canSend', formatAs: 'amount' }, { head: 'can receive', field: 'canReceive', formatAs: 'amount' }, { head: 'owed to us', field: 'owedToUs', formatAs: 'amount' }
      ],
      empty: 'No channels. `amiko channel open PEER --kind trust-line --limit AMOUNT` opens one; --kind chain one with money of the wallet.'
    }
  },
  handler: (node, { peer }) => ({ channels: node.channels.list(peer === undefined ? {} : { peer }).map((channel) => answerOf(node, channel)) })
})

export const channelShow = method({
  name: 'channel.show',
  summary: 'Show one channel with its locks and what happens next',
  scope: 'read',
  params: z.strictObject({ channel: channelField, asset: assetText('Which asset, when the peer has several channels').optional() }),
  result: channelAnswer,
  errors: ['no-channel', 'unknown-asset'],
  example: { params: { channel: EXAMPLE_ID }, result: EXAMPLE_CHANNEL },
  command: { command: 'channel show', places: ['channel'], examples: [`amiko channel show ${EXAMPLE_PEER}`] },
  handler: (node, { channel, asset }) => answerOf(node, meant(node, channel, asset))
})

export const channelSet = method({
  name: 'channel.set',
  summary: 'Change the credit limit of a trust line: the most that the peer may owe us',
  scope: 'admin',
  params: z.strictObject({ channel: channelField, limit: amountText('Most that the peer may owe us') }),
  result: z.object({ channelId: hexId, asset: assetName, limit: unitsText }),
  errors: ['no-channel', 'channel-not-open', 'peer-offline', 'bad-amount', 'amount-out-of-range', 'unknown-asset', 'limit-too-low', 'timed-out'],
  example: { params: { channel: EXAMPLE_PEER, limit: '2000sat' }, result: { channelId: EXAMPLE_ID, asset: 'btc', limit: '2000000' } },
  command: {
    command: 'channel set',
    places: ['channel'],
    examples: [`amiko channel set ${EXAMPLE_PEER} --limit 2000sat`],
    summarise: ({ channel, limit }) => `The peer of ${channel} will be allowed to owe us up to ${limit}.`
  },
  handler: async (node, params, { signal }) => {
    const limit = node.assets.parse(params.limit)
    const channel = isChannelId(params.channel) ? node.channels.show(params.channel) : node.channels.find(params.channel, limit.asset)
    sameAsset(node, 'the limit', channel.asset, limit.asset)
    await node.channels.set(channel.id, { limit: limit.value, signal })
    return { channelId: channel.id, asset: assetNameOf(node, channel.asset), limit: String(limit.value) }
  }
})

export const channelClose = method({
  name: 'channel.close',
  summary: 'Close a channel: a trust line when nothing is owed, one on a chain by a transaction that pays out both',
  scope: 'admin',
  params: z.strictObject({
    channel: channelField,
    asset: assetText('Which asset, when the peer has several channels').optional(),
    force: z.boolean().optional().meta({ placeholder: '', description: 'Close without the peer: publishes our latest state on the chain, and our money waits for its delay' })
  }),
  result: z.object({ channelId: hexId, status: z.enum(['closed', 'closing']), txid: hexId.optional(), next: z.string().optional() }),
  errors: ['no-channel', 'channel-busy', 'channel-not-open', 'peer-offline', 'no-chain', 'timed-out'],
  example: { params: { channel: EXAMPLE_ID }, result: { channelId: EXAMPLE_ID, status: 'closed' } },
  command: {
    command: 'channel close',
    places: ['channel'],
    examples: [`amiko channel close ${EXAMPLE_PEER}`, `amiko channel close ${EXAMPLE_PEER} --force`],
    summarise: ({ channel, force }) => `The channel ${channel} will be closed${force === true ? ' without the peer' : ''}.`
  },
  handler: async (node, { channel, asset, force }, { signal }) => {
    const { id } = meant(node, channel, asset)
    const { status, txid } = await node.channels.close(id, { signal, ...(force === undefined ? {} : { force }) })
    // What is still to come is in the channel's own words; one that is gone has none.
    const next = status === 'closing' ? node.channels.list().find((channel) => channel.id === id)?.next : undefined
    return { channelId: id, status, ...(txid === undefined ? {} : { txid }), ...(next === undefined ? {} : { next }) }
  }
})
