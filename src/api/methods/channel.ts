import { z } from 'zod'
import { AmikoError } from '../../core/base/errors.js'
import type { ChannelId } from '../../core/base/ids.js'
import { isHexOf } from '../../core/base/bytes.js'
import { asUnits } from '../../core/base/money.js'
import type { ChannelView } from '../../core/channel/entity.js'
import type { AmikoNode } from '../../node/nouns.js'
import { amountText, assetName, assetText, channelText, count, hexId, peerId, peerText, unitsText } from './fields.js'
import { method } from './method.js'
import { assetNameOf, outOfRange, sameAsset } from './money.js'

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
  next: z.string()
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
  next: channel.next
})

const isChannelId = (text: string): text is ChannelId => isHexOf(text, 32)

/** The channel a caller means: by its id, or by its peer when that is unambiguous in the asset. */
const meant = (node: AmikoNode, channel: string, asset?: string): ChannelView =>
  isChannelId(channel) ? node.channels.show(channel) : node.channels.find(channel, asset === undefined ? undefined : node.assets.resolve(asset).id)

const channelField = channelText('Id of the channel, or of the peer when it has one channel only')

export const channelOpen = method({
  name: 'channel.open',
  summary: 'Open a channel on a link, such as a trust line with a credit limit',
  scope: 'admin',
  params: z.strictObject({
    peer: peerText('Peer id of the neighbour'),
    kind: z.enum(['trust-line', 'chain']).default('trust-line').meta({ placeholder: 'KIND', description: 'trust-line (credit between the two)' }),
    asset: assetText('Asset; by default that of the amounts').optional(),
    limit: amountText('Most that the peer may owe us').optional(),
    amount: amountText('Most that we ask to be allowed to owe the peer').optional()
  }),
  result: z.object({ channelId: hexId, peer: peerId, kind: z.string(), asset: assetName, limit: unitsText, amount: unitsText }),
  errors: ['bad-peer', 'no-link', 'peer-offline', 'bad-amount', 'amount-out-of-range', 'unknown-asset', 'not-accepted', 'channel-refused', 'channel-exists', 'no-chain', 'timed-out'],
  example: {
    params: { peer: EXAMPLE_PEER, kind: 'trust-line', limit: '1000sat', amount: '500sat' },
    result: { channelId: EXAMPLE_ID, peer: EXAMPLE_PEER, kind: 'trust-line', asset: 'btc', limit: '1000000', amount: '500000' }
  },
  command: {
    command: 'channel open',
    places: ['peer'],
    examples: [`amiko channel open ${EXAMPLE_PEER} --kind trust-line --limit 1000sat --amount 500sat`],
    summarise: ({ peer, kind, limit, amount }) => kind === 'chain'
      ? `A channel with ${peer} will be opened with ${amount ?? '0'} of ours.`
      : `A trust line with ${peer} will be opened: it may owe us up to ${limit ?? '0'}, and we ask to owe it up to ${amount ?? '0'}.`
  },
  handler: async (node, params, { signal }) => {
    const limit = params.limit === undefined ? undefined : node.assets.parse(params.limit)
    const amount = params.amount === undefined ? undefined : node.assets.parse(params.amount)
    const first = limit ?? amount
    if (first === undefined || (params.kind === 'trust-line' && limit === undefined)) {
      throw new AmikoError('bad-request', { reason: params.kind === 'trust-line' ? 'a trust line needs --limit, the most that the peer may owe us (0sat is possible)' : 'a channel on a chain needs --amount' })
    }
    const asset = params.asset === undefined ? first.asset : node.assets.resolve(params.asset).id
    if (limit !== undefined) sameAsset(node, 'the limit', asset, limit.asset)
    if (amount !== undefined) sameAsset(node, 'the amount', asset, amount.asset)
    const limitUnits = limit?.value ?? asUnits(0n)
    const amountUnits = amount?.value ?? asUnits(0n)
    if (limitUnits === 0n && amountUnits === 0n) throw outOfRange(node, first)
    const { channelId } = await node.channels.open(params.peer, { kind: params.kind, asset, limit: limitUnits, amount: amountUnits, signal })
    return { channelId, peer: params.peer, kind: params.kind, asset: assetNameOf(node, asset), limit: String(limitUnits), amount: String(amountUnits) }
  }
})

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
      empty: 'No channels. `amiko channel open PEER --kind trust-line --limit AMOUNT` opens one.'
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
  summary: 'Close a channel; a trust line closes when nothing is owed or both agree that it ends',
  scope: 'admin',
  params: z.strictObject({
    channel: channelField,
    asset: assetText('Which asset, when the peer has several channels').optional(),
    force: z.boolean().optional().meta({ placeholder: '', description: 'Close without the peer' })
  }),
  result: z.object({ channelId: hexId, status: z.enum(['closed', 'closing']) }),
  errors: ['no-channel', 'channel-busy', 'peer-offline', 'timed-out'],
  example: { params: { channel: EXAMPLE_ID }, result: { channelId: EXAMPLE_ID, status: 'closed' } },
  command: {
    command: 'channel close',
    places: ['channel'],
    examples: [`amiko channel close ${EXAMPLE_PEER}`],
    summarise: ({ channel, force }) => `The channel ${channel} will be closed${force === true ? ' without the peer' : ''}.`
  },
  handler: async (node, { channel, asset, force }, { signal }) => {
    const { id } = meant(node, channel, asset)
    const { status } = await node.channels.close(id, { signal, ...(force === undefined ? {} : { force }) })
    return { channelId: id, status }
  }
})
