import { z } from 'zod'
import { method } from './method.js'
import { chainRow, EXAMPLE_CHAIN, rowOfChain } from './chain.js'
import { assetName, count, peerId, timeMs, unitsText } from './fields.js'
import { assetNameOf } from './money.js'

const EXAMPLE_PEER = '16Uiu2HAmPeerExample'

export const nodeStatus = method({
  name: 'node.status',
  summary: 'Show what this node is, what it can send and receive, and what needs attention',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({
    peerId,
    network: z.object({ name: z.string(), id: z.string(), kind: z.enum(['mainnet', 'testnet', 'regtest']) }),
    version: z.string(),
    addresses: z.array(z.string()),
    connectedPeers: count,
    links: count,
    channels: count,
    capacity: z.array(z.object({ asset: assetName, canSend: unitsText, canReceive: unitsText })),
    locks: count,
    meetingPointsKnown: count,
    meetingPointsHosted: count,
    chains: z.array(chainRow),
    uptimeMs: timeMs,
    engine: z.string(),
    rssBytes: count,
    cpuMs: z.number().min(0),
    pid: count,
    warnings: z.array(z.string())
  }),
  errors: [],
  example: {
    params: {},
    result: {
      peerId: EXAMPLE_PEER,
      network: { name: 'village', id: '0011223344556677', kind: 'regtest' },
      version: '0.1.0',
      addresses: ['/ip4/127.0.0.1/tcp/20000/p2p/' + EXAMPLE_PEER],
      connectedPeers: 2,
      links: 2,
      channels: 2,
      capacity: [{ asset: 'btc', canSend: '1000000', canReceive: '1000000' }],
      locks: 0,
      meetingPointsKnown: 1,
      meetingPointsHosted: 0,
      chains: [EXAMPLE_CHAIN],
      uptimeMs: 60_000,
      engine: 'tiny-secp256k1',
      rssBytes: 90_000_000,
      cpuMs: 1_200,
      pid: 4242,
      warnings: []
    }
  },
  command: { command: 'status', examples: ['amiko status', 'amiko status --json'] },
  handler: (node, _params, { usage }) => {
    const status = node.status()
    return {
      peerId: status.peerId,
      network: { name: status.network.name, id: status.network.id, kind: status.network.kind },
      version: status.version,
      addresses: [...status.addresses],
      connectedPeers: status.connectedPeers,
      links: status.links,
      channels: status.channels,
      capacity: status.capacity.map((each) => ({ asset: assetNameOf(node, each.asset), canSend: String(each.canSend), canReceive: String(each.canReceive) })),
      locks: status.locks,
      meetingPointsKnown: status.meetingPointsKnown,
      meetingPointsHosted: status.meetingPointsHosted,
      chains: status.chains.map(rowOfChain),
      uptimeMs: Math.round(status.uptimeMs),
      engine: status.engine,
      rssBytes: status.rssBytes,
      ...usage(),
      warnings: [...status.warnings]
    }
  }
})

export const nodeStop = method({
  name: 'node.stop',
  summary: 'Stop the node cleanly',
  scope: 'admin',
  params: z.strictObject({}),
  result: z.object({ status: z.literal('stopping'), pid: count }),
  errors: [],
  example: { params: {}, result: { status: 'stopping', pid: 4242 } },
  // The command `amiko stop` also waits until the process has ended; it is written by hand in src/cli/stop.ts.
  handler: (_node, _params, { usage, requestStop }) => {
    requestStop()
    return { status: 'stopping' as const, pid: usage().pid }
  }
})
