import { z } from 'zod'
import { RULES_MAX } from '../limits.js'
import type { AmikoNode, LinkView } from '../../node/nouns.js'
import type { FeePolicy } from '../../core/link/rules.js'
import { asUnits } from '../../core/base/money.js'
import { amountText, count, hexId, peerId, peerOrDefaultText, peerText, targetText, unitsText } from './fields.js'
import { method } from './method.js'
import { formatRule, parseRules } from './money.js'

const EXAMPLE_PEER = '16Uiu2HAkzLr3L4TNNzfyKxwovQhSXpDHU3dSJiV7fbBRWDqEwiEc'
const EXAMPLE_ADDRESS = `/ip4/127.0.0.1/tcp/20000/p2p/${EXAMPLE_PEER}`
const EXAMPLE_ID = '00'.repeat(32)

const linkAnswer = z.object({
  peer: peerId,
  linkId: hexId,
  status: z.enum(['open', 'requested', 'incoming']),
  connected: z.boolean(),
  addresses: z.array(z.string()),
  channels: count,
  accept: z.array(z.string()),
  /** In smallest units of the asset that is forwarded. */
  feeBase: unitsText,
  feePpm: count,
  clockSkewMs: z.number().optional(),
  roundTripMs: z.number().optional()
})

const EXAMPLE_LINK: z.output<typeof linkAnswer> = {
  peer: EXAMPLE_PEER, linkId: EXAMPLE_ID, status: 'open', connected: true, addresses: [EXAMPLE_ADDRESS], channels: 1, accept: ['trust-line:btc:1000sat'], feeBase: '0', feePpm: 0, clockSkewMs: 3, roundTripMs: 1
}

const answerOf = (node: AmikoNode, link: LinkView): z.output<typeof linkAnswer> => ({
  peer: link.peer,
  linkId: link.linkId,
  status: link.status,
  connected: link.connected,
  addresses: [...link.addresses],
  channels: link.channels,
  accept: link.accept.map((rule) => formatRule(node, rule)),
  feeBase: String(link.fee.base),
  feePpm: link.fee.ppm,
  ...(link.clockSkewMs === undefined ? {} : { clockSkewMs: link.clockSkewMs }),
  ...(link.roundTripMs === undefined ? {} : { roundTripMs: link.roundTripMs })
})

const acceptField = z.array(z.string().max(256).meta({ placeholder: 'RULE', description: 'Accept channels of a kind, asset and limit: trust-line:btc:1000sat; `none` accepts nothing' })).max(RULES_MAX).optional()

export const linkOpen = method({
  name: 'link.open',
  summary: 'Become neighbours with a peer, or accept its request',
  scope: 'admin',
  params: z.strictObject({ target: targetText('Multiaddr that ends in /p2p/<peer id>, or the id of a peer that asked or is connected'), accept: acceptField }),
  result: z.object({ linkId: hexId, peer: peerId, status: z.enum(['open', 'requested']) }),
  errors: ['bad-address', 'unreachable', 'link-refused', 'self-link', 'wrong-network-key', 'timed-out'],
  example: { params: { target: EXAMPLE_ADDRESS, accept: ['trust-line:btc:1000sat'] }, result: { linkId: EXAMPLE_ID, peer: EXAMPLE_PEER, status: 'open' } },
  command: { command: 'link open', places: ['target'], examples: [`amiko link open ${EXAMPLE_ADDRESS} --accept trust-line:btc:1000sat`] },
  handler: async (node, { target, accept }, { signal }) => {
    const rules = accept === undefined ? undefined : parseRules(node, accept)
    const { linkId, peer, status } = await node.links.open(target, { signal, ...(rules === undefined ? {} : { accept: rules }) })
    return { linkId, peer, status }
  }
})

export const linkList = method({
  name: 'link.list',
  summary: 'List the neighbours, or with --requests those who ask to become one',
  scope: 'read',
  params: z.strictObject({ requests: z.boolean().optional().meta({ placeholder: '', description: 'Show the requests of others instead' }) }),
  result: z.object({ links: z.array(linkAnswer) }),
  errors: [],
  example: { params: {}, result: { links: [EXAMPLE_LINK] } },
  command: {
    command: 'link list',
    examples: ['amiko link list', 'amiko link list --requests'],
    table: {
      rows: 'links',
      columns: [{ head: 'peer', field: 'peer' }, { head: 'status', field: 'status' }, { head: 'connected', field: 'connected' }, { head: 'channels', field: 'channels' }, { head: 'accepts', field: 'accept', formatAs: 'list' }],
      empty: 'No links. `amiko link open ADDRESS` makes one.'
    }
  },
  handler: (node, { requests }) => ({ links: node.links.list(requests === undefined ? {} : { requests }).map((link) => answerOf(node, link)) })
})

export const linkShow = method({
  name: 'link.show',
  summary: 'Show one link',
  scope: 'read',
  params: z.strictObject({ peer: peerText('Peer id of the neighbour') }),
  result: linkAnswer,
  errors: ['bad-peer', 'no-link'],
  example: { params: { peer: EXAMPLE_PEER }, result: EXAMPLE_LINK },
  command: { command: 'link show', places: ['peer'], examples: [`amiko link show ${EXAMPLE_PEER}`] },
  handler: (node, { peer }) => answerOf(node, node.links.show(peer))
})

export const linkSet = method({
  name: 'link.set',
  summary: 'Change what is accepted on a link, and what forwarding over it costs',
  scope: 'admin',
  params: z.strictObject({
    peer: peerOrDefaultText('Peer id of the neighbour, or `default` for links to come'),
    accept: acceptField,
    feeBase: amountText('Fixed fee of one forwarded payment').optional(),
    feePpm: z.number().int().min(0).max(1_000_000).optional().meta({ placeholder: 'PPM', description: 'Proportional fee, in parts per million' })
  }),
  result: z.object({ peer: z.string() }),
  errors: ['bad-peer', 'no-link', 'bad-amount', 'amount-out-of-range', 'unknown-asset'],
  example: { params: { peer: 'default', accept: ['trust-line:btc:1000sat'] }, result: { peer: 'default' } },
  command: {
    command: 'link set',
    places: ['peer'],
    examples: ['amiko link set default --accept trust-line:btc:1000sat', `amiko link set ${EXAMPLE_PEER} --fee-base 1msat --fee-ppm 100`]
  },
  handler: async (node, { peer, accept, feeBase, feePpm }) => {
    const rules = accept === undefined ? undefined : parseRules(node, accept)
    const fee = feeOf(node, peer, feeBase, feePpm)
    await node.links.set(peer, { ...(rules === undefined ? {} : { accept: rules }), ...(fee === undefined ? {} : { fee }) })
    return { peer }
  }
})

/** The policy after a change of one or both parts; a part not named stays as it is (0 for links to come). */
function feeOf (node: AmikoNode, peer: string, feeBase: string | undefined, feePpm: number | undefined): FeePolicy | undefined {
  if (feeBase === undefined && feePpm === undefined) return undefined
  const now = peer === 'default' ? { base: asUnits(0n), ppm: 0 } : node.links.show(peer as LinkView['peer']).fee
  return { base: feeBase === undefined ? now.base : node.assets.parse(feeBase).value, ppm: feePpm ?? now.ppm }
}

export const linkClose = method({
  name: 'link.close',
  summary: 'Stop being neighbours; refused while the link has channels',
  scope: 'admin',
  params: z.strictObject({ peer: peerText('Peer id of the neighbour') }),
  result: z.object({ peer: peerId }),
  errors: ['bad-peer', 'no-link', 'channel-not-open'],
  example: { params: { peer: EXAMPLE_PEER }, result: { peer: EXAMPLE_PEER } },
  command: {
    command: 'link close',
    places: ['peer'],
    examples: [`amiko link close ${EXAMPLE_PEER}`],
    summarise: ({ peer }) => `The link to ${peer} will be closed.`
  },
  handler: async (node, { peer }) => {
    await node.links.close(peer)
    return { peer }
  }
})
