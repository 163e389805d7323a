import { z } from 'zod'
import { addressText, count, peerId, peerText } from './fields.js'
import { method } from './method.js'

const EXAMPLE_PEER = '16Uiu2HAkzLr3L4TNNzfyKxwovQhSXpDHU3dSJiV7fbBRWDqEwiEc'
const EXAMPLE_ADDRESS = `/ip4/127.0.0.1/tcp/20000/p2p/${EXAMPLE_PEER}`

export const meshPeers = method({
  name: 'mesh.peers',
  summary: 'List the peers this node is connected to',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({ peers: z.array(z.object({ peer: peerId, addresses: z.array(z.string()), direction: z.enum(['inbound', 'outbound']), linked: z.boolean() })) }),
  errors: [],
  example: { params: {}, result: { peers: [{ peer: EXAMPLE_PEER, addresses: [EXAMPLE_ADDRESS], direction: 'outbound', linked: true }] } },
  command: {
    command: 'mesh peers',
    examples: ['amiko mesh peers'],
    table: {
      rows: 'peers',
      columns: [{ head: 'peer', field: 'peer' }, { head: 'direction', field: 'direction' }, { head: 'linked', field: 'linked' }, { head: 'addresses', field: 'addresses', formatAs: 'list' }],
      empty: 'No peer is connected.'
    }
  },
  handler: (node) => ({ peers: node.mesh.peers().map(({ peer, addresses, direction, linked }) => ({ peer, addresses: [...addresses], direction, linked })) })
})

export const meshRoster = method({
  name: 'mesh.roster',
  summary: 'Show how the election of meeting points stands, as this node sees it',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({
    epoch: count.optional().describe('Absent while the chain whose blocks are the beacons has told no height'),
    beacon: z.enum(['genesis', 'bitcoin', 'litecoin']),
    size: count.describe('How many meeting points the network should have at most'),
    there: count.describe('How many are announced, with hints that lead to them'),
    here: z.enum(['elected', 'hosted', 'candidate', 'none']).describe('What this node is'),
    duty: z.enum(['volunteer', 'forwarder', 'light'])
  }),
  errors: [],
  example: { params: {}, result: { epoch: 20_255, beacon: 'genesis', size: 64, there: 3, here: 'elected', duty: 'volunteer' } },
  command: { command: 'mesh roster', examples: ['amiko mesh roster'] },
  handler: (node) => {
    const { epoch, ...roster } = node.meetingPoints.roster()
    return { ...(epoch === undefined ? {} : { epoch }), ...roster }
  }
})

export const meshConnect = method({
  name: 'mesh.connect',
  summary: 'Connect to a peer without becoming neighbours',
  scope: 'admin',
  params: z.strictObject({ address: addressText('Multiaddr that ends in /p2p/<peer id>') }),
  result: z.object({ peer: peerId }),
  errors: ['bad-address', 'unreachable', 'wrong-network-key'],
  example: { params: { address: EXAMPLE_ADDRESS }, result: { peer: EXAMPLE_PEER } },
  command: { command: 'mesh connect', places: ['address'], examples: [`amiko mesh connect ${EXAMPLE_ADDRESS}`] },
  handler: async (node, { address }, { signal }) => ({ peer: await node.mesh.connect(address, { signal }) })
})

export const meshDisconnect = method({
  name: 'mesh.disconnect',
  summary: 'Close the connections to a peer; a link to it reconnects by itself',
  scope: 'admin',
  params: z.strictObject({ peer: peerText('Peer id') }),
  result: z.object({ peer: peerId }),
  errors: ['bad-peer', 'peer-offline'],
  example: { params: { peer: EXAMPLE_PEER }, result: { peer: EXAMPLE_PEER } },
  command: { command: 'mesh disconnect', places: ['peer'], examples: [`amiko mesh disconnect ${EXAMPLE_PEER}`] },
  handler: async (node, { peer }) => {
    await node.mesh.disconnect(peer)
    return { peer }
  }
})

export const meshAddresses = method({
  name: 'mesh.addresses',
  summary: 'List the addresses at which this node can be dialled',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({ addresses: z.array(z.string()) }),
  errors: [],
  example: { params: {}, result: { addresses: [EXAMPLE_ADDRESS] } },
  command: { command: 'mesh addresses', examples: ['amiko mesh addresses --json'] },
  handler: (node) => ({ addresses: [...node.mesh.addresses()] })
})
